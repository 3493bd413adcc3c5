"""Captions, marks, notes and faults in one order of time. Values in, values out; no Textual here."""

from __future__ import annotations

import bisect

from meetrec.core.captions import Caption, CaptionTrack
from meetrec.core.events import Event
from meetrec.tui.live import Moment

Entry = Caption | Moment


class Flow:
    """Takes in what comes and, when asked, orders what has changed since: at the end, as a rule, and only that."""

    def __init__(self) -> None:
        self.track = CaptionTrack()
        self.entries: list[Entry] = []
        self._moments: list[Moment] = []
        self._caption_at: list[int] = []
        """Where each caption of the track stands among the entries."""
        self._dirty: float | None = None
        """The earliest time at which something changed since `refresh`."""

    def take(self, event: Event) -> bool:
        """Take in an event. Returns whether it changed a caption."""
        index = self.track.apply(event)
        if index is None:
            return False
        captions = self.track.captions
        start = captions[index].start if index < len(captions) else float("inf")
        old = self._caption_at[index] if index < len(self._caption_at) else len(self.entries)
        if old < len(self.entries):
            start = min(start, _place(self.entries[old])[0])
        self._soil(start)
        return True

    def add(self, moment: Moment) -> None:
        """Take in a mark, a note or a remark."""
        bisect.insort(self._moments, moment, key=_place)
        self._soil(moment.at)

    def refresh(self) -> int | None:
        """Order what was taken in since the last time. Returns the index of the first changed entry, None for none."""
        if self._dirty is None:
            return None
        first = bisect.bisect_left(self.entries, self._dirty, key=lambda entry: _place(entry)[0])
        self._dirty = None
        captions = self.track.captions
        known = bisect.bisect_left(self._caption_at, first)
        del self._caption_at[known:]
        tail: list[Entry] = sorted((*captions[known:], *self._moments[first - known :]), key=_place)
        self.entries[first:] = tail
        self._caption_at += [first + index for index, entry in enumerate(tail) if isinstance(entry, Caption)]
        return first

    def _soil(self, start: float) -> None:
        self._dirty = start if self._dirty is None else min(self._dirty, start)


def _place(entry: Entry) -> tuple[float, int, float]:
    if isinstance(entry, Moment):
        return (entry.at, 1, entry.at)
    return (entry.start, 0, entry.end)
