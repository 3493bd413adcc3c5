"""Passage: stretches of the recording on their way over one link, from its opening to the last answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from meetrec.core.events import CaptionInterim
from meetrec.provider.backoff import Pace
from meetrec.provider.link import Link
from meetrec.provider.sender import Sender
from meetrec.provider.stretches import Stretch

DRAIN_LIMIT_S = 10.0
"""How long to wait for the next outstanding answer."""


class Passage:
    """Sends what `sender` reads over `link`. `written` says how many frames of the recording are on disk."""

    def __init__(
        self,
        link: Link,
        sender: Sender,
        *,
        written: Callable[[], int],
        rate: int,
        pace: Pace,
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self.link = link
        self.sender = sender
        self.wake = asyncio.Event()
        self._written = written
        self._rate = rate
        self._pace = pace
        self._sleep = sleep
        self._answers = 0
        self._leaving = False
        link.on_news = self._on_news

    def _on_news(self) -> None:
        self._answers += 1
        self.wake.set()

    def leave(self) -> None:
        """End in the next pause."""
        self._leaving = True
        self.sender.watches_pauses = True
        self.wake.set()

    async def carry(self) -> bool:
        """Send until everything is through, a pause to leave in has come, or the link is dead (then return False)."""
        while self.link.alive:
            if self._leaving and self.sender.in_pause:
                self.sender.cut_here()
                await self.link.flush()
                return self.link.alive
            self.wake.clear()
            seconds = self.sender.step(self._written())
            await self.link.flush()
            if seconds:
                await self._sleep(self._pace.delay(seconds))
            elif self.sender.through:
                return self.link.alive
            else:
                await self.wake.wait()
        return False

    async def drain(self, limit_s: float) -> bool:
        """Wait for the outstanding answers, at most `limit_s` for the next one. Returns whether all came."""
        protocol = self.link.protocol
        protocol.end()
        await self.link.flush()
        while self.link.alive and not protocol.settled:
            before = self._answers
            self.wake.clear()
            try:
                async with asyncio.timeout(limit_s):
                    while self.link.alive and not protocol.settled and self._answers == before:
                        await self.wake.wait()
                        self.wake.clear()
            except TimeoutError:
                return False
        return protocol.settled

    def unsettled(self, *, unanswered: bool) -> list[Stretch]:
        """Return what was sent and never answered; `unanswered` says that this is the service's fault."""
        once = 1 if unanswered else 0
        spans = self.link.protocol.unsettled()
        stretches = [Stretch(round(one.start * self._rate), round(one.end * self._rate), once) for one in spans]
        return [one for one in stretches if one.frames > 0]

    def open_captions(self) -> list[CaptionInterim]:
        """Return what was shown and is not final."""
        return self.link.protocol.open_captions()
