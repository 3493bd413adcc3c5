"""Whether live sound arrives at the pace of the clock. Sound systems lose sound without a word; the clock knows."""

from __future__ import annotations

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
