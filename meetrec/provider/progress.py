"""Progress: how far the captions of a recording are, shared by the live lane and the backfill."""

from __future__ import annotations

import asyncio

from meetrec.provider.passage import DRAIN_LIMIT_S, Passage
from meetrec.provider.stretches import Holes, Stretch


class Progress:
    """Frames written, frames sent live, and the holes between. `changed` is set when the backfill should look again."""

    def __init__(self, start_frame: int, rate: int) -> None:
        self.rate = rate
        self.written = start_frame
        self.live_from = start_frame
        """The first frame that the live lane has not sent."""
        self.breaks: list[int] = []
        """The frames at which the recording was paused, rising."""
        self.holes = Holes()
        self.live: Passage | None = None
        self.backfill: Passage | None = None
        self.live_done = False
        self.retiring = 0
        """How many links send no more and wait for their last answers."""
        self.finishing = asyncio.Event()
        self.patience_s = DRAIN_LIMIT_S
        self.changed = asyncio.Event()

    @property
    def drain_limit_s(self) -> float:
        """How long to wait for a link's next answer: less than the patience, so that there is time to ask again."""
        return self.patience_s / 2

    @property
    def missing(self) -> int:
        """How many frames on disk have not been sent for captions."""
        live = self.live.sender.lag(self.written) if self.live is not None else max(0, self.written - self.live_from)
        backfill = self.backfill.sender.lag(self.written) if self.backfill is not None else 0
        return live + backfill + self.holes.frames

    @property
    def behind(self) -> float:
        """Seconds of audio on disk that have not been sent for captions, or were sent in vain."""
        return (self.missing + self.holes.given_up) / self.rate

    def advanced(self, frames: int) -> None:
        """Take note that `frames` frames are on disk."""
        self.written = max(self.written, frames)
        if self.live is not None:
            self.live.wake.set()

    def finish(self, patience_s: float) -> None:
        """Take note that the recording has ended."""
        self.patience_s = patience_s
        self.finishing.set()
        if self.live is not None:
            self.live.sender.end_at(self.written)
            self.live.wake.set()
        self.changed.set()

    def add_holes(self, stretches: list[Stretch]) -> None:
        """Put stretches on the backfill's list."""
        self.holes.add(stretches)
        self.changed.set()
