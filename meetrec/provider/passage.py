"""Passage: stretches of the recording on their way over one link, from its opening to the last answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from meetrec.core.events import CaptionInterim
from meetrec.provider.backoff import Pace
from meetrec.provider.link import Link
from meetrec.provider.sender import Sender
from meetrec.provider.stretches import FAILURE_WEIGHT, GIVE_UP_AFTER, Stretch
from meetrec.provider.timeline import Span

DRAIN_LIMIT_S = 10.0
"""How long to wait for the next outstanding answer."""
ANSWER_LIMIT_S = 45.0
"""A link with turns outstanding that says nothing for so long is of no use."""
OVERDUE_S = 120.0
"""A turn that is not answered after so much more audio has been forgotten by the service."""
_RESTING_S = 1.5


class Passage:
    """Sends what `sender` reads over `link`. `written` says how many frames of the recording are on disk.

    `loaded` are the stretches the sender was given; `on_forgotten` is told of turns that the service took and forgot
    or could not transcribe, and what was shown of them.
    """

    def __init__(
        self,
        link: Link,
        sender: Sender,
        *,
        loaded: Sequence[Stretch],
        written: Callable[[], int],
        on_forgotten: Callable[[list[Stretch], list[CaptionInterim]], None],
        rate: int,
        pace: Pace,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self.link = link
        self.sender = sender
        self.wake = asyncio.Event()
        self._loaded = loaded
        self._written = written
        self._on_forgotten = on_forgotten
        self._rate = rate
        self._pace = pace
        self._clock = clock
        self._sleep = sleep
        self._answers = 0
        self._heard_at = clock()
        self._leaving = False
        self._draining = False
        self._loop = asyncio.get_running_loop()
        self._sent_at = self._loop.time()
        self._rest_timer: asyncio.TimerHandle | None = None
        self._rested = self._rest_is_due = False
        link.on_news = self._on_news

    def _on_news(self) -> None:
        for spans, shown in self.link.protocol.take_failed():
            again = [one for one in self._stretches(spans, FAILURE_WEIGHT) if one.unanswered < GIVE_UP_AFTER]
            if again:
                self._on_forgotten(again, [shown] if shown.text else [])
        self._answers += 1
        self._heard_at = self._clock()
        if self._draining or self._leaving or not self.link.alive:
            self.wake.set()  # otherwise an answer changes nothing about what to send

    def leave(self) -> None:
        """End in the next pause."""
        self._leaving = True
        self.sender.watches_pauses = True
        self.wake.set()

    async def carry(self) -> bool:
        """Send until everything is through, a pause to leave in has come, or the link is dead (then return False)."""
        try:
            return await self._carry()
        finally:
            if self._rest_timer is not None:
                self._rest_timer.cancel()

    async def _carry(self) -> bool:
        while self.link.alive:
            if self._leaving and self.sender.find_pause():
                self.sender.cut_here()
                await self.link.flush()
                return self.link.alive
            self.wake.clear()
            seconds = self.sender.step(self._written())
            await self.link.flush()
            if seconds:
                self._sent_at, self._rested = self._loop.time(), False
                self._look_for_answers()
                if (delay := self._pace.delay(seconds)) > 0:
                    await self._sleep(delay)
            elif self.sender.through:
                return self.link.alive
            else:
                await self._wait_for_more()
        return False

    def _look_for_answers(self) -> None:
        """End a link that takes audio and says nothing; take note of single turns that the service has forgotten."""
        protocol = self.link.protocol
        if not protocol.outstanding:
            self._heard_at = self._clock()
        elif self._clock() - self._heard_at > ANSWER_LIMIT_S:
            self.link.give_up("the service takes audio and does not answer")
        else:
            spans, shown = protocol.take_overdue(OVERDUE_S)
            if spans:
                self._on_forgotten(self._stretches(spans, 1), shown)

    async def _wait_for_more(self) -> None:
        """Wait for more audio, or for anything else; a turn in hand is ended when none comes."""
        if self._rest_timer is None and not self._rested:
            self._watch_for_rest()
        await self.wake.wait()
        if self._rest_is_due:
            self._rest_is_due, self._rested = False, True
            self.sender.rest()
            await self.link.flush()

    def _watch_for_rest(self) -> None:
        """See whether no audio has come for a while: one timer for many blocks, not one for each."""
        left = self._sent_at + _RESTING_S - self._loop.time()
        if left > 0:
            self._rest_timer = self._loop.call_later(left, self._watch_for_rest)
        else:
            self._rest_timer, self._rest_is_due = None, True
            self.wake.set()

    async def drain(self, limit_s: float) -> bool:
        """Wait for the outstanding answers, at most `limit_s` for the next one. Returns whether all came."""
        protocol = self.link.protocol
        self._draining = True
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
        return self._stretches(self.link.protocol.unsettled(), 1 if unanswered else 0)

    def unsent(self) -> list[Stretch]:
        """Return the loaded stretches as far as they were not sent."""
        return [self._counted(one.start, one.end, 0) for one in self.sender.unsent()[0]]

    def _stretches(self, spans: list[Span], unanswered: int) -> list[Stretch]:
        frames = [(round(one.start * self._rate), round(one.end * self._rate)) for one in spans]
        return [self._counted(start, end, unanswered) for start, end in frames if end > start]

    def _counted(self, start: int, end: int, unanswered: int) -> Stretch:
        """Return a stretch that remembers how often the service said nothing to it before."""
        before = [one.unanswered for one in self._loaded if one.start < end and start < one.end]
        return Stretch(start, end, max(before, default=0) + unanswered)

    def open_captions(self) -> list[CaptionInterim]:
        """Return what was shown and is not final."""
        return self.link.protocol.open_captions()
