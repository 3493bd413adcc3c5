"""Record a meeting: sound to disk, captions beside it, everything that happens as one stream of events."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any

from meetrec.core.errors import DEFECT, DiskFullError, MeetrecError, StorageError
from meetrec.core.events import (
    AudioGap,
    AudioLevel,
    AudioSignal,
    DiskChanged,
    DiskState,
    Event,
    Fault,
    MarkAdded,
    NoteAdded,
    RecordingPaused,
    RecordingRescued,
    RecordingResumed,
    RecordingStarted,
    RecordingStopped,
    RecordingStopping,
    SignalState,
)
from meetrec.workflow.ports import Captions, Sound

log = logging.getLogger(__name__)

DISK_CHECK_S = 5.0
LEVEL_EVERY_S = 0.2
"""How often the level is told, the loudest since the last time: no meter shows more."""
UNWATCHED_LEVEL_EVERY_S = 2.0
"""How often while nobody looks: each time wakes all who follow the recording's events."""
LOW_MINUTES = 60.0
CRITICAL_MINUTES = 10.0


class Recording:
    """One running recording. `run` yields its events; the other methods may be called at any time from the loop.

    The methods named `on_…` are called from the writer's thread and hand over to the event loop.
    """

    def __init__(
        self,
        started: RecordingStarted,
        *,
        open_sound: Callable[[Recording], Sound],
        open_captions: Callable[[], Awaitable[Captions]] | None,
        minutes_left: Callable[[], float],
    ) -> None:
        """`open_sound` is given this object to report to, `open_captions` is asked once the sound is running.

        `minutes_left` tells how long the free space lasts; it may block.
        """
        self.started = started
        self.paused = False
        self.watched: Callable[[], bool] = lambda: True
        """Tells whether anybody looks at the level."""
        self._rate = started.rate
        self._frames = self._level_told = round(started.at * started.rate)
        self._loudest: tuple[float, float] | None = None
        self._open_sound = open_sound
        self._open_captions = open_captions
        self._captions: Captions | None = None
        self._minutes_left = minutes_left
        self._disk: DiskState | None = None
        self._why = ""
        self._closed = False
        self._hurried = False
        self._over = False
        self._stopping = asyncio.Event()
        self._events: asyncio.Queue[Event | None] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()

    @property
    def clock(self) -> float:
        """Seconds on the recording's clock."""
        return self._frames / self._rate

    @property
    def stopped(self) -> bool:
        """Whether it was asked to stop."""
        return self._stopping.is_set()

    @property
    def over(self) -> bool:
        """Whether the sound is on disk and no caption will come any more."""
        return self._over

    # -- what a person does ----------------------------------------------------------------------------------------

    def stop(self, why: str = "") -> None:
        """Stop soon; `why` is empty where the user asked for it."""
        if not self._stopping.is_set():
            self._why = why
            self._stopping.set()
            self._events.put_nowait(RecordingStopping(at=self.clock))

    def hurry(self) -> None:
        """Wait no longer for captions, once the WAV is closed: what they lack the minutes will hold."""
        self._hurried = True
        if self._closed:
            self._finish_captions()

    def pause(self) -> None:
        """Write nothing until `resume`."""
        if not self.paused and not self._stopping.is_set():
            self.paused = True
            self._sound.pause()
            self._events.put_nowait(RecordingPaused(at=self.clock))

    def resume(self) -> None:
        """Go on writing."""
        if self.paused and not self._stopping.is_set():
            self.paused = False
            if self._captions is not None:
                self._captions.interrupted(self._frames)
            self._sound.resume()
            self._events.put_nowait(RecordingResumed(at=self.clock))

    def mark(self, text: str = "") -> None:
        """Mark this moment."""
        self._events.put_nowait(MarkAdded(at=self.clock, text=text))

    def note(self, text: str) -> None:
        """Keep a note at this moment."""
        self._events.put_nowait(NoteAdded(at=self.clock, text=text))

    # -- what the sound tells (from the writer's thread) -----------------------------------------------------------

    def on_advance(self, frames: int) -> None:
        """The WAV holds `frames` frames."""
        self._loop.call_soon_threadsafe(self._advance, frames)

    def on_level(self, rms: float, peak: float) -> None:
        """How loud the last block was, in dB. It is told with the next advance: the loop is woken once a block."""
        loudest = self._loudest
        self._loudest = (rms, peak) if loudest is None else (max(rms, loudest[0]), max(peak, loudest[1]))

    def on_signal(self, state: SignalState) -> None:
        """What the last seconds sounded like."""
        self._post(AudioSignal(at=self.clock, state=state))

    def on_gap(self, seconds: float, why: str) -> None:
        """Sound is missing here."""
        self._post(AudioGap(at=self.clock, seconds=seconds, why=why))

    def on_sleep(self, seconds: float) -> None:
        """The machine slept so long: sound is missing unless nothing was to be written, and the link is dead."""
        if not self.paused:
            self.on_gap(seconds, "the computer slept")
        self._loop.call_soon_threadsafe(self._renew_captions)

    def on_rescued(self, folder: str, why: str, missing: float) -> None:
        """The session's folder failed, and all goes on in another."""
        self._post(RecordingRescued(at=self.clock, folder=folder, why=why, missing=missing))

    def on_trouble(self, error: MeetrecError) -> None:
        """Something is wrong, and the recording goes on."""
        self._post(Fault(at=self.clock, what=error.message, hint=error.hint))

    def on_fault(self, error: MeetrecError) -> None:
        """Writing went wrong for good; the recording stops with all that was written."""
        if isinstance(error, DiskFullError):
            self._post(DiskChanged(at=self.clock, state="full", minutes_left=0.0))
        self._post(Fault(at=self.clock, what=error.message, hint=error.hint))
        self._loop.call_soon_threadsafe(self.stop, error.message)

    def on_ended(self, why: str) -> None:
        """The source has no more sound: the file is over (no reason), or the device is gone."""
        self._loop.call_soon_threadsafe(self.stop, why)

    def _renew_captions(self) -> None:
        if self._captions is not None:
            self._captions.renew()

    def _post(self, event: Event) -> None:
        self._loop.call_soon_threadsafe(self._events.put_nowait, event)

    def _advance(self, frames: int) -> None:
        self._frames = frames
        if self._captions is not None:
            self._captions.advanced(frames)
        loudest = self._loudest
        every_s = LEVEL_EVERY_S if self.watched() else UNWATCHED_LEVEL_EVERY_S
        if loudest is not None and frames - self._level_told >= every_s * self._rate:
            self._level_told, self._loudest = frames, None
            self._events.put_nowait(AudioLevel(at=self.clock, rms=loudest[0], peak=loudest[1]))

    # -- the run ---------------------------------------------------------------------------------------------------

    async def run(self) -> AsyncIterator[Event]:
        """Yield everything that happens until the WAV is closed and the captions are complete.

        Raises AudioError or StorageError where the sound can't be started; afterwards nothing ends it but `stop`, the
        end of the source, or a disk that takes no more.
        """
        self._sound = self._open_sound(self)
        await asyncio.to_thread(self._sound.start)
        yield self.started
        tasks = [asyncio.create_task(self._until_stopped()), asyncio.create_task(self._watch_disk())]
        if self._open_captions is not None:
            tasks.append(asyncio.create_task(self._caption(self._open_captions)))
        for task in tasks:
            task.add_done_callback(self._tell_failure)
        ended = asyncio.create_task(self._end_after(tasks[0], *tasks[2:]))
        try:
            while (event := await self._events.get()) is not None:
                yield event
        finally:
            for task in (*tasks, ended):
                task.cancel()

    async def _end_after(self, stopping: asyncio.Task[None], *captions: asyncio.Task[None]) -> None:
        await asyncio.wait([stopping])
        for task in captions:
            if stopping.exception() is not None:  # then nobody has told them that the recording is over
                task.cancel()
        await asyncio.gather(*captions, return_exceptions=True)  # what was raised has been told
        self._over = True
        self._events.put_nowait(None)

    def _tell_failure(self, task: asyncio.Task[None]) -> None:
        """Tell of a defect in what runs in the background: nothing there fails in silence."""
        error = None if task.cancelled() else task.exception()
        if error is not None:
            log.error("recording: a task failed", exc_info=error)
            what = f"{DEFECT} ({type(error).__name__}); what was recorded is safe"
            self._events.put_nowait(Fault(at=self.clock, what=what, hint="recorder.log says more"))

    async def _until_stopped(self) -> None:
        await self._stopping.wait()
        try:
            frames = await asyncio.to_thread(self._sound.stop)
        except MeetrecError as error:
            self._events.put_nowait(Fault(at=self.clock, what=error.message, hint=error.hint))
            frames = self._frames
        self._advance(frames)
        self._closed = True
        self._finish_captions()
        stopped = RecordingStopped(at=self.clock, duration=frames / self._rate, frames=frames, why=self._why)
        self._events.put_nowait(stopped)

    def _finish_captions(self) -> None:
        if self._captions is not None and self._hurried:
            self._captions.finish(0.0)
        elif self._captions is not None:
            self._captions.finish()

    async def _caption(self, open_captions: Callable[[], Awaitable[Captions]]) -> None:
        """Pass the captions' events on. They are a courtesy: whatever breaks in them must not end the recording."""
        try:
            self._captions = captions = await open_captions()
            captions.advanced(self._frames)
            if self._closed:
                self._finish_captions()
            async for event in captions.run():
                self._events.put_nowait(event)
        except Exception as error:
            log.exception("captions broke")
            what = f"{DEFECT} ended the captions ({type(error).__name__}); the recording goes on"
            self._events.put_nowait(Fault(at=self.clock, what=what, hint="recorder.log says more"))

    async def _watch_disk(self) -> None:
        while not self._stopping.is_set():
            with contextlib.suppress(StorageError):  # a disk that can't be measured shows when it is written to
                left = await asyncio.to_thread(self._minutes_left)
                state = disk_state(left)
                if state != self._disk:
                    self._disk = state
                    self._events.put_nowait(DiskChanged(at=self.clock, state=state, minutes_left=left))
            await _first(self._stopping.wait(), DISK_CHECK_S)


def disk_state(minutes_left: float) -> DiskState:
    """Say how the disk is doing when the free space lasts that long."""
    if minutes_left < CRITICAL_MINUTES:
        return "critical"
    return "low" if minutes_left < LOW_MINUTES else "ok"


async def _first(waiting: Coroutine[Any, Any, Any], seconds: float) -> None:
    """Wait for `waiting`, at most `seconds`."""
    try:
        await asyncio.wait_for(waiting, seconds)
    except TimeoutError:
        return
