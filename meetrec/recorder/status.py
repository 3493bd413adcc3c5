"""What a recorder process is doing, in one small object: for status bars and for the reply to "status"."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from meetrec.core.events import (
    AudioSignal,
    CaptionFinal,
    DiskChanged,
    Event,
    Fault,
    LinkChanged,
    MinutesFailed,
    MinutesReady,
    MinutesStarted,
    PartDone,
    PartSent,
    RecordingPaused,
    RecordingRescued,
    RecordingResumed,
    RecordingStarted,
    RecordingStopped,
    RecordingStopping,
)
from meetrec.recorder.job import Job


class Status:
    """Follows the events of one job. `elapsed` is in seconds on the recording's clock."""

    def __init__(self, job: Job) -> None:
        self.values: dict[str, Any] = {
            "id": job.session,
            "title": job.title,
            "kind": job.kind,
            "state": "finishing" if job.kind == "finish" else "starting",
            "elapsed": 0.0,
            "link": {"state": "off", "behind": 0.0, "why": ""},
            "disk": "ok",
            "signal": "normal",
            "captions": 0,
            "parts": {"done": 0, "of": 0},
            "fault": "",
            "simulated": job.simulated,
        }

    def apply(self, event: Event) -> None:
        """Take in one event."""
        values = self.values
        values["elapsed"] = max(values["elapsed"], round(event.at, 1))
        if isinstance(event, CaptionFinal):
            values["captions"] += bool(event.text)
        elif isinstance(event, LinkChanged):
            values["link"] = {"state": event.state, "behind": round(event.behind, 1), "why": event.why}
        elif isinstance(event, MinutesStarted):
            values["state"] = "finishing"
            values["parts"] = {"done": event.done, "of": event.parts}
        elif isinstance(event, PartSent):
            values["parts"]["of"] = max(values["parts"]["of"], event.of)
            if values["state"] == "stopped":
                values["state"] = "finishing"
        elif isinstance(event, PartDone):
            values["parts"]["done"] += 1
        else:
            values.update(_changes(event))
            if isinstance(event, RecordingStopped) and values["parts"]["of"] > values["parts"]["done"]:
                values["state"] = "finishing"  # with parts that were sent while it was recorded


_STATES: dict[type[Event], str] = {
    RecordingStarted: "recording",
    RecordingPaused: "paused",
    RecordingResumed: "recording",
    RecordingStopping: "stopping",
    RecordingStopped: "stopped",
    MinutesReady: "finished",
    MinutesFailed: "failed",
}


def _changes(event: Event) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if type(event) in _STATES:
        changes["state"] = _STATES[type(event)]
    match event:
        case RecordingStarted():
            changes |= {"id": event.id, "title": event.title}
        case RecordingStopped():
            changes["elapsed"] = round(event.duration, 1)
        case AudioSignal():
            changes["signal"] = event.state
        case DiskChanged():
            changes["disk"] = event.state
        case RecordingRescued():
            changes |= {"id": PurePath(event.folder).name, "fault": event.why}
        case Fault(what=why) | MinutesFailed(why=why):
            changes["fault"] = why
    return changes
