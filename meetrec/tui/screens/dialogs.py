"""Small screens over the screen: a question, and a line of text."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from meetrec.tui.screens.over import OverScreen
from meetrec.tui.widgets.key_bar import KeyBar
from meetrec.tui.widgets.text_line import TextLine


class ConfirmDialog(OverScreen[bool]):
    """Asks before something that cannot be undone. Enter alone does not confirm."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "dismiss(True)", "Yes, delete", id="confirm.yes"),
        Binding("escape,n", "dismiss(False)", "No, keep it", id="confirm.no"),
    ]

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self._title_text = title
        self._text = text

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(self._title_text, markup=False, classes="dialog-title")
            yield Static(self._text, markup=False, classes="dialog-text")
            yield KeyBar()


class TextDialog(OverScreen[str | None]):
    """Asks for one line of text; None when the user leaves with Escape."""

    AUTO_FOCUS = "TextLine"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Cancel", id="text.cancel")]

    def __init__(self, title: str, value: str = "", *, text: str = "", placeholder: str = "") -> None:
        super().__init__()
        self._title_text = title
        self._text = text
        self._start_value = value
        self._placeholder = placeholder

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(self._title_text, markup=False, classes="dialog-title")
            if self._text:
                yield Static(self._text, markup=False, classes="dialog-text")
            yield TextLine(self._start_value, placeholder=self._placeholder)
            yield KeyBar()

    def on_input_submitted(self, event: TextLine.Submitted) -> None:
        event.stop()
        self.dismiss(" ".join(event.value.split()))
