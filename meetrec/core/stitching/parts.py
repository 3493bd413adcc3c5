"""Where to cut a recording into parts that fit one request: in the longest quiet place near the limit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

SEARCH_SHARE = 0.35
"""The last share of the longest possible part in which a cut is looked for."""
QUIET_MARGIN_DB = 8.0
FLOOR_DB = -75.0


OVERLAP_S = 6.0
"""What neighboring parts both hear, half of it on each side of the cut."""
SHORTEST_BALANCED_S = 600.0
"""Parts are not made smaller than that only to keep all requests busy: each seam is a place to go wrong."""
SHORTEST_LIMIT_S = 10.0
"""Parts are never made to fit a smaller limit: it would hold little more than the overlap."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the recording sent in one request, `start` to `end` in seconds on the recording's clock.

    `cut` lies between it and the part before: what was said earlier is the other's. The first part's is its start.
    `number` names the part and its file; parts are in the order of their starts.
    """

    number: int
    start: float
    end: float
    cut: float

    @property
    def seconds(self) -> float:
        """The length of what is sent."""
        return self.end - self.start


def part_limit(max_seconds: float, max_bytes: int, bytes_per_second: float) -> float:
    """Return the longest part in seconds that keeps both limits of the service."""
    return min(max_seconds, max_bytes / bytes_per_second)


def balanced_limit(rest: float, limit: float, at_a_time: int) -> float:
    """Return the limit, at most `limit`, with which requests made `at_a_time` are all busy until the end.

    `rest` seconds are to be cut. Parts end in pauses, and so come out somewhat shorter than their limit.
    """
    if rest <= limit or at_a_time == 1:
        return limit
    usual = 1 - SEARCH_SHARE / 2
    rounds = math.ceil(rest / (limit * usual) / at_a_time)
    return min(limit, max(rest / (rounds * at_a_time) / usual, SHORTEST_BALANCED_S))


def plan_parts(levels: Sequence[float], step: float, duration: float, limit: float) -> list[Part]:
    """Divide a recording of `duration` seconds into parts of at most `limit` seconds."""
    parts: list[Part] = []
    while (part := next_part(levels, step, duration, limit, parts[-1] if parts else None)) is not None:
        parts.append(part)
    return [*parts, last_part(duration, parts[-1] if parts else None)]


def next_part(levels: Sequence[float], step: float, duration: float, limit: float, before: Part | None) -> Part | None:
    """Return the part after `before`, or None while the recording does not go far enough beyond it to cut.

    `levels` holds the loudness in dB of each `step` seconds from the beginning of the recording. A cut depends only on
    what lies before its latest possible place, so that the plan of a growing recording never changes behind it.
    """
    number, start, own = _begin(before)
    if duration - start <= limit:
        return None
    longest = limit - OVERLAP_S / 2
    cut = quietest_place(levels, step, start + longest * (1 - SEARCH_SHARE), start + longest)
    return Part(number, start, cut + OVERLAP_S / 2, own)


def last_part(duration: float, before: Part | None) -> Part:
    """Return the part from the last cut to the end of the recording."""
    number, start, own = _begin(before)
    return Part(number, start, duration, own)


def split_part(part: Part, levels: Sequence[float], step: float, limit: float, number: int) -> list[Part]:
    """Divide a part that the service finds too long; the pieces are numbered from `number` on."""
    pieces = [Part(number, part.start, part.end, part.cut)]
    while pieces[-1].seconds > limit:
        first = pieces.pop()
        longest = limit - OVERLAP_S / 2
        cut = quietest_place(levels, step, first.start + longest * (1 - SEARCH_SHARE), first.start + longest)
        pieces.append(Part(first.number, first.start, cut + OVERLAP_S / 2, first.cut))
        pieces.append(Part(first.number + 1, cut - OVERLAP_S / 2, part.end, cut))
    return pieces


def _begin(before: Part | None) -> tuple[int, float, float]:
    """Return the number, start and cut of the part that follows `before`."""
    if before is None:
        return 0, 0.0, 0.0
    return before.number + 1, before.end - OVERLAP_S, before.end - OVERLAP_S / 2


def quietest_place(levels: Sequence[float], step: float, earliest: float, latest: float) -> float:
    """Return the middle of the longest quiet stretch between two times; the last one where several are as long.

    Quiet is what lies within 8 dB of the quietest tenth of the window, or below -75 dB.
    """
    first, last = round(earliest / step), min(int(latest / step), len(levels))
    window = levels[first:last]
    if not window:
        return latest
    threshold = max(sorted(window)[len(window) // 10] + QUIET_MARGIN_DB, FLOOR_DB)
    best_start, best_length, run_start = 0, 0, 0
    for index, level in enumerate(window):
        if level > threshold:
            run_start = index + 1
        elif index + 1 - run_start >= best_length:
            best_start, best_length = run_start, index + 1 - run_start
    return (first + best_start + best_length / 2) * step
