"""Telling whether a sound goes on as a recording does: the comparing of samples behind `meetrec.demo.locate`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from meetrec.demo.fingerprint import RATE, WINDOW, Known, Samples, Smoother, rms

SAME = 0.7  # correlation from which two windows are the same sound
SURE = 0.85  # the same for a single short stretch found somewhere else
_FAINT = 0.3  # the same where there is little to hear
_CLEAR = 0.93  # below it a window is looked at twice
QUIET = 10 ** (-35 / 20)  # of the level of speech: nothing to compare
LOW = 10 ** (-18 / 20)  # of the level of speech: little to hear
_REACH = RATE // 40
_KEEP = RATE * 60  # of audio that was dealt with
_DRIFT = RATE // 500  # two lags closer than this are one


def alike(one: Samples, other: Samples) -> float:
    """Correlation of two stretches of equal length, 1.0 for the same sound at any gain."""
    a, b = one - one.mean(), other - other.mean()
    return float(np.dot(a, b) / (np.sqrt(np.dot(a, a) * np.dot(b, b)) + 1e-9))


def best_shift(probe: Samples, there: Samples) -> tuple[float, int]:
    """How well `probe` agrees with its best place in `there`, and that place."""
    length = len(probe)
    size = 1 << (len(there) - 1).bit_length()
    own = probe - probe.mean()
    product = np.fft.irfft(np.fft.rfft(there, size) * np.conj(np.fft.rfft(own, size)), size)[: len(there) - length + 1]
    sums = np.concatenate([[0.0], np.cumsum(there, dtype=np.float64)])
    squares = np.concatenate([[0.0], np.cumsum(np.square(there, dtype=np.float64))])
    energy = squares[length:] - squares[:-length] - (sums[length:] - sums[:-length]) ** 2 / length
    score = product / (np.sqrt(np.maximum(energy, 1e-7) * np.dot(own, own)) + 1e-9)
    best = int(np.argmax(score))
    return float(score[best]), best


class Heard:
    """The audio received, mono at RATE: all positions count from its start, the far past is forgotten."""

    def __init__(self) -> None:
        self._samples: Samples = np.zeros(0, np.float32)
        self._smoother = Smoother()
        self.base = 0
        self.loud = 0.0

    @property
    def end(self) -> int:
        """Samples received."""
        return self.base + len(self._samples)

    def append(self, samples: Samples) -> None:
        """Take the next samples."""
        smoothed = self._smoother.feed(samples)
        for first in range(0, len(smoothed) - WINDOW // 2, WINDOW):
            self.loud = max(self.loud, rms(smoothed[first : first + WINDOW]))
        self._samples = np.concatenate([self._samples, smoothed])

    def forget(self, before: int) -> None:
        """Let go of what is more than a minute before."""
        if before - self.base > 2 * _KEEP:
            self._samples = self._samples[before - _KEEP - self.base :].copy()
            self.base = before - _KEEP

    def cut(self, start: int, end: int) -> Samples:
        """The samples from `start` to `end`, as far as they are there."""
        return self._samples[max(start - self.base, 0) : max(end - self.base, 0)]

    def loudest(self, start: int, end: int, length: int) -> int:
        """Where in [start, end] the loudest stretch of `length` samples begins."""
        step = WINDOW // 4
        energy = np.add.reduceat(np.square(self.cut(start, end)), np.arange(0, end - start, step))
        sums = np.convolve(energy, np.ones(max(1, length // step)), "valid")
        return max(start, min(start + int(np.argmax(sums)) * step, end - length))


@dataclass(slots=True)
class Stretch:
    """Audio [start, end) that goes on as `known` does; a sample's place there is its own plus the lag.

    `sure` is the end of the last window in which there was something to compare.
    """

    known: Known
    start: int
    end: int
    lag_start: int
    lag: int
    gain: float
    sure: int

    @classmethod
    def found(cls, heard: Heard, known: Known, lag: int, start: int, end: int) -> Stretch:
        """A new one, where a search has found it: of [start, end) the window that agrees best."""
        best = max(
            range(start, max(end - WINDOW, start) + 1, WINDOW),
            key=lambda one: alike(heard.cut(one, one + WINDOW), known.cut(one + lag, one + lag + WINDOW)),
        )
        last = min(best + WINDOW, end)
        own, there = heard.cut(best, last), known.cut(best + lag, last + lag)
        return cls(known, best, last, lag, lag, float(np.dot(own, there) / (np.dot(there, there) + 1e-12)), last)

    def goes_on(self, heard: Heard, start: int, end: int, lag: int) -> int | None:
        """Whether [start, end) is what the recording has there: the lag by then, or None."""
        if end - start < WINDOW // 4:
            return lag
        own, there = heard.cut(start, end), self.known.cut(start + lag - 1, end + lag + 1)
        level, level_there = rms(own), rms(there)
        if level < heard.loud * QUIET and level_there < self.known.loud * QUIET:
            return lag
        scores = [alike(own, there[shift : shift + len(own)]) for shift in range(3)]
        best = int(np.argmax(scores))
        if level < heard.loud * LOW and level_there < self.known.loud * LOW:
            return lag if scores[best] >= _FAINT else None
        if scores[best] < SAME:
            return None
        if scores[best] < _CLEAR:
            wide = self.known.cut(start + lag - _REACH, end + lag + _REACH)
            if best_shift(own, wide)[0] > scores[best] + 0.05:
                return None
        self.sure = max(self.sure, end)
        return lag + best - 1

    def follow(self, heard: Heard, until: int) -> bool:
        """Extend forwards in whole windows to `until`; False where the trail is lost."""
        while until - self.end >= WINDOW:
            lag = self.goes_on(heard, self.end, self.end + WINDOW, self.lag)
            if lag is None:
                return False
            self.lag, self.end = lag, self.end + WINDOW
        return True

    def follow_back(self, heard: Heard, until: int) -> None:
        """Extend backwards as far as it goes, not before `until`."""
        while self.start > until:
            start, sure = max(self.start - WINDOW, until), self.sure
            lag = self.goes_on(heard, start, self.start, self.lag_start)
            self.sure = sure
            if lag is None:
                return
            self.lag_start, self.start = lag, start

    def continues(self, other: Stretch) -> bool:
        """Whether this, further on, is the same stretch of the recording at the same speed, with little between."""
        if self.known is not other.known or abs(self.lag_start - other.lag) > _DRIFT:
            return False
        between = self.known.cut(other.end + other.lag, max(self.start, other.end) + other.lag)
        return rms(between) < self.known.loud * LOW

    def misfit(self, heard: Heard, start: int, end: int, lag: int) -> Samples:
        """What is left of each sample if this is what it is."""
        left = heard.cut(start, end) - self.gain * self.known.cut(start + lag, end + lag)
        return np.asarray(np.square(left), np.float32)

    def foreign(self, heard: Heard, start: int, end: int, lag: int) -> Samples:
        """What would be left of each sample if it were something else of the same level."""
        theirs = np.square(self.gain * self.known.cut(start + lag, end + lag))
        return np.asarray((np.square(heard.cut(start, end)) + theirs) / 2, np.float32)


def settle(heard: Heard, before: Stretch | None, after: Stretch | None) -> None:
    """Put the edges of two neighbours (or the one edge of one) where they explain the samples best."""
    if before and after:
        gap_start, gap_end = before.end, after.start
        first = max(before.start, min(before.sure, gap_end) - WINDOW)
        last = min(after.end, max(gap_start, gap_end) + WINDOW)
        cut, least = _edge(
            first,
            last,
            before.misfit(heard, first, last, before.lag),
            after.misfit(heard, first, last, after.lag_start),
        )
        middle = min(max(cut, first), last) if gap_end - gap_start < 2 * WINDOW else (gap_start + gap_end) // 2
        leave, left = _leave(heard, before, first, middle)
        enter, right = _enter(heard, after, middle, last)
        joined = gap_end - gap_start < 2 * WINDOW and least <= 1.05 * (left + right)
        before.end, after.start = (cut, cut) if joined else (leave, enter)
    elif before:
        before.end = _leave(heard, before, max(before.start, before.end - WINDOW), min(before.end + WINDOW, heard.end))[
            0
        ]
    elif after:
        after.start = _enter(heard, after, max(after.start - WINDOW, heard.base), min(after.start + WINDOW, after.end))[
            0
        ]


def _leave(heard: Heard, one: Stretch, first: int, last: int) -> tuple[int, float]:
    return _edge(first, last, one.misfit(heard, first, last, one.lag), one.foreign(heard, first, last, one.lag))


def _enter(heard: Heard, one: Stretch, first: int, last: int) -> tuple[int, float]:
    lag = one.lag_start
    return _edge(first, last, one.foreign(heard, first, last, lag), one.misfit(heard, first, last, lag))


def _edge(start: int, end: int, left: Samples, right: Samples) -> tuple[int, float]:
    """The cut in [start, end] with the least misfit to its left and right, and that misfit."""
    if end <= start:
        return start, 0.0
    sums = np.concatenate([[0.0], np.cumsum(left - right, dtype=np.float64)])
    best = int(np.argmin(sums))
    return start + best, float(sums[best] + right.sum(dtype=np.float64))
