"""Painting lines by hand (Textual's Line API): what is looked at all the time must not go through layout.

Inks are the few ways text may look. Their colors are theme variables in `meetrec.tcss`; a widget asks by name.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Generic, TypeVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.css.styles import RenderStyles
from textual.strip import Strip
from textual.widget import Widget

from meetrec.tui.themes import SPEAKER_COUNT
from meetrec.tui.wrap import fit

INKS = frozenset({
    "ink-plain", "ink-strong", "ink-quiet", "ink-faint", "ink-accent", "ink-good", "ink-warn", "ink-bad",
    "ink-interim", "ink-note", "ink-selected", "ink-found", "ink-heard",
    *(f"ink-speaker-{number}" for number in range(SPEAKER_COUNT)),
})  # fmt: skip

Piece = tuple[str, Style]
Value = TypeVar("Value")


class Inked(Widget):
    """A widget that paints in inks. The app has their styles: a set for each widget took most of the time to start."""

    def __init__(self, *children: Widget, **options: Any) -> None:
        super().__init__(*children, **options)
        self._inks: dict[tuple[str, ...], Style] = {}

    def ink(self, *names: str) -> Style:
        """Return the style of one or more inks laid over each other ("selected", "quiet")."""
        style = self._inks.get(names)
        if style is None:
            style = self.get_visual_style(*(f"ink-{name}" for name in names)).rich_style
            self._inks[names] = style
        return style

    def get_component_styles(self, *names: str) -> RenderStyles:
        """Ask the app."""
        return self.app.get_component_styles(*names)

    def notify_style_update(self) -> None:
        """Forget the colors of another theme."""
        super().notify_style_update()
        self._inks.clear()


class Painted(Inked, Generic[Value]):
    """A widget that paints its own lines from one value, and repaints only when that value changes."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, classes=classes)
        self._lines: list[Strip] | None = None
        self._lines_width = -1
        self.shown: Value | None = None
        """What is shown; None is a blank."""

    def show_value(self, value: Value) -> bool:
        """Show another value. Returns whether it differs from the one shown."""
        if value == self.shown:
            return False
        self.shown = value
        self._lines = None
        self.refresh()
        return True

    def paint(self, value: Value, width: int) -> list[Strip]:
        """Return the lines that show a value in `width` cells."""
        raise NotImplementedError

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if self._lines is None or self._lines_width != width:
            self._lines = [] if self.shown is None else self.paint(self.shown, width)
            self._lines_width = width
        return self._lines[y] if y < len(self._lines) else Strip.blank(width, self.ink("plain"))

    def notify_style_update(self) -> None:
        """Forget what was painted in the colors of another theme."""
        super().notify_style_update()
        self._lines = None


def row(width: int, pieces: Iterable[Piece], blank: Style, *, right: Iterable[Piece] = ()) -> Strip:
    """Return one line of exactly `width` cells: pieces from the left, cut with an ellipsis, and others at the right."""
    tail = [Segment(text, style) for text, style in right]
    tail_size = sum(cell_len(segment.text) for segment in tail)
    room = max(width - tail_size - (2 if tail else 0), 0)
    segments = []
    for text, style in pieces:
        shown = fit(text, room)
        if shown:
            segments.append(Segment(shown, style))
            room -= cell_len(shown)
        if shown != text:
            break
    used = sum(cell_len(segment.text) for segment in segments)
    segments.append(Segment(" " * max(width - used - tail_size, 0), blank))
    return Strip([*segments, *tail]).adjust_cell_length(width, blank)
