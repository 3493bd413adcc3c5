"""One recording as a stream of events."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from functools import partial

import pytest

from meetrec.core.errors import AudioDeviceError, DiskFullError
from meetrec.core.events import (
    AudioGap,
    CaptionFinal,
    DiskChanged,
    Event,
    Fault,
    LinkChanged,
    MarkAdded,
    NoteAdded,
    RecordingPaused,
    RecordingResumed,
    RecordingStarted,
    RecordingStopped,
    RecordingStopping,
)
from meetrec.workflow import record as workflow
from meetrec.workflow.record import Recording
from tests.waiting import until

RATE = 1000


class Sound:
    """A sound port that the test drives from a thread, as the writer's thread does."""

    def __init__(self, listener: Recording) -> None:
        self.listener = listener
        self.frames = 0
        self.paused = False
        self.late = 0

    def start(self) -> None:
        self.grow(RATE)

    def grow(self, frames: int) -> None:
        self.frames += frames
        self.listener.on_advance(self.frames)

    def pause(self) -> None:
        self.paused = True

    def resume(self) -> None:
        self.paused = False

    def stop(self) -> int:
        self.frames += self.late
        return self.frames


class Captions:
    """A captions port: one caption when the recording is over."""

    def __init__(self) -> None:
        self.frames = 0
        self.renewed = 0
        self.finished = asyncio.Event()
        self.interruptions: list[int] = []
        self.patience_s: list[float] = []

    def advanced(self, frames: int) -> None:
        self.frames = frames

    def interrupted(self, frames: int) -> None:
        self.interruptions.append(frames)

    def renew(self) -> None:
        self.renewed += 1

    def finish(self, patience_s: float = 10.0) -> None:
        self.patience_s.append(patience_s)
        self.finished.set()

    async def run(self) -> AsyncIterator[Event]:
        yield LinkChanged(state="live")
        await self.finished.wait()
        yield CaptionFinal(item="1:a", start=0, end=1, text=f"{self.frames} frames")


class Run:
    """A recording under test and what it said so far."""

    def __init__(self, *, captions: Captions | None = None, minutes_left: float = 1000.0) -> None:
        self.left = minutes_left
        self.captions = captions
        self.events: list[Event] = []
        self.recording = Recording(
            RecordingStarted(id="x", folder="/x", rate=RATE),
            open_sound=self._open,
            open_captions=None if captions is None else self._open_captions,
            minutes_left=lambda: self.left,
        )
        self.task = asyncio.create_task(self._collect())

    async def _open_captions(self) -> Captions:
        assert self.captions is not None
        return self.captions

    def _open(self, listener: Recording) -> Sound:
        self.sound = Sound(listener)
        return self.sound

    async def _collect(self) -> None:
        async for event in self.recording.run():
            self.events.append(event)

    async def until(self, kind: type[Event]) -> None:
        await until(lambda: any(isinstance(event, kind) for event in self.events))


async def test_it_begins_with_started_and_ends_with_stopped() -> None:
    run = Run()
    await run.until(RecordingStarted)
    run.recording.stop()
    await asyncio.wait_for(run.task, 60)
    assert isinstance(run.events[0], RecordingStarted)
    assert run.events[-1] == RecordingStopped(at=1.0, duration=1.0, frames=RATE)


async def test_marks_and_notes_stand_at_the_recordings_clock_and_pausing_stops_it() -> None:
    run = Run()
    await run.until(RecordingStarted)
    await asyncio.to_thread(run.sound.grow, 500)
    await asyncio.sleep(0)
    run.recording.mark("decision")
    run.recording.pause()
    run.recording.pause()
    assert run.sound.paused
    run.recording.resume()
    run.recording.note("tell Ana")
    run.recording.stop()
    await asyncio.wait_for(run.task, 60)
    assert [event for event in run.events[1:-1] if not isinstance(event, DiskChanged)] == [
        MarkAdded(at=1.5, text="decision"),
        RecordingPaused(at=1.5),
        RecordingResumed(at=1.5),
        NoteAdded(at=1.5, text="tell Ana"),
        RecordingStopping(at=1.5),
    ]


async def test_captions_are_told_where_the_recording_was_paused() -> None:
    captions = Captions()
    run = Run(captions=captions)
    await run.until(LinkChanged)
    run.recording.pause()
    await asyncio.to_thread(run.sound.grow, 200)  # what had been heard before the pause
    await until(lambda: captions.frames == RATE + 200)
    run.recording.resume()
    run.recording.stop()
    await asyncio.wait_for(run.task, 60)
    assert captions.interruptions == [RATE + 200]


