"""The one vocabulary: everything that happens to a session, as frozen values.

The same events are stored in `events.jsonl`, sent by the recorder process, printed by `record --json` and shown on
the screen. `at` is in seconds on the recording's clock (frames written / rate), `time` is wall time in ISO 8601.
A line of JSON is `{"v": 1, "type": "mark.added", "at": 61.0, "time": "…", "text": ""}`.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, get_args

from meetrec.core.fields import coerced

SCHEMA = 1

LinkState = Literal["connecting", "live", "behind", "offline", "off"]
SignalState = Literal["normal", "quiet", "zero"]
DiskState = Literal["ok", "low", "critical", "full"]
_STATES = {"LinkState": get_args(LinkState), "SignalState": get_args(SignalState), "DiskState": get_args(DiskState)}


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened `at` seconds into the recording."""

    type: ClassVar[str] = ""
    stored: ClassVar[bool] = True
    """Whether `events.jsonl` keeps it."""

    at: float = 0.0
    time: str = ""

    def to_json(self) -> str:
        """Return the event as one line of JSON without its newline."""
        return _line({"v": SCHEMA, "type": self.type, **dataclasses.asdict(self)})


def _line(values: dict[str, Any]) -> str:
    text = json.dumps(values, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:  # half a surrogate pair, of a file name that is not UTF-8: written escaped
        return json.dumps(values)
    return text


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


# -- minutes -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class MinutesStarted(Event):
    """Minutes are being made: `parts` requests, of which `done` were answered in an earlier run."""

    type = "minutes.started"
    parts: int
    done: int = 0
    model: str = ""


@dataclass(frozen=True, kw_only=True)
class PartSent(Event):
    """Part `part` (from `start` to `end` seconds) is on its way; `of` is how many there are, 0 while unknown."""

    type = "part.sent"
    part: int
    of: int = 0
    start: float
    end: float
    bytes: int = 0


@dataclass(frozen=True, kw_only=True)
class PartDone(Event):
    """The answer to part `part` is kept."""

    type = "part.done"
    part: int
    of: int = 0
    start: float
    end: float
    segments: int = 0
    took: float = 0.0
    """Seconds from the request to the answer."""


@dataclass(frozen=True, kw_only=True)
class PartFailed(Event):
    """Part `part` has no answer: why, and what to do."""

    type = "part.failed"
    part: int
    of: int = 0
    start: float
    end: float
    why: str
    hint: str = ""


@dataclass(frozen=True, kw_only=True)
class MinutesReady(Event):
    """The minutes stand in `path`. `missing` counts the parts that could not be transcribed."""

    type = "minutes.ready"
    path: str
    segments: int = 0
    speakers: int = 0
    missing: int = 0


@dataclass(frozen=True, kw_only=True)
class MinutesFailed(Event):
    """Recorded, minutes not made: why, and what to do."""

    type = "minutes.failed"
    why: str
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


@dataclass(frozen=True, kw_only=True)
class UnknownEvent(Event):
    """An event of a newer version, kept as it was."""

    type = "unknown"
    fields: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> str:
        return _line(self.fields)


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
    for spec in dataclasses.fields(cls):
        if spec.name not in values:
            if spec.default is dataclasses.MISSING:
                return None
            continue
        value = coerced(values[spec.name], str(spec.type))
        if value is None or value not in _STATES.get(str(spec.type), (value,)):
            return None
        known[spec.name] = value
    return cls(**known)
