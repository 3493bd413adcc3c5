"""The two lanes of live captions: what is being said now, and what was missed.

The live lane opens one link after the other; before a link is too old, the next one is opened and taken over in a
pause. What a link did not get captioned becomes holes; small ones go first over the next live link, in order, and
bigger ones go over a second link, so that the newest speech is on screen first.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from meetrec.core.errors import ProviderError, RefusedError
from meetrec.provider.backoff import SERVICE_LIMIT_S, Backoff
from meetrec.provider.link import Link
from meetrec.provider.loader import Loader
from meetrec.provider.opener import Opener
from meetrec.provider.passage import Passage
from meetrec.provider.progress import Progress
from meetrec.provider.stretches import Stretch

NEAR_S = 10.0
"""Up to this much missed audio is sent before what is being said, over the same link."""
_ROTATE_AGAIN_S = 60.0
_STEADY_S = 10.0  # a link that lived this long worked

Release: TypeAlias = Callable[[Passage], Awaitable[None]]
"""Called when a passage is over: closes its link, keeps its unfinished captions, writes the ledger."""


class LiveLane:
    """Captions what is being said. `on_loss` is told why a link broke."""

    def __init__(
        self,
        progress: Progress,
        opener: Opener,
        loader: Loader,
        *,
        release: Release,
        on_loss: Callable[[ProviderError], None],
        backoff: Backoff,
        clock: Callable[[], float],
    ) -> None:
        self._progress = progress
        self._opener = opener
        self._loader = loader
        self._release = release
        self._on_loss = on_loss
        self._backoff = backoff
        self._clock = clock
        self._next: Link | None = None

    async def run(self, group: asyncio.TaskGroup) -> None:
        """Keep a link until the recording has ended. Raises RefusedError when the service will never take one."""
        progress = self._progress
        try:
            while not progress.finishing.is_set():
                link = self._next or await self._connect()
                self._next = None
                if link is not None:
                    await self._use(link, group)
        finally:
            if self._next is not None:
                await self._next.close()
        # what is left, if anything, is the backfill's
        progress.add_holes([Stretch(progress.live_from, progress.written)])
        progress.live_from = progress.written
        progress.live_done = True
        progress.changed.set()

    async def _connect(self) -> Link | None:
        """Open a link; None when the recording ends before that succeeds."""
        opening = asyncio.ensure_future(self._opener.connect(self._backoff))
        ending = asyncio.ensure_future(self._progress.finishing.wait())
        try:
            await asyncio.wait([opening, ending], return_when=asyncio.FIRST_COMPLETED)
        finally:
            ending.cancel()
            if not opening.done():
                opening.cancel()
        return opening.result() if opening.done() else None

    async def _use(self, link: Link, group: asyncio.TaskGroup) -> None:
        """Send over one link until it breaks, is relieved by the next, or the recording has ended."""
        progress, since = self._progress, self._clock()
        passage = progress.live = self._loader.load(link, *self._what_first())
        progress.changed.set()
        if progress.finishing.is_set():
            passage.sender.end_at(progress.written)
        relief = group.create_task(self._relieve(passage))
        whole = False
        try:
            whole = await passage.carry()
        finally:
            relief.cancel()
            self._go_on_after(passage)
            if not whole:
                await self._release(passage)
        if whole:
            progress.retiring += 1
            group.create_task(self._retire(passage))
            return
        if isinstance(link.error, RefusedError):
            raise link.error
        if link.error is not None:
            self._on_loss(link.error)
        if self._clock() - since >= _STEADY_S:
            self._backoff.reset()
        else:
            await self._opener.sleep(self._backoff.delay(limit=SERVICE_LIMIT_S))

    def _go_on_after(self, passage: Passage) -> None:
        """Note where the live lane goes on; what this passage had in hand becomes holes, unless it is still waiting."""
        progress = self._progress
        progress.live = None
        _, live_from = passage.sender.unsent()
        progress.live_from = progress.written if live_from is None else live_from
        progress.add_holes(passage.unsent())
        if not passage.link.alive:
            progress.add_holes(passage.unsettled(unanswered=False))

    def _what_first(self) -> tuple[list[Stretch], int]:
        """Decide what the live link sends: all that was missed if that is little, else what is said from now on."""
        progress = self._progress
        if (progress.holes.frames + progress.written - progress.live_from) <= NEAR_S * progress.rate:
            live_from = progress.live_from
            stretches = progress.holes.take()
            if stretches and stretches[-1].end >= live_from and not stretches[-1].unanswered:
                live_from = stretches.pop().start
            return stretches, live_from
        quiet = max(progress.live_from, self._loader.quiet_place())
        progress.add_holes([Stretch(progress.live_from, quiet)])
        progress.live_from = quiet
        return [], quiet

    async def _relieve(self, passage: Passage) -> None:
        """Open the next link before this one is too old, then let this one leave in the next pause."""
        await self._opener.sleep(self._opener.seconds_to_rotation(passage.link))
        while self._next is None:
            self._next = await self._opener.try_once()
            if self._next is None:
                await self._opener.sleep(_ROTATE_AGAIN_S)
        passage.leave()

    async def _retire(self, passage: Passage) -> None:
        """Wait for the last answers of a link that sends no more."""
        try:
            answered = await passage.drain(self._progress.drain_limit_s)
            self._progress.add_holes(passage.unsettled(unanswered=not answered and passage.link.alive))
        finally:
            self._progress.retiring -= 1
            self._progress.changed.set()
            await self._release(passage)


class BackfillLane:
    """Captions what was missed, over a second link, while the live lane goes on."""

    def __init__(
        self,
        progress: Progress,
        opener: Opener,
        loader: Loader,
        *,
        release: Release,
        backoff: Backoff,
    ) -> None:
        self._progress = progress
        self._opener = opener
        self._loader = loader
        self._release = release
        self._backoff = backoff

    async def run(self) -> None:
        """Fill holes until the recording has ended and none is left."""
        while await self._work_to_do():
            link = await self._opener.connect(self._backoff)
            await self._fill(link)

    async def _work_to_do(self) -> bool:
        """Wait for holes that a second link should fill. Returns False when none will come any more."""
        progress = self._progress
        while not (progress.holes and (progress.live is not None or progress.live_done)):
            if progress.live_done and not progress.retiring:
                return False
            progress.changed.clear()
            await progress.changed.wait()
        return True

    async def _fill(self, link: Link) -> None:
        progress = self._progress
        passage = progress.backfill = self._loader.load(link, progress.holes.take(), None)
        answered = False
        try:
            answered = await passage.carry() and await passage.drain(progress.drain_limit_s)
        finally:
            progress.backfill = None
            unanswered = not answered and link.alive
            progress.add_holes([*passage.unsent(), *passage.unsettled(unanswered=unanswered)])
            await self._release(passage)
        if isinstance(link.error, RefusedError):
            raise link.error
        if answered:
            self._backoff.reset()
        else:
            await self._opener.sleep(self._backoff.delay(limit=SERVICE_LIMIT_S))
