"""Page: the lines of a session under review, and which of them an act changed. Values in, values out."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import is_
from typing import NamedTuple

from meetrec.core.document import Document
from meetrec.core.transcript import Segment
from meetrec.tui.turns import Line, Who, people_of, review_lines, turn_lines


class Span(NamedTuple):
    """`added` lines stand where the lines from `first` on and before `stop` stood."""

    first: int
    stop: int
    added: int


@dataclass(frozen=True, eq=False)
class Page:
    """A document, its lines in order of time, and its speakers by id."""

    document: Document
    lines: Sequence[Line]
    people: Mapping[str, Who]

    @classmethod
    def of(cls, document: Document) -> Page:
        """Return the page of a document, all of it made anew."""
        return cls(document, review_lines(document), people_of(document.transcript))

    def after(self, document: Document) -> tuple[Page, Span]:
        """Return the page of the document as it is now, and which lines changed: only those are made anew."""
        old, new = self.document, document
        if old.transcript is None or new.transcript is None or _moments(old) != _moments(new):
            page = Page.of(new)
            return page, Span(0, len(self.lines), len(page.lines))
        people = people_of(new.transcript)
        before, now = old.transcript.segments, new.transcript.segments
        head = _same(before, now)
        if head == len(before) == len(now):
            return Page(new, self.lines, people), Span(0, 0, 0)
        tail = _same(before[head:][::-1], now[head:][::-1])
        return self._spliced(new, people, head, tail)

    def _spliced(self, new: Document, people: Mapping[str, Who], head: int, tail: int) -> tuple[Page, Span]:
        assert self.document.transcript is not None and new.transcript is not None  # noqa: S101, PT018 - `after` looked
        count = len(self.document.transcript.segments)
        # one segment that stayed, on each side: whether a turn goes on there is seen from it
        first, start = self._turn_with(head - 1)
        last, stop = self._turn_with(count - tail) if tail else (len(self.lines) - 1, count)
        if tail:
            stop += len(self.lines[last].segments)
        while last + 1 < len(self.lines) and not self.lines[last + 1].segments:
            last += 1  # the turn may begin later now, behind a mark that it stood before
        now = new.transcript.segments
        made = turn_lines(now[start : len(now) - (count - stop)], new.breaks)
        if others := [line for line in self.lines[first : last + 1] if line.kind != "turn"]:
            made = sorted([*made, *others], key=lambda line: line.start)
        lines = [*self.lines[:first], *made, *self.lines[last + 1 :]]
        return Page(new, lines, people), Span(first, last + 1, len(made))

    def _turn_with(self, place: int) -> tuple[int, int]:
        """Return which line holds the segment of that place, and the place of the line's first segment."""
        if place >= 0:
            ends = list(accumulate([len(line.segments) for line in self.lines]))
            index = bisect_right(ends, place)
            if index < len(ends):
                return index, ends[index - 1] if index else 0
        return 0, 0


def _moments(document: Document) -> tuple[object, ...]:
    transcript = document.transcript
    return (document.version, document.marks, document.notes, document.faults, transcript and transcript.gaps)


def _same(one: Sequence[Segment], other: Sequence[Segment]) -> int:
    """Return how many segments from the beginning on are the same objects."""
    return next((place for place, same in enumerate(map(is_, one, other)) if not same), min(len(one), len(other)))
