"""One line to type into. Imported when first needed: the first paint does without it."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input


class TextLine(Input):
    """Textual's Input, with Enter told in the key bar."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "submit", "Save", id="text.save")]

    def __init__(self, value: str = "", *, placeholder: str = "", id: str | None = None) -> None:  # noqa: A002  the name Textual gives it
        super().__init__(value, placeholder=placeholder, max_length=2000, compact=True, id=id)
