"""The one vocabulary: everything that happens to a session, as frozen values.

The same events are stored in `events.jsonl`, sent by the recorder process, printed by `record --json` and shown on
the screen. `at` is in seconds on the recording's clock (frames written / rate), `time` is wall time in ISO 8601.
A line of JSON is `{"v": 1, "type": "mark.added", "at": 61.0, "time": "…", "text": ""}`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal, get_args

from meetrec.core.event import SCHEMA as SCHEMA
from meetrec.core.event import Event as Event
from meetrec.core.event import UnknownEvent as UnknownEvent
from meetrec.core.fields import coerced, declared_fields
from meetrec.core.minutes_events import MinutesFailed as MinutesFailed
from meetrec.core.minutes_events import MinutesReady as MinutesReady
from meetrec.core.minutes_events import MinutesStarted as MinutesStarted
from meetrec.core.minutes_events import PartDone as PartDone
from meetrec.core.minutes_events import PartFailed as PartFailed
from meetrec.core.minutes_events import PartSent as PartSent

LinkState = Literal["connecting", "live", "behind", "offline", "off"]
SignalState = Literal["normal", "quiet", "zero"]
DiskState = Literal["ok", "low", "critical", "full"]
_STATES = {"LinkState": get_args(LinkState), "SignalState": get_args(SignalState), "DiskState": get_args(DiskState)}


# -- recording ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class RecordingStarted(Event):
    """Sound is being written. On a continued session `at` is where it goes on."""

    type = "recording.started"
    id: str
    folder: str
    title: str = ""
    tracks: tuple[str, ...] = ("mic",)
    rate: int = 24000
    device: str = ""
    captions_model: str = ""
    minutes_model: str = ""
    simulated: bool = False


@dataclass(frozen=True, kw_only=True)
class RecordingPaused(Event):
    """Nothing is written and the recording's clock stands still."""

    type = "recording.paused"


@dataclass(frozen=True, kw_only=True)
class RecordingResumed(Event):
    """Sound is written again."""

    type = "recording.resumed"


@dataclass(frozen=True, kw_only=True)
class RecordingStopping(Event):
    """Nothing new is recorded; the WAV is being closed, which takes up to two seconds where the sound server hangs."""

    type = "recording.stopping"
    stored = False


@dataclass(frozen=True, kw_only=True)
class RecordingStopped(Event):
    """The WAV is closed. `why` is empty when the user asked for it."""

    type = "recording.stopped"
    duration: float
    frames: int
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class RecordingRecovered(Event):
    """The recorder had died; what it had written was put in order."""

    type = "recording.recovered"
    duration: float


@dataclass(frozen=True, kw_only=True)
class RecordingRescued(Event):
    """The session's folder failed (`why`: deleted, moved, read-only); all goes on in `folder`, at the same position.

    `missing` seconds of what was recorded before could not be read again: silence stands for them.
    """

    type = "recording.rescued"
    folder: str
    why: str
    missing: float = 0.0

    @property
    def where_now(self) -> str:
        """In words: where the recording goes on, and with how much of what was recorded before."""
        lost = f"{self.missing:.0f} s of what was recorded before could not be copied and are silence there"
        return f"the recording goes on in {self.folder}, " + (lost if self.missing else "with all that was recorded")


@dataclass(frozen=True, kw_only=True)
class AudioLevel(Event):
    """Loudness of the last block, in dB relative to full scale (0 is the loudest, -120 stands for digital zero)."""

    type = "audio.level"
    stored = False
    track: str = "mic"
    rms: float
    peak: float


@dataclass(frozen=True, kw_only=True)
class AudioSignal(Event):
    """What the last seconds sounded like: `zero` means nothing at all arrives, as from a muted or dead source."""

    type = "audio.signal"
    track: str = "mic"
    state: SignalState


