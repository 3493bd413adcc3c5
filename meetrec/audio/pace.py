"""Whether live sound arrives at the pace of the clock. Sound systems lose sound without a word; the clock knows."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

_NOTICED_FROM = 0.25
"""Seconds. Less is the jitter of a sound system and of a busy machine."""
_SETTLED_AFTER = 2.0
"""Seconds of steady arrival until missing sound is believed to be lost and not merely late."""
_DRIFT = 0.0005
"""How far two clocks may run apart, in seconds a second: 500 ppm, five times what sound cards do."""


class PaceWatch:
    """Compares seconds of sound with seconds of a steady clock. Pure: it is fed both.

    Sound that comes late but comes (the process was stopped, the server hung) catches up in a burst and is no gap.
    Sound that is still missing after two seconds of steady arrival was lost.
    """

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Forget all: another source begins, or the old one was opened again."""
        self._began: float | None = None
        self._heard = 0.0
        self._usual = self._least = 0.0
        self._late_since: float | None = None

    def feed(self, now: float, seconds: float) -> float:
        """Take the arrival at `now` of a block `seconds` long; return the seconds found to be lost, mostly 0."""
        if self._began is None:
            self._began = self._at = now
            return 0.0
        self._heard += seconds
        lag = now - self._began - self._heard
        self._usual = min(lag, self._usual + _DRIFT * min(now - self._at, 1.0))
        self._at = now
        late = lag - self._usual
        if late < _NOTICED_FROM:
            self._late_since = None
            return 0.0
        if self._late_since is None:
            self._late_since, self._least = now, late
        self._least = min(self._least, late)
        if now - self._late_since < _SETTLED_AFTER:
            return 0.0
        self._usual += self._least
        self._late_since = None
        return self._least


SLEPT_FROM = 1.0
"""Seconds by which two clocks must run apart until the machine is said to have slept."""


def time_with_sleep() -> float:
    """Return seconds on a clock that goes on while the machine sleeps, which `time.monotonic` does not.

    CLOCK_BOOTTIME on Linux (clock_gettime(2)); on macOS CLOCK_MONOTONIC, of which `time.monotonic` is no user there.
    Elsewhere the two are the same clock, and PaceWatch sees the gap.
    """
    number = getattr(time, "CLOCK_BOOTTIME", None)
    if number is None and sys.platform == "darwin":
        number = time.CLOCK_MONOTONIC
    return time.monotonic() if number is None else time.clock_gettime(number)


class SleepWatch:
    """Notices that the machine slept: a clock that counts sleep runs away from one that does not."""

    def __init__(
        self, with_sleep: Callable[[], float] = time_with_sleep, without: Callable[[], float] = time.monotonic
    ) -> None:
        self._with_sleep, self._without = with_sleep, without
        self._apart = with_sleep() - without()

    def slept(self) -> float:
        """Return the seconds slept since the last call, 0 where it did not."""
        apart = self._with_sleep() - self._without()
        seconds = apart - self._apart
        if seconds < SLEPT_FROM:
            return 0.0
        self._apart = apart
        return seconds
