"""HeardView: the turns, with what is being heard pointed out and kept in sight."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.style import Style
from textual import events
from textual.message import Message

from meetrec.core.clock import format_clock
from meetrec.tui.painting import Piece
from meetrec.tui.review.finding import in_lines
from meetrec.tui.turns import Line
from meetrec.tui.widgets.turns_view import TurnsView
from meetrec.tui.wrap import wrap

Word = tuple[int, int]
"""The first character of a word in the text of a line, and the one behind its last."""
_CLOCK_CELLS = len("▶ 00:00:00")


class HeardView(TurnsView):
    """The line that is heard has a ▶ before its time, and the word that is heard is underlined."""

    class PlayWanted(Message):
        """The time of a line was clicked."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._heard: tuple[int, Word | None] | None = None

    @property
    def heard(self) -> tuple[str, str] | None:
        """The text of the line and the word that are pointed out; None where nothing is heard."""
        line = self._heard_line
        if line is None or self._heard is None:
            return None
        word = self._heard[1]
        return line.text, line.text[slice(*word)] if word else ""

    def show_heard(self, index: int | None, word: Word | None = None) -> None:
        """Point out a line and a word of it; None for nothing."""
        heard = (index, word) if index is not None else None
        if heard == self._heard:
            return
        before, self._heard = self._heard, heard
        for one in {part[0] for part in (before, heard) if part is not None}:
            self.repaint_item(one)

    def bring_heard_into_sight(self, index: int, word: Word | None) -> None:
        """Scroll so that the word, else the beginning of the line, is in sight, with some lines below it."""
        self.count_around(index)
        _, top, width = self.text_region(index)
        if word is not None:
            text = self.entries[index].text
            rows = in_lines(wrap(text, width), text, (word,))
            top += next((number for number, spans in enumerate(rows) if spans), 0)
        height = self.scrollable_content_region.height
        first = self.scroll_offset.y
        if not first <= top < first + height - min(2, height // 4):
            self.scroll_to(y=max(top - height // 3, 0), animate=False, immediate=True, force=True)

    def is_in_sight(self, index: int | None) -> bool:
        """Whether any line of an entry is in sight."""
        if index is None or not 0 <= index < self.item_count():
            return False
        top, bottom = self.lines_of(index)
        first = self.scroll_offset.y
        return top < first + self.scrollable_content_region.height and bottom - 1 > first

    def on_click(self, event: events.Click) -> None:
        """A click on a line's time plays it; elsewhere it picks the line."""
        line = event.y + self.scroll_offset.y
        index = self.item_at_line(line)
        if index is not None and self.can_pick(index) and self._is_time(index, event.x, line):
            event.stop()
            event.prevent_default()
            self.post_message(self.PlayWanted(index))

    def _is_time(self, index: int, column: int, line: int) -> bool:
        """Whether the time of the line stands there: below the speaker, or beside them where there is little room."""
        entry = self.entries[index]
        text_column, text_line, _ = self.text_region(index)
        top, _ = self.lines_of(index)
        if text_line > top:
            start = 2 + sum(cell_len(text) for text, _ in self._speaker(entry, False, self._width - 22))
            return line == top and start <= column < start + _CLOCK_CELLS
        return line == top + len(self._heads(entry, False)) - 1 and column < text_column

    @property
    def _heard_line(self) -> Line | None:
        index = self._heard[0] if self._heard is not None else -1
        return self.entries[index] if 0 <= index < len(self.entries) else None

    def _text(self, entry: Line, picked: bool, width: int) -> list[list[Piece]]:
        rows = super()._text(entry, picked, width)
        if self._heard is None or self._heard[1] is None or entry is not self._heard_line:
            return rows
        lines = ["".join(text for text, _ in pieces) for pieces in rows]
        ink = self._ink(picked, "heard")
        spans = in_lines(lines, entry.text, (self._heard[1],))
        return [_laid_over(pieces, span[0], ink) if span else pieces for pieces, span in zip(rows, spans, strict=True)]

    def _time(self, entry: Line, picked: bool) -> Piece:
        if entry is self._heard_line:
            return f"▶ {format_clock(entry.start)}", self._ink(picked, "accent")
        return super()._time(entry, picked)


def _laid_over(pieces: Sequence[Piece], span: Word, ink: Style) -> list[Piece]:
    """Return the pieces of a row with the ink laid over some of its characters."""
    laid: list[Piece] = []
    at = 0
    for text, style in pieces:
        start, end = (min(max(one - at, 0), len(text)) for one in span)
        parts = ((text[:start], style), (text[start:end], style + ink), (text[end:], style))
        laid += [part for part in parts if part[0]]
        at += len(text)
    return laid
