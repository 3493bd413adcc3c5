"""Sound that was dropped on its way to the disk: how often to say so."""

from __future__ import annotations

from meetrec.core.errors import AudioDeviceError

TOLD_EVERY_S = 60.0
"""Seconds between two words on one kind of loss: it may go on all the time."""


class Losses:
    """One way in which blocks are lost: counted all the time, told at most once a minute.

    `what` takes in `{}` how often it happened ("2 times"), `told` is the count at the beginning.
    """

    def __init__(self, what: str, hint: str, told: int) -> None:
        self._what, self._hint = what, hint
        self._told, self._told_at = told, -TOLD_EVERY_S

    def news(self, now: float, count: int) -> AudioDeviceError | None:
        """Return what to tell when there were `count` losses in all by `now`."""
        lost = count - self._told
        if lost <= 0 or now - self._told_at < TOLD_EVERY_S:
            return None
        self._told, self._told_at = count, now
        return AudioDeviceError(self._what.format(f"{lost} time{'s' * (lost > 1)}"), self._hint)
