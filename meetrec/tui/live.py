"""What the events of a running session add up to, for the record screen. Values in, values out; no Textual here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any, Literal

from meetrec.core import events as ev

Phase = Literal["starting", "recording", "paused", "closing", "stopping", "finishing", "ready", "failed", "lost"]
MomentKind = Literal["mark", "note", "remark", "fault"]

VOICE_DB = -45.0
"""What is louder than this is taken for somebody speaking, until the recorder has judged."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Something other than speech that belongs into the captions at its time."""

    at: float
    kind: MomentKind
    text: str = ""


@dataclass
class Live:
    """The state of a running session. `phase` goes forward only, except between recording and paused."""

    phase: Phase = "starting"
    session_id: str = ""
    title: str = ""
    clock: float = 0.0
    tracks: tuple[str, ...] = ("mic",)
    simulated: bool = False
    captioned: bool = True
    """Whether captions are made: not of a file that is imported."""
    levels: dict[str, float] = field(default_factory=dict)
    heard: set[str] = field(default_factory=set)
    """Tracks that have been loud enough to be a voice."""
    signals: dict[str, ev.SignalState] = field(default_factory=dict)
    link: ev.LinkChanged | None = None
    disk: ev.DiskChanged | None = None
    moments: list[Moment] = field(default_factory=list)
    parts: int = 0
    parts_done: set[int] = field(default_factory=set)
    parts_failed: set[int] = field(default_factory=set)
    parts_open: set[int] = field(default_factory=set)
    took: list[float] = field(default_factory=list)
    stopped_why: str = ""
    why: str = ""
    hint: str = ""

    def apply(self, event: ev.Event) -> None:
        """Take in one event of any type."""
        self.clock = max(self.clock, event.at)
        handler = _HANDLERS.get(type(event))
        if handler is not None:
            handler(self, event)

    def fail(self, why: str, hint: str) -> None:
        """Note that nothing came of it, or, once sound was written, that the recorder cannot be reached any more."""
        self.phase = "lost" if self.has_begun else "failed"
        self.why, self.hint = why, hint

    @property
    def is_recording(self) -> bool:
        return self.phase in ("recording", "paused")

    @property
    def has_begun(self) -> bool:
        """Whether there is a session to look at: sound was written."""
        return bool(self.session_id)

    @property
    def progress(self) -> float:
        """How much of the minutes is made, 0 to 1."""
        return len(self.parts_done) / self.parts if self.parts else 0.0

    @property
    def seconds_left(self) -> float | None:
        """How long the minutes will still take, judged by the parts done so far; None while nothing is known."""
        if not self.took or not self.parts:
            return None
        waiting = max(self.parts - len(self.parts_done) - len(self.parts_failed), 0)
        return sum(self.took) / len(self.took) * waiting / max(len(self.parts_open), 1)


def _started(live: Live, event: ev.RecordingStarted) -> None:
    live.phase = "recording"
    live.session_id, live.title = event.id, event.title
    live.tracks, live.simulated = event.tracks or ("mic",), event.simulated
    live.captioned = bool(event.captions_model)
    live.why = live.hint = ""


def _paused(live: Live, event: ev.RecordingPaused) -> None:
    live.phase = "paused"
    live.levels.clear()
    live.moments.append(Moment(event.at, "remark", "Paused"))


def _resumed(live: Live, event: ev.RecordingResumed) -> None:
    live.phase = "recording"
    live.moments.append(Moment(event.at, "remark", "Goes on"))


def _closing(live: Live, _: ev.RecordingStopping) -> None:
    live.phase = "closing"
    live.levels.clear()


def _stopped(live: Live, event: ev.RecordingStopped) -> None:
    live.phase = "stopping"
    live.clock = event.duration
    live.levels.clear()
    live.stopped_why = event.why
    if event.why:
        live.moments.append(Moment(event.duration, "fault", f"Stopped: {event.why}"))