@dataclass(frozen=True, kw_only=True)
class AudioGap(Event):
    """`seconds` of sound are missing before `at` (overflow, suspended device, suspended machine)."""

    type = "audio.gap"
    seconds: float
    why: str


@dataclass(frozen=True, kw_only=True)
class DeviceChanged(Event):
    """The microphone vanished, came back or became another one."""

    type = "device.changed"
    track: str = "mic"
    device: str
    what: str


@dataclass(frozen=True, kw_only=True)
class DiskChanged(Event):
    """How long the free space lasts at this rate; told when `state` changes."""

    type = "disk.changed"
    state: DiskState
    minutes_left: float


@dataclass(frozen=True, kw_only=True)
class MarkAdded(Event):
    """The user marked this moment; `text` says why, if they said."""

    type = "mark.added"
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class NoteAdded(Event):
    """The user wrote something down at this moment."""

    type = "note.added"
    text: str


# -- captions ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class CaptionInterim(Event):
    """The text of a turn so far (whole, not only what is new). It may still change."""

    type = "caption.interim"
    stored = False
    item: str
    start: float
    end: float
    text: str


@dataclass(frozen=True, kw_only=True)
class CaptionFinal(Event):
    """The text of a turn will not change any more.

    `item` is unique in the session ("2:item_abc": link number and the service's item id). An empty text says that
    nothing was said in the turn; `uncertain` marks the last interim text of a turn the service failed on.
    """

    type = "caption.final"
    item: str
    start: float
    end: float
    text: str
    uncertain: bool = False


@dataclass(frozen=True, kw_only=True)
class LinkChanged(Event):
    """The state of the live link. `behind` is in seconds of audio not yet captioned; `why` is for a person."""

    type = "link.changed"
    state: LinkState
    behind: float = 0.0
    why: str = ""
    hint: str = ""


# -- anything else -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Notice(Event):
    """Worth knowing, nothing is wrong: a parameter was dropped, a model ends soon."""

    type = "notice"
    what: str
    hint: str = ""


@dataclass(frozen=True, kw_only=True)
class Fault(Event):
    """Something went wrong; the recording goes on unless `recording.stopped` follows."""

    type = "fault"
    what: str
    hint: str = ""


@dataclass(frozen=True, kw_only=True)
class RequestSent(Event):
    """A row of the ledger: what left this machine. `bytes` counts the body or the audio frames sent."""

    type = "request.sent"
    stored = False
    method: str
    url: str
    purpose: str
    bytes: int
    status: int = 0
    session: str = ""


@dataclass(frozen=True, kw_only=True)
class JobEnded(Event):
    """The recorder process is done; `code` is the exit status a front end should end with."""

    type = "job.ended"
    stored = False
    code: int
    why: str = ""
    hint: str = ""


def _all_subclasses(of: type[Event]) -> list[type[Event]]:
    return [sub for direct in of.__subclasses__() for sub in (direct, *_all_subclasses(direct))]


TYPES: dict[str, type[Event]] = {cls.type: cls for cls in _all_subclasses(Event)}


def from_json(line: str) -> Event | None:
    """Read one line of JSON. Returns None for what is no event (a torn last line), UnknownEvent for new types."""
    try:
        values = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(values, dict) or not isinstance(values.get("type"), str):
        return None
    return from_dict(values)


def from_dict(values: dict[str, Any]) -> Event | None:
    """Build an event from the values of its JSON form; None where a required one is missing or mistyped."""
    cls = TYPES.get(values["type"])
    if cls is None or cls is UnknownEvent:
        at, time = coerced(values.get("at"), "float"), coerced(values.get("time"), "str")
        return UnknownEvent(at=at or 0.0, time=time or "", fields=dict(values))
    known = {}
    for name, declared, has_default in declared_fields(cls):
        if name not in values:
            if not has_default:
                return None
            continue
        value = coerced(values[name], declared)
        if value is None or (declared in _STATES and value not in _STATES[declared]):
            return None
        known[name] = value
    return cls(**known)
