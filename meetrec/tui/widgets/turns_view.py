"""The transcript as it is read: who, when, what. Only the turns in sight are painted."""

from __future__ import annotations

from collections.abc import Sequence

from rich.style import Style
from textual.strip import Strip

from meetrec.core.clock import format_clock
from meetrec.tui.painting import Piece, row
from meetrec.tui.themes import SPEAKER_COUNT, shape_of
from meetrec.tui.turns import Line, entry_ink
from meetrec.tui.widgets.pick_view import PickView
from meetrec.tui.wrap import fit, wrap

MEASURE = 92
"""Longer lines are hard to read."""
_SIDE_BY_SIDE_WIDTH = 72
"""From here on the speaker stands beside the text, below this above it."""
_MARGIN = 20


class TurnsView(PickView):
    """Turns with their speakers, marks and notes in place. The cursor stands on turns and captions."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.entries: Sequence[Line] = ()

    def show_entries(self, entries: Sequence[Line]) -> None:
        """Show these; the cursor stays where it was."""
        place = self.cursor or 0
        self.entries = entries
        self.lay_out()
        self.cursor = None
        self.pick(self._nearest(min(place, max(len(entries) - 1, 0)), 1))

    def pick_at(self, seconds: float) -> None:
        """Put the cursor on what was said at a time on the recording's clock."""
        before = [index for index, one in enumerate(self.entries) if one.start <= seconds and self.can_pick(index)]
        self.pick(before[-1] if before else self._nearest(0, 1), center=True)

    @property
    def picked(self) -> Line | None:
        """The entry under the cursor."""
        return self.entries[self.cursor] if self.cursor is not None and self.cursor < len(self.entries) else None

    def can_pick(self, index: int) -> bool:
        return self.entries[index].kind in ("turn", "draft")

    def item_count(self) -> int:
        return len(self.entries)

    def item_height(self, index: int, width: int) -> int:
        entry = self.entries[index]
        lines = len(wrap(entry.text, _measure(width)))
        if width < _SIDE_BY_SIDE_WIDTH:
            return lines + 2
        return max(lines, len(self._heads(entry, False))) + 1

    def paint_item(self, index: int, width: int) -> list[Strip]:
        entry = self.entries[index]
        picked = index == self.cursor
        texts = [(line, self._ink(picked, entry_ink(entry))) for line in wrap(entry.text, _measure(width))]
        if width < _SIDE_BY_SIDE_WIDTH:
            head = [*self._speaker(entry, picked, width - 22), self._time(entry, picked)]
            doubt = [("  uncertain", self._ink(picked, "warn"))] if entry.doubt else []
            strips = [self._row(width, picked, [*head, *doubt])]
            strips += [self._row(width, picked, [text]) for text in texts]
        else:
            strips = self._beside(entry, picked, width, texts)
        blank = row(width, [], self.ink("plain"))
        return [*strips, blank]

    def _beside(self, entry: Line, picked: bool, width: int, texts: Sequence[Piece]) -> list[Strip]:
        heads = self._heads(entry, picked)
        strips = []
        for number in range(max(len(heads), len(texts))):
            head = heads[number] if number < len(heads) else []
            used = sum(len(text) for text, _ in head)
            gap = (" " * max(_MARGIN - 2 - used, 1), self._ink(picked, "plain"))
            text = [texts[number]] if number < len(texts) else []
            strips.append(self._row(width, picked, [*head, gap, *text]))
        return strips

    def _heads(self, entry: Line, picked: bool) -> list[list[Piece]]:
        """Return what stands beside the text, line by line: who, when, and whether that is doubtful."""
        heads = [self._speaker(entry, picked, _MARGIN - 3), [self._time(entry, picked)]]
        if entry.doubt:
            heads.append([("uncertain", self._ink(picked, "warn"))])
        return [head for head in heads if head]

    def _row(self, width: int, picked: bool, pieces: Sequence[Piece]) -> Strip:
        bar = ("▌ " if picked else "  ", self._ink(picked, "accent"))
        return row(width, [bar, *pieces], self._ink(picked, "plain"))

    def _speaker(self, entry: Line, picked: bool, width: int) -> list[Piece]:
        if entry.speaker is None:
            return [(fit(entry.name, width - 2) + "  ", self._ink(picked, "strong"))] if entry.name else []
        ink = self._ink(picked, "strong", f"speaker-{entry.speaker % SPEAKER_COUNT}")
        name = fit(entry.name, min(width, 60) - 4)
        return [(f"{shape_of(entry.speaker)} {name}  ", ink)]

    def _time(self, entry: Line, picked: bool) -> Piece:
        return (format_clock(entry.start), self._ink(picked, "quiet"))

    def _ink(self, picked: bool, *names: str) -> Style:
        return self.ink("selected", *names) if picked else self.ink(*names)


def _measure(width: int) -> int:
    margin = 2 if width < _SIDE_BY_SIDE_WIDTH else _MARGIN
    return min(width - margin - 2, MEASURE)
