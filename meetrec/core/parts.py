"""Where to cut a recording into parts that fit one request: in the longest quiet place near the limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SEARCH_SHARE = 0.35
"""The last share of the longest possible part in which a cut is looked for."""
QUIET_MARGIN_DB = 8.0
FLOOR_DB = -75.0


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the recording sent in one request, in seconds on the recording's clock."""

    number: int
    start: float
    end: float

    @property
    def seconds(self) -> float:
        return self.end - self.start


def part_limit(max_seconds: float, max_bytes: int, bytes_per_second: float) -> float:
    """Return the longest part in seconds that keeps both limits of the service."""
    return min(max_seconds, max_bytes / bytes_per_second)


def plan_parts(levels: Sequence[float], step: float, duration: float, limit: float, *, start: float = 0.0) -> list[Part]:
    """Divide `start` to `duration` into parts of at most `limit` seconds.

    `levels` holds the loudness in dB of each `step` seconds from the beginning of the recording. A cut depends only on
    what lies before its latest possible place, so that the plan of a growing recording never changes behind it.
    """
    parts: list[Part] = []
    while duration - start > limit:
        cut = quietest_place(levels, step, start + limit * (1 - SEARCH_SHARE), start + limit)
        parts.append(Part(len(parts), start, cut))
        start = cut
    if duration > start:
        parts.append(Part(len(parts), start, duration))
    return parts


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
