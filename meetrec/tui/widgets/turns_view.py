"""The transcript as it is read: who, when, what. Only the turns in sight are painted."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.strip import Strip

from meetrec.core.clock import format_clock
from meetrec.core.flags import Flag
from meetrec.tui.painting import Piece, row
from meetrec.tui.review.finding import Marked, in_lines, marked
from meetrec.tui.themes import SPEAKER_COUNT, shape_of
from meetrec.tui.turns import Line, Who, entry_ink
from meetrec.tui.widgets.pick_view import PickView
from meetrec.tui.wrap import fit, wrap

MEASURE = 92
"""Longer lines are hard to read."""
_SIDE_BY_SIDE_WIDTH = 72
"""From here on the speaker stands beside the text, below this above it."""
_MARGIN = 20
_FEW = 8
_LIST_KEYS = [one for one in PickView.BINDINGS if isinstance(one, Binding) and one.id != "list.first"]


class TurnsView(PickView, inherit_bindings=False):
    """Turns with their speakers, flags, marks and notes in place. The cursor stands on turns and captions."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *_LIST_KEYS,
        Binding("home", "first", "To the first", id="turns.first", show=False),  # g asks where to go
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.entries: Sequence[Line] = ()
        self._people: Mapping[str, Who] = {}
        self._flags: Mapping[int, tuple[Flag, ...]] = {}
        self._wanted = ""

    # -- what is shown ---------------------------------------------------------------------------------------------

    def show_entries(self, entries: Sequence[Line], people: Mapping[str, Who]) -> None:
        """Show these; the cursor stays where it was."""
        at = self.picked.start if self.picked is not None else None
        self.entries, self._people = entries, people
        self._painted.clear()
        self.lay_out()
        self.cursor = None
        if at is None:
            self.pick(self._nearest(0, 1))
        else:
            self.pick_at(at)

    def change_entries(
        self, entries: Sequence[Line], people: Mapping[str, Who], first: int, stop: int,
        flags: Mapping[int, tuple[Flag, ...]],
    ) -> None:  # fmt: skip
        """Show these, of which those from `first` on have taken the place of those from `first` on and before `stop`.

        The cursor stays on what it is on, or on what was said then. `flags` are as for `show_flags`.
        """
        flagged = self._take_flags(flags)
        gone = self.entries[first:stop] if flagged else ()
        at = self.picked.start if self.picked is not None else 0.0
        count = len(entries) - len(self.entries) + stop - first
        self.entries = entries
        self.show_people(people)
        self.replace_items(first, stop, count)
        if self.cursor is not None and self.cursor >= stop:
            self.cursor += first + count - stop
        elif self.cursor is not None and self.cursor >= first:
            self.cursor = None
            self.pick_at(at)
        if flagged and max(stop - first, count) <= _FEW:  # these are laid out anew already
            flagged -= {one.id for line in (*gone, *entries[first : first + count]) for one in line.segments}
        self._lay_out_flagged(flagged, range(first, first + count))

    def show_people(self, people: Mapping[str, Who]) -> None:
        """Show the speakers by these names."""
        if people != self._people:
            self._people = people
            self._repaint()

    def show_flags(self, flags: Mapping[int, tuple[Flag, ...]]) -> None:
        """Say below the turns what deserves a second look, by segment id."""
        self._lay_out_flagged(self._take_flags(flags))

    def _take_flags(self, flags: Mapping[int, tuple[Flag, ...]]) -> set[int]:
        """Return the ids of the segments that have others now."""
        old, self._flags = self._flags, flags
        return {one for one in {*old, *flags} if old.get(one) != flags.get(one)}

    def _lay_out_flagged(self, changed: set[int], done: range = range(0)) -> None:
        if not changed:
            return
        if len(changed) > _FEW:
            self.lay_out()
        else:
            for index in (*range(done.start), *range(done.stop, len(self.entries))):
                if any(one.id in changed for one in self.entries[index].segments):
                    self.replace_items(index, index + 1, 1)
        if self.cursor is not None:
            self._bring_into_sight(self.cursor, center=False)

    def show_found(self, wanted: str) -> None:
        """Point out a text wherever it stands; an empty one is none."""
        if wanted != self._wanted:
            self._wanted = wanted
            self._repaint()

    def _repaint(self) -> None:
        self._painted.clear()
        self.refresh()

    # -- the cursor ------------------------------------------------------------------------------------------------

    def pick_at(self, seconds: float) -> None:
        """Put the cursor on what was said at a time on the recording's clock."""
        after = bisect_right(self.entries, seconds, key=lambda one: one.start)
        before = next((index for index in range(after - 1, -1, -1) if self.can_pick(index)), None)
        self.pick(self._nearest(0, 1) if before is None else before, center=True)

    @property
    def picked(self) -> Line | None:
        """The entry under the cursor."""
        return self.entries[self.cursor] if self.cursor is not None and self.cursor < len(self.entries) else None

    def can_pick(self, index: int) -> bool:
        return self.entries[index].kind in ("turn", "draft")

    def flags_of(self, index: int) -> list[Flag]:
        """Return why an entry deserves a second look, each reason once."""
        flags = self._flags
        if not flags:
            return []
        return list(dict.fromkeys(flag for one in self.entries[index].segments for flag in flags.get(one.id, ())))

    # -- laying out ------------------------------------------------------------------------------------------------

    def item_count(self) -> int:
        return len(self.entries)

    def rough_heights(self, first: int, stop: int, width: int) -> list[int]:
        measure, more = _measure(width), 2 if width < _SIDE_BY_SIDE_WIDTH else 1
        least = 3
        return [max(-(-len(line.text) // measure) + more, least) for line in self.entries[first:stop]]

    def item_height(self, index: int, width: int) -> int:
        entry = self.entries[index]
        lines = len(wrap(entry.text, _measure(width))) + len(self.flags_of(index))
        if width < _SIDE_BY_SIDE_WIDTH:
            return lines + 2
        return max(lines, len(self._heads(entry, False))) + 1

    def text_region(self, index: int) -> tuple[int, int, int]:
        """Return the column and the line (of the list) where the text of an entry begins, and how wide it may be."""
        narrow = self._width < _SIDE_BY_SIDE_WIDTH
        return 2 if narrow else _MARGIN, self.lines_of(index)[0] + narrow, _measure(self._width)

    # -- painting --------------------------------------------------------------------------------------------------

    def paint_item(self, index: int, width: int) -> list[Strip]:
        entry = self.entries[index]
        picked = index == self.cursor
        texts = [*self._text(entry, picked, width), *self._flagged(index, picked, width)]
        if width < _SIDE_BY_SIDE_WIDTH:
            head = [*self._speaker(entry, picked, width - 22), self._time(entry, picked)]
            strips = [self._row(width, picked, pieces) for pieces in (head, *texts)]
        else:
            strips = self._beside(entry, picked, width, texts)
        return [*strips, row(width, [], self.ink("plain"))]

    def _text(self, entry: Line, picked: bool, width: int) -> list[list[Piece]]:
        lines = wrap(entry.text, _measure(width))
        ink = self._ink(picked, entry_ink(entry))
        spans = marked(entry.text, self._wanted) if self._wanted else ()
        if not spans:
            return [[(line, ink)] for line in lines]
        found = self._ink(picked, "found")
        return [
            _pieces(line, one, ink, found) for line, one in zip(lines, in_lines(lines, entry.text, spans), strict=True)
        ]

    def _flagged(self, index: int, picked: bool, width: int) -> list[list[Piece]]:
        warn, quiet = self._ink(picked, "warn"), self._ink(picked, "quiet")
        room = _measure(width)
        shown = []
        for flag in self.flags_of(index):
            words = f"? {flag.words}"
            shown.append([(words, warn), (fit(f": {flag.why}", max(room - len(words), 0)) if flag.why else "", quiet)])
        return shown

    def _beside(self, entry: Line, picked: bool, width: int, texts: Sequence[Sequence[Piece]]) -> list[Strip]:
        heads = self._heads(entry, picked)
        strips = []
        for number in range(max(len(heads), len(texts))):
            head = heads[number] if number < len(heads) else []
            used = sum(cell_len(text) for text, _ in head)
            gap = (" " * max(_MARGIN - 2 - used, 1), self._ink(picked, "plain"))
            text = texts[number] if number < len(texts) else []
            strips.append(self._row(width, picked, [*head, gap, *text]))
        return strips

    def _heads(self, entry: Line, picked: bool) -> list[list[Piece]]:
        """Return what stands beside the text, line by line: who, when."""
        heads = [self._speaker(entry, picked, _MARGIN - 3), [self._time(entry, picked)]]
        return [head for head in heads if head]

    def _row(self, width: int, picked: bool, pieces: Sequence[Piece]) -> Strip:
        bar = ("▌ " if picked else "  ", self._ink(picked, "accent"))
        return row(width, [bar, *pieces], self._ink(picked, "plain"))

    def _speaker(self, entry: Line, picked: bool, width: int) -> list[Piece]:
        who = self._people.get(entry.who)
        if who is None:
            return [(fit(entry.who, width - 2) + "  ", self._ink(picked, "strong"))] if entry.who else []
        ink = self._ink(picked, "strong", f"speaker-{who.number % SPEAKER_COUNT}")
        name = fit(who.name, min(width, 60) - 4)
        return [(f"{shape_of(who.number)} {name}  ", ink)]

    def _time(self, entry: Line, picked: bool) -> Piece:
        return (format_clock(entry.start), self._ink(picked, "quiet"))

    def _ink(self, picked: bool, *names: str) -> Style:
        return self.ink("selected", *names) if picked else self.ink(*names)


def _pieces(line: str, spans: Marked, ink: Style, found: Style) -> list[Piece]:
    pieces: list[Piece] = []
    at = 0
    for start, end in spans:
        pieces += [(line[at:start], ink), (line[start:end], found)]
        at = end
    return [*pieces, (line[at:], ink)]


def _measure(width: int) -> int:
    margin = 2 if width < _SIDE_BY_SIDE_WIDTH else _MARGIN
    return max(min(width - margin - 2, MEASURE), 2)