async def test_who_is_in_a_hurry_waits_no_longer_for_captions() -> None:
    captions = Captions()
    run = Run(captions=captions)
    await run.until(LinkChanged)
    run.recording.stop()
    run.recording.hurry()
    assert not run.recording.over
    await asyncio.wait_for(run.task, 60)
    assert captions.patience_s[-1] == 0
    assert run.recording.over


async def test_frames_that_stop_still_wrote_are_counted_and_captioned() -> None:
    captions = Captions()
    run = Run(captions=captions)
    await run.until(LinkChanged)
    run.sound.late = 250
    run.recording.stop()
    await asyncio.wait_for(run.task, 60)
    stopped = next(event for event in run.events if isinstance(event, RecordingStopped))
    assert stopped.frames == 1250
    assert run.events[-1] == CaptionFinal(item="1:a", start=0, end=1, text="1250 frames")


async def test_a_full_disk_is_said_and_stops_the_recording_with_its_reason() -> None:
    run = Run()
    await run.until(RecordingStarted)
    error = DiskFullError("the disk is full", "make space")
    await asyncio.to_thread(run.recording.on_fault, error)
    await asyncio.wait_for(run.task, 60)
    assert Fault(at=1.0, what="the disk is full", hint="make space") in run.events
    assert DiskChanged(at=1.0, state="full", minutes_left=0.0) in run.events
    assert run.events[-1] == RecordingStopped(at=1.0, duration=1.0, frames=RATE, why="the disk is full")


async def test_the_end_of_the_source_stops_the_recording_without_a_reason() -> None:
    run = Run()
    await run.until(RecordingStarted)
    threading.Thread(target=run.recording.on_ended, args=("",)).start()
    await asyncio.wait_for(run.task, 60)
    assert run.events[-1] == RecordingStopped(at=1.0, duration=1.0, frames=RATE)


@pytest.mark.parametrize(
    ("left", "state"), [(300.0, "ok"), (60.0, "ok"), (59.9, "low"), (10.0, "low"), (9.9, "critical")]
)
async def test_how_long_the_disk_lasts_is_told_at_once_and_long_before_it_is_full(left: float, state: str) -> None:
    run = Run(minutes_left=left)
    await run.until(DiskChanged)
    run.recording.stop()
    await asyncio.wait_for(run.task, 60)
    told = next(event for event in run.events if isinstance(event, DiskChanged))
    assert (told.state, told.minutes_left) == (state, left)


def has_told(run: Run, times: int) -> bool:
    return sum(isinstance(one, DiskChanged) for one in run.events) == times


async def test_it_is_told_again_when_the_space_becomes_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workflow, "DISK_CHECK_S", 0.01)
    run = Run(minutes_left=1000.0)
    for left, told in ((59.0, 2), (58.0, 2), (5.0, 3), (200.0, 4)):
        await run.until(DiskChanged)
        run.left = left
        await until(partial(has_told, run, told))
    run.recording.stop()
    await asyncio.wait_for(run.task, 60)
    assert [one.state for one in run.events if isinstance(one, DiskChanged)] == ["ok", "low", "critical", "ok"]


async def test_after_the_machine_slept_the_gap_is_told_and_the_link_is_a_new_one() -> None:
    captions = Captions()
    run = Run(captions=captions)
    await run.until(LinkChanged)
    await asyncio.to_thread(run.recording.on_sleep, 600.0)
    await until(lambda: captions.renewed == 1)
    assert AudioGap(at=1.0, seconds=600.0, why="the computer slept") in run.events
    run.recording.pause()
    await asyncio.to_thread(run.recording.on_sleep, 60.0)
    await until(lambda: captions.renewed == 2)
    run.recording.stop()
    await asyncio.wait_for(run.task, 60)
    assert sum(isinstance(one, AudioGap) for one in run.events) == 1  # nothing was to be recorded the second time


async def test_a_microphone_that_delivers_nothing_is_told_and_does_not_end_the_recording() -> None:
    run = Run()
    await run.until(RecordingStarted)
    await asyncio.to_thread(run.recording.on_trouble, AudioDeviceError("nothing arrives", "look at the cable"))
    await run.until(Fault)
    await asyncio.to_thread(run.sound.grow, 500)
    run.recording.stop()
    await asyncio.wait_for(run.task, 60)
    assert run.events[-1] == RecordingStopped(at=1.5, duration=1.5, frames=1500)


async def test_a_crash_of_the_captions_does_not_end_the_recording() -> None:
    class Broken(Captions):
        async def run(self) -> AsyncIterator[Event]:
            yield LinkChanged(state="live")
            raise RuntimeError("a defect")

    run = Run(captions=Broken())
    await run.until(Fault)
    assert not run.task.done()
    run.recording.stop()
    await asyncio.wait_for(run.task, 60)
    assert isinstance(run.events[-1], RecordingStopped)
