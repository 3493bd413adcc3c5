"""LiveCaptions: captions for a whole recording, whatever the network and the service do.

Both lanes (lanes.py) read the recording by position. A stretch is done when its final text came, and everything else is
sent again by a later link, so each second is captioned once.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import logging
import random
import time
from collections.abc import AsyncGenerator, Awaitable, Callable

import aiohttp

from meetrec.core.errors import DEFECT, MeetrecError, ProviderError, RefusedError, UnavailableError
from meetrec.core.events import CaptionFinal, CaptionInterim, Event, Fault, Notice, RequestSent
from meetrec.core.models import Model
from meetrec.core.settings import CaptionsSettings
from meetrec.core.turn_cutter import TurnCutter
from meetrec.provider.auth import SignIn
from meetrec.provider.backoff import Backoff
from meetrec.provider.endpoints import Endpoint
from meetrec.provider.lanes import BackfillLane, LiveLane
from meetrec.provider.link import link_session
from meetrec.provider.link_events import Degraded, LinkEvent, Usage
from meetrec.provider.link_status import LinkStatus
from meetrec.provider.loader import Loader
from meetrec.provider.opener import Opener
from meetrec.provider.passage import DRAIN_LIMIT_S, Passage
from meetrec.provider.ports import AudioReader, Resampler, VoiceDetector
from meetrec.provider.progress import Progress
from meetrec.provider.session_config import link_config
from meetrec.provider.stretches import Stretch

log = logging.getLogger(__name__)

_BYTES_PER_SECOND = 48_000
_LOOK_EVERY_S = 0.25


class LiveCaptions:
    """Captions the recording behind `reader` from `start_frame` on.

    `run()` yields core events; `advanced()` and `finish()` are called from the same event loop. `resampler` makes a
    converter from the reader's rate to 24 kHz (unused at 24 kHz), `detector` a voice detector for the reader's rate.
    `ledger` is told what each link sent. Missed audio goes out at most `replay_speed` times as fast as it was spoken.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        sign_in: SignIn,
        settings: CaptionsSettings,
        model: Model,
        *,
        reader: AudioReader,
        resampler: Callable[[], Resampler] | None = None,
        detector: Callable[[], VoiceDetector] | None = None,
        start_frame: int = 0,
        replay_speed: float = 4.0,
        ledger: Callable[[RequestSent], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._endpoint, self._sign_in = endpoint, sign_in
        self._settings = settings
        self._config = link_config(settings, model)
        self._ledger = ledger
        self._clock, self._wall, self._sleep, self._jitter = clock, wall, sleep, jitter
        self._events: asyncio.Queue[Event | None] = asyncio.Queue()
        self._status = LinkStatus(self._emit, clock)
        self._orphans: list[CaptionInterim] = []
        self._cost = 0.0
        self._answers = 0
        self._loss: ProviderError | None = None
        self._capped = asyncio.Event()
        self._progress = Progress(start_frame, reader.rate)
        self._loader = Loader(
            self._progress,
            reader,
            cutter=lambda: TurnCutter(settings.pause_ms, settings.min_voice_ms, settings.max_turn_s),
            resampler=resampler,
            detector=detector,
            speed=replay_speed,
            on_forgotten=self._on_forgotten,
            clock=clock,
            sleep=sleep,
        )

    # -- what the recorder calls ---------------------------------------------------------------------------------

    async def run(self) -> AsyncGenerator[Event, None]:
        """Yield events until the recording is finished and captioned, or captions are off. Never raises."""
        task = asyncio.create_task(self._supervise(), name="live captions")
        try:
            while (event := await self._events.get()) is not None:
                yield event
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    def advanced(self, frames: int) -> None:
        """Say that the recording has `frames` frames on disk."""
        self._progress.advanced(frames)
        self._report()

    def interrupted(self, frames: int) -> None:
        """Say that the recording, paused at `frames` frames, goes on: what comes is another sentence."""
        if frames > 0 and frames not in self._progress.breaks[-1:]:
            self._progress.breaks.append(frames)

    def renew(self) -> None:
        """Say that the machine slept: the link is dead, whatever it looks like, and another one is opened at once."""
        if (live := self._progress.live) is not None:
            live.link.give_up("the computer slept")

    def finish(self, patience_s: float = DRAIN_LIMIT_S) -> None:
        """Say that the recording has ended: the rest is captioned.

        `run()` ends when that is done, or when nothing came of it for `patience_s` seconds. Called again with less
        patience, it waits no longer than that.
        """
        self._progress.finish(patience_s)

    @property
    def cost(self) -> float:
        """Dollars so far, at list price."""
        return self._cost

    # -- supervision ---------------------------------------------------------------------------------------------

    async def _supervise(self) -> None:
        why, hint = "", ""
        try:
            async with link_session() as http:
                await self._run_lanes(http)
        except MeetrecError as error:
            why, hint = error.message, error.hint
        except Exception as error:  # captions are a courtesy: whatever breaks here must not reach the recording
            log.exception("live captions broke")
            why, hint = f"{DEFECT} ended the captions ({type(error).__name__})", "recorder.log says more"
            self._emit(Fault(what=why, hint=hint))
        finally:
            for orphan in self._orphans:  # better a doubtful text than none
                self._emit(_final(orphan, orphan.text, uncertain=True))
            self._status.off(self._progress.behind, why, hint)
            self._events.put_nowait(None)

    async def _run_lanes(self, http: aiohttp.ClientSession) -> None:
        """Run both lanes to their end. Raises MeetrecError where captions end early."""
        opener = Opener(
            self._endpoint,
            self._sign_in,
            self._config,
            http,
            on_event=self._on_event,
            on_failure=self._on_failure,
            wall=self._wall,
            sleep=self._sleep,
        )
        self._status.connecting()
        parts = (self._progress, opener, self._loader)
        live = LiveLane(
            *parts,
            release=self._release,
            on_loss=self._on_failure,
            backoff=Backoff(self._jitter),
            clock=self._clock,
        )
        backfill = BackfillLane(*parts, release=self._release, backoff=Backoff(self._jitter))
        try:
            async with asyncio.TaskGroup() as group:
                watches = [group.create_task(self._watch_the_cost()), group.create_task(self._watch_the_end())]
                await asyncio.gather(group.create_task(live.run(group)), group.create_task(backfill.run()))
                for watch in watches:
                    watch.cancel()
        except BaseExceptionGroup as errors:
            raise errors.exceptions[0] from None  # the first one; the others are its echoes

    async def _watch_the_cost(self) -> None:
        await self._capped.wait()
        cap = self._settings.max_cost_per_session
        raise RefusedError(
            f"the cap of ${cap:g} for captions is reached; the recording goes on",
            "raise it: meetrec settings set captions.max_cost_per_session DOLLARS",
        )

    async def _watch_the_end(self) -> None:
        """After the recording: raise UnavailableError when neither audio nor answers moved for too long."""
        await self._progress.finishing.wait()
        seen, since = (-1, -1), self._clock()
        while self._clock() - since < self._progress.patience_s:
            moved = (self._progress.missing, self._answers)
            if moved != seen:
                seen, since = moved, self._clock()
            await self._sleep(_LOOK_EVERY_S)
        why = self._loss.message if self._loss is not None else "the service did not answer in time"
        raise UnavailableError(why, "the minutes will hold what captions miss")

    async def _release(self, passage: Passage) -> None:
        """Take leave of a link: keep its unfinished captions, tell the ledger, close it."""
        link = passage.link
        self._orphans.extend(passage.open_captions())
        sent = link.protocol.sent_seconds
        if self._ledger is not None:
            self._ledger(
                RequestSent(
                    at=self._at,
                    method="WS",
                    url=self._endpoint.realtime_url(self._config.model),
                    purpose="captions",
                    bytes=round(sent * _BYTES_PER_SECOND),
                    status=101,
                )
            )
        await link.close()

    # -- what happens --------------------------------------------------------------------------------------------

    def _on_event(self, event: LinkEvent) -> None:
        self._answers += 1
        self._loss = None
        if isinstance(event, CaptionInterim | CaptionFinal):
            self._withdraw_orphans(event)
            self._emit(event)
        elif isinstance(event, Usage):
            self._cost += event.cost
            if 0 < self._settings.max_cost_per_session <= self._cost:
                self._capped.set()
        elif isinstance(event, Degraded):
            self._emit(Notice(what=event.words, hint=""))
        self._report()

    def _withdraw_orphans(self, event: CaptionInterim | CaptionFinal) -> None:
        """Take back what a dead link showed for a stretch that another link captions now."""
        if not event.text:
            return  # better a doubtful text than none
        left = []
        for orphan in self._orphans:
            if min(orphan.end, event.end) - max(orphan.start, event.start) > 0:
                self._emit(_final(orphan, ""))
            else:
                left.append(orphan)
        self._orphans = left

    def _on_forgotten(self, stretches: list[Stretch], shown: list[CaptionInterim]) -> None:
        self._orphans += shown
        self._progress.add_holes(stretches)

    def _on_failure(self, error: ProviderError) -> None:
        self._loss = error
        if self._progress.live is None and not self._progress.live_done:
            self._status.offline(self._progress.behind, error.message, error.hint)

    def _report(self) -> None:
        live = self._progress.live
        if live is not None and live.link.alive:
            self._status.streaming(self._progress.behind)

    @property
    def _at(self) -> float:
        return self._progress.written / self._progress.rate

    def _emit(self, event: Event) -> None:
        self._events.put_nowait(dataclasses.replace(event, at=round(self._at, 3)))


def _final(caption: CaptionInterim, text: str, *, uncertain: bool = False) -> CaptionFinal:
    return CaptionFinal(item=caption.item, start=caption.start, end=caption.end, text=text, uncertain=uncertain)
