"""What a recorder process says of itself in one small object."""

from __future__ import annotations

from meetrec.core.events import (
    Event,
    MinutesReady,
    MinutesStarted,
    PartDone,
    PartSent,
    RecordingStarted,
    RecordingStopped,
)
from meetrec.recorder.job import Job
from meetrec.recorder.status import Status

STARTED = RecordingStarted(id="x", folder="x", title="Weekly sync")
STOPPED = RecordingStopped(at=60.0, duration=60.0, frames=1)
SENT = PartSent(part=0, of=1, start=0.0, end=50.0)


def after(*events: Event) -> tuple[str, int, int]:
    status = Status(Job(kind="record"))
    for event in events:
        status.apply(event)
    return status.values["state"], status.values["parts"]["done"], status.values["parts"]["of"]


def test_a_recording_that_stops_while_parts_are_under_way_is_being_finished() -> None:
    assert after(STARTED, SENT) == ("recording", 0, 1)
    assert after(STARTED, SENT, STOPPED) == after(STARTED, STOPPED, SENT) == ("finishing", 0, 1)
    done = PartDone(part=0, of=1, start=0.0, end=50.0, segments=3, took=1.0)
    assert after(STARTED, SENT, STOPPED, done, MinutesStarted(parts=2, done=1)) == ("finishing", 1, 2)
    ready = MinutesReady(path="minutes.md", segments=3, speakers=1)
    assert after(STARTED, SENT, STOPPED, done, MinutesStarted(parts=1, done=1), ready) == ("finished", 1, 1)


def test_a_recording_that_stops_with_nothing_under_way_has_stopped() -> None:
    done = PartDone(part=0, of=1, start=0.0, end=50.0, segments=3, took=1.0)
    assert after(STARTED, STOPPED) == ("stopped", 0, 0)
    assert after(STARTED, SENT, done, STOPPED) == ("stopped", 1, 1)
