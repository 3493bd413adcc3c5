"""Two long sequences aligned: which items of one are those of the other, in order.

Short stretches are compared as difflib does, which finds what a person would, but takes a time that grows with the
square of the length, or worse. So a long one is divided first, where an item occurs once on either side (as patience
diff does), else at places the caller knows, or in the middle: the work grows with the length, and its logarithm.
"""

from __future__ import annotations

import difflib
from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from itertools import pairwise, takewhile
from typing import NamedTuple

_SHORT = 40_000
"""Items of one side times items of the other; up to here two stretches are compared as they are."""

Pair = tuple[int, int]


class Stretch(NamedTuple):
    """`size` items from place `old` on that are those from place `new` on."""

    old: int
    new: int
    size: int


class _Range(NamedTuple):
    """Items of the old sequence from `old` on and before `old_end`, and of the new one, that are compared."""

    old: int
    old_end: int
    new: int
    new_end: int

    @property
    def length(self) -> int:
        return self.old_end - self.old + self.new_end - self.new


def same_stretches(old: Sequence[Hashable], new: Sequence[Hashable], known: Sequence[Pair] = ()) -> list[Stretch]:
    """Return the stretches that both have, in order; none overlap.

    `known` are places (of an old and of a new item) at which a long stretch without an item of its own may be divided,
    ascending on both sides.
    """
    found: list[Stretch] = []
    waiting = [_Range(0, len(old), 0, len(new))]
    while waiting:
        one = _without_ends(old, new, waiting.pop(), found)
        rows, columns = one.old_end - one.old, one.new_end - one.new
        if rows and columns and rows * columns <= _SHORT:
            matcher = difflib.SequenceMatcher(None, old[one.old : one.old_end], new[one.new : one.new_end], False)
            found += [Stretch(one.old + i, one.new + j, size) for i, j, size in matcher.get_matching_blocks() if size]
        elif rows and columns:
            waiting += _divided(old, new, one, known)
    return sorted(found)


def differences(stretches: Sequence[Stretch], old_length: int, new_length: int) -> Iterator[tuple[range, range]]:
    """Yield what stands before, between and behind the stretches, by the places in the old and the new sequence."""
    ends = [Stretch(0, 0, 0), *stretches, Stretch(old_length, new_length, 0)]
    for before, after in pairwise(ends):
        one = range(before.old + before.size, after.old)
        other = range(before.new + before.size, after.new)
        if one or other:
            yield one, other


def _without_ends(old: Sequence[Hashable], new: Sequence[Hashable], one: _Range, found: list[Stretch]) -> _Range:
    """Take what is the same at the beginning and at the end, and return what is left."""
    head = _same(zip(range(one.old, one.old_end), range(one.new, one.new_end), strict=False), old, new)
    if head:
        found.append(Stretch(one.old, one.new, head))
    start, first = one.old + head, one.new + head
    backwards = zip(range(one.old_end - 1, start - 1, -1), range(one.new_end - 1, first - 1, -1), strict=False)
    tail = _same(backwards, old, new)
    if tail:
        found.append(Stretch(one.old_end - tail, one.new_end - tail, tail))
    return _Range(start, one.old_end - tail, first, one.new_end - tail)


def _same(places: Iterator[Pair], old: Sequence[Hashable], new: Sequence[Hashable]) -> int:
    return sum(1 for _ in takewhile(lambda pair: old[pair[0]] == new[pair[1]], places))


def _divided(old: Sequence[Hashable], new: Sequence[Hashable], one: _Range, known: Sequence[Pair]) -> list[_Range]:
    """Return the range in pieces, none longer than three quarters of it."""
    ends = [(one.old, one.new), *_anchors(old, new, one), (one.old_end, one.new_end)]
    pieces = []
    for (start, first), (stop, last) in pairwise(ends):
        piece = _Range(start, stop, first, last)
        if piece.length * 4 <= one.length * 3:
            pieces.append(piece)
        else:
            middle, other = _middle(piece, known)
            pieces += [_Range(start, middle, first, other), _Range(middle, stop, other, last)]
    return pieces


def _anchors(old: Sequence[Hashable], new: Sequence[Hashable], one: _Range) -> list[Pair]:
    """Return where items stand that occur once on either side: as many of them as keep their order."""
    before, after = old[one.old : one.old_end], new[one.new : one.new_end]
    once = {item for item, count in Counter(after).items() if count == 1}
    once &= {item for item, count in Counter(before).items() if count == 1}
    places = {item: place for place, item in enumerate(after, one.new) if item in once}
    return _rising([(place, places[item]) for place, item in enumerate(before, one.old) if item in once])


def _rising(pairs: Sequence[Pair]) -> list[Pair]:
    """Return as many of the pairs, which ascend in the first number, as ascend in the second one as well."""
    ends: list[int] = []
    last: list[int] = []
    previous: list[int] = []
    for place, (_, number) in enumerate(pairs):
        length = bisect_left(ends, number)
        previous.append(last[length - 1] if length else -1)
        ends[length : length + 1] = [number]
        last[length : length + 1] = [place]
    found: list[Pair] = []
    place = last[-1] if last else -1
    while place >= 0:
        found.append(pairs[place])
        place = previous[place]
    return found[::-1]


def _middle(piece: _Range, known: Sequence[Pair]) -> Pair:
    """Return where to divide a piece: at the known place nearest to its middle, else in the middle of either side."""
    middle = (piece.old + piece.old_end) // 2, (piece.new + piece.new_end) // 2
    at = bisect_left(known, middle)
    near = [
        pair
        for pair in known[max(at - 1, 0) : at + 1]
        if piece.old < pair[0] < piece.old_end and piece.new < pair[1] < piece.new_end
    ]
    return min(near, key=lambda pair: abs(pair[0] - middle[0]), default=middle)
