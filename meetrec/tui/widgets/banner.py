"""Single lines and short texts that say something about the whole screen."""

from __future__ import annotations

from textual.strip import Strip

from meetrec.tui.painting import Painted, row
from meetrec.tui.wrap import wrap

SIMULATED = "Simulated service: built-in demo, nothing leaves this machine"


class Banner(Painted[str]):
    """A sentence in one ink; takes no room while it has nothing to say."""

    def __init__(self, ink: str, text: str = "", *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._ink_name = ink
        self.shown = text
        self.display = bool(text)

    @property
    def text(self) -> str:
        """What it says."""
        return self.shown or ""

    def show(self, text: str) -> None:
        if self.show_value(text):
            self.display = bool(text)
            self._fit_height()

    def on_resize(self) -> None:
        self._fit_height()

    def _fit_height(self) -> None:
        width = self.size.width
        if width:
            self.styles.height = len(wrap(self.text, width)) + self.styles.gutter.height

    def paint(self, value: str, width: int) -> list[Strip]:
        return [row(width, [(line, self.ink(self._ink_name))], self.ink("plain")) for line in wrap(value, width)]


class Masthead(Painted[tuple[str, str, str]]):
    """Two lines at the top of a screen: a title with something at its right, and details below."""

    def show(self, title: str, right: str = "", details: str = "") -> None:
        self.show_value((title, right, details))

    def paint(self, value: tuple[str, str, str], width: int) -> list[Strip]:
        title, right, details = value
        plain, quiet = self.ink("plain"), self.ink("quiet")
        return [
            row(width, [(title, self.ink("strong"))], plain, right=[(right, quiet)] if right else []),
            row(width, [(details, quiet)], plain),
        ]
