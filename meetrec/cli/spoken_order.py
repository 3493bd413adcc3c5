"""Finished captions in the order in which they were spoken, though they become final in another."""

from __future__ import annotations

import bisect

from meetrec.core.events import CaptionFinal, CaptionInterim, Event

HOLD_S = 60.0
"""Seconds on the recording's clock after which a caption no longer waits for an earlier one that never ends."""


class SpokenOrder:
    """Holds a final caption back while an earlier turn is still being written."""

    def __init__(self) -> None:
        self._open: dict[str, float] = {}
        self._waiting: list[CaptionFinal] = []
        self._settled: set[str] = set()

    def apply(self, event: Event) -> list[CaptionFinal]:
        """Take in one event and return the captions with text that may be shown now."""
        if isinstance(event, CaptionInterim) and event.item not in self._settled:
            self._open[event.item] = event.start
        elif isinstance(event, CaptionFinal) and event.item not in self._settled:
            self._settled.add(event.item)
            self._open.pop(event.item, None)
            if event.text:
                bisect.insort(self._waiting, event, key=lambda one: (one.start, one.end, one.item))
        else:
            return []
        now = max(event.at, event.end)
        earliest = min((start for start in self._open.values() if now - start < HOLD_S), default=float("inf"))
        ready = bisect.bisect_right(self._waiting, earliest, key=lambda one: one.start)
        shown, self._waiting = self._waiting[:ready], self._waiting[ready:]
        return shown

    def rest(self) -> list[CaptionFinal]:
        """Return what still waits, when nothing more will come."""
        shown, self._waiting = self._waiting, []
        return shown