def _level(live: Live, event: ev.AudioLevel) -> None:
    if live.phase == "recording":
        live.levels[event.track] = event.rms
        if event.rms > VOICE_DB:
            live.heard.add(event.track)


def _signal(live: Live, event: ev.AudioSignal) -> None:
    live.signals[event.track] = event.state


def _gap(live: Live, event: ev.AudioGap) -> None:
    live.moments.append(Moment(event.at, "fault", f"{event.seconds:.1f} s of sound are missing: {event.why}"))


def _device(live: Live, event: ev.DeviceChanged) -> None:
    live.moments.append(Moment(event.at, "fault", event.what or f"The microphone is now {event.device}"))


def _rescued(live: Live, event: ev.RecordingRescued) -> None:
    live.session_id = PurePath(event.folder).name
    live.moments.append(Moment(event.at, "fault", f"{event.why}; {event.where_now}"))


def _mark(live: Live, event: ev.MarkAdded) -> None:
    live.moments.append(Moment(event.at, "mark", event.text))


def _note(live: Live, event: ev.NoteAdded) -> None:
    live.moments.append(Moment(event.at, "note", event.text))


def _disk(live: Live, event: ev.DiskChanged) -> None:
    live.disk = event


def _link(live: Live, event: ev.LinkChanged) -> None:
    live.link = event


def _fault(live: Live, event: ev.Fault | ev.Notice) -> None:
    kind: MomentKind = "fault" if isinstance(event, ev.Fault) else "remark"
    live.moments.append(Moment(event.at, kind, f"{event.what}. {event.hint}" if event.hint else event.what))


def _minutes_started(live: Live, event: ev.MinutesStarted) -> None:
    if not live.is_recording and live.phase != "closing":
        live.phase = "finishing"
    live.parts = max(live.parts, event.parts)
    live.parts_done |= set(range(event.done)) if not live.parts_done else set()


def _part_sent(live: Live, event: ev.PartSent) -> None:
    live.parts = max(live.parts, event.of)
    live.parts_open.add(event.part)
    live.parts_failed.discard(event.part)


def _part_done(live: Live, event: ev.PartDone) -> None:
    live.parts = max(live.parts, event.of)
    live.parts_open.discard(event.part)
    live.parts_failed.discard(event.part)
    live.parts_done.add(event.part)
    live.took.append(event.took)


def _part_failed(live: Live, event: ev.PartFailed) -> None:
    live.parts_open.discard(event.part)
    live.parts_failed.add(event.part)
    live.why, live.hint = event.why, event.hint


def _minutes_ready(live: Live, event: ev.MinutesReady) -> None:
    del event
    live.phase = "ready"


def _minutes_failed(live: Live, event: ev.MinutesFailed) -> None:
    live.phase, live.why, live.hint = "failed", event.why, event.hint


def _ended(live: Live, event: ev.JobEnded) -> None:
    if live.phase != "ready":
        live.phase = "failed"
        live.why, live.hint = event.why or live.why, event.hint or live.hint


_HANDLERS: dict[type[ev.Event], Callable[[Live, Any], None]] = {
    ev.RecordingStarted: _started,
    ev.RecordingPaused: _paused,
    ev.RecordingResumed: _resumed,
    ev.RecordingStopping: _closing,
    ev.RecordingStopped: _stopped,
    ev.AudioLevel: _level,
    ev.AudioSignal: _signal,
    ev.AudioGap: _gap,
    ev.DeviceChanged: _device,
    ev.RecordingRescued: _rescued,
    ev.MarkAdded: _mark,
    ev.NoteAdded: _note,
    ev.DiskChanged: _disk,
    ev.LinkChanged: _link,
    ev.Fault: _fault,
    ev.Notice: _fault,
    ev.MinutesStarted: _minutes_started,
    ev.PartSent: _part_sent,
    ev.PartDone: _part_done,
    ev.PartFailed: _part_failed,
    ev.MinutesReady: _minutes_ready,
    ev.MinutesFailed: _minutes_failed,
    ev.JobEnded: _ended,
}
