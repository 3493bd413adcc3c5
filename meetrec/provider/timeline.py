"""Timeline: which second of the recording a sample on the wire was.

A link counts the samples it sent (the service's `audio_start_ms` and `audio_end_ms` do), and these may come from
several stretches of the recording: holes that are filled, then what is being said now.
"""

from __future__ import annotations

import bisect
import itertools
from dataclasses import dataclass

RATE = 24000
"""Samples per second on the wire (`audio/pcm` knows no other)."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From `start` to `end` seconds on the recording's clock."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        return max(0.0, self.end - self.start)


class Timeline:
    """A piecewise map from samples sent to seconds of the recording."""

    def __init__(self, start: float) -> None:
        self._sent = [0]
        self._start = [start]

    def seek(self, sent: int, start: float) -> None:
        """Say that the sample number `sent` and what follows it come from `start` seconds on."""
        if self._sent[-1] == sent:
            self._start[-1] = start
        else:
            self._sent.append(sent)
            self._start.append(start)

    def seconds(self, sample: int) -> float:
        """Return the time of sample number `sample` (a boundary belongs to the stretch that begins there)."""
        index = bisect.bisect_right(self._sent, max(0, sample)) - 1
        return self._start[index] + (max(0, sample) - self._sent[index]) / RATE

    def end_seconds(self, sample: int) -> float:
        """Return the time at which audio that ends before `sample` ends (a boundary belongs to the earlier stretch)."""
        index = max(0, bisect.bisect_left(self._sent, sample) - 1)
        return self._start[index] + (sample - self._sent[index]) / RATE

    def spans(self, begin: int, end: int) -> list[Span]:
        """Return the stretches of the recording between two samples."""
        cuts = [begin, *(sent for sent in self._sent if begin < sent < end), end]
        return [Span(self.seconds(a), self.end_seconds(b)) for a, b in itertools.pairwise(cuts) if b > a]


def joined(spans: list[Span], gap: float = 1 / RATE) -> list[Span]:
    """Return `spans` sorted, those that touch or overlap (or leave less than `gap` seconds) joined."""
    result: list[Span] = []
    for span in sorted(spans):
        if result and span.start <= result[-1].end + gap:
            result[-1] = Span(result[-1].start, max(result[-1].end, span.end))
        elif span.end > span.start:
            result.append(span)
    return result
