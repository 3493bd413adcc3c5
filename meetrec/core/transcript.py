"""The transcript: who said what, when. `transcript.json` is one of these; the minutes are rendered from it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from meetrec.core.fields import coerced, declared_fields
from meetrec.core.sanitize import one_line, sanitize

SCHEMA = 1
TURN_GAP_S = 3.0
TEXT_LIMIT = 100_000
LOGPROB = -1.0
"""Below this average the service's documentation calls a segment of whisper-1 failed."""


@dataclass(frozen=True, slots=True)
class Segment:
    """What `speaker` said from `start` to `end`.

    `doubt` says why the speaker is uncertain, `unsure` why the words are; empty when they are not.
    """

    id: int
    start: float
    end: float
    speaker: str
    text: str
    track: str = "mic"
    doubt: str = ""
    unsure: str = ""


@dataclass(frozen=True, slots=True)
class Speaker:
    """A person in this session. `id` ("S1") never changes; `name` is "Speaker 1" until the user names them."""

    id: str
    name: str
    named: bool = False


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch that could not be transcribed, and why."""

    start: float
    end: float
    why: str


@dataclass(frozen=True, slots=True)
class Turn:
    """Neighboring segments of one speaker, as they are read."""

    speaker: str
    segments: tuple[Segment, ...]

    @property
    def start(self) -> float:
        return self.segments[0].start

    @property
    def end(self) -> float:
        return max(segment.end for segment in self.segments)

    @property
    def text(self) -> str:
        return joined(self.segments)


def joined(segments: Sequence[Segment]) -> str:
    """Return what they say together."""
    return segments[0].text if len(segments) == 1 else " ".join([one.text for one in segments])


_Row = TypeVar("_Row", Segment, Speaker, Gap)


@dataclass(frozen=True)
class Transcript:
    """All segments, sorted by start, and all speakers, by first appearance."""

    segments: tuple[Segment, ...] = ()
    speakers: tuple[Speaker, ...] = ()
    gaps: tuple[Gap, ...] = ()
    duration: float = 0.0
    model: str = ""
    billed_seconds: float = 0.0
    tells_speakers: bool = True
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Fields of a newer version, kept."""

    def speaker(self, speaker_id: str) -> Speaker:
        """Return the speaker of that id; an unknown id stands for itself."""
        found = next((one for one in self.speakers if one.id == speaker_id), None)
        return found if found is not None else Speaker(speaker_id, speaker_id)

    def with_names(self, names: Mapping[str, str]) -> Transcript:
        """Return the transcript with the names the user gave, by speaker id."""
        named = tuple(Speaker(one.id, names[one.id], named=True) if names.get(one.id) else one for one in self.speakers)
        return dataclasses.replace(self, speakers=named)

    def talk_times(self) -> dict[str, float]:
        """Return seconds of speech by speaker id."""
        times = {one.id: 0.0 for one in self.speakers}
        for segment in self.segments:
            times[segment.speaker] = times.get(segment.speaker, 0.0) + segment.end - segment.start
        return times

    def turns(self, breaks: Sequence[float] = (), gap: float = TURN_GAP_S) -> list[Turn]:
        """Join neighboring segments of one speaker; a pause over `gap` seconds or a break (a mark, a note) divides."""
        return [Turn(group[0].speaker, tuple(group)) for group in self.turn_segments(breaks, gap)]

    def turn_segments(self, breaks: Sequence[float] = (), gap: float = TURN_GAP_S) -> list[list[Segment]]:
        """Return the segments of each turn: for who makes something else of 20,000 of them."""
        turns: list[list[Segment]] = []
        pending = [math.inf, *sorted(breaks, reverse=True)]
        last: Segment | None = None
        for segment in self.segments:
            start = segment.start
            broken = pending[-1] <= start
            while pending[-1] <= start:
                pending.pop()
            if last is None or broken or last.speaker != segment.speaker or start - last.end > gap:
                turns.append([segment])
            else:
                turns[-1].append(segment)
            last = segment
        return turns

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form (docs/files.md)."""
        return {
            **self.extra,
            "schema": SCHEMA,
            "model": self.model,
            "duration": round(self.duration, 3),
            "billed_seconds": round(self.billed_seconds, 3),
            "tells_speakers": self.tells_speakers,
            "speakers": [dataclasses.asdict(one) for one in self.speakers],
            "segments": [_rounded(dataclasses.asdict(one)) for one in self.segments],
            "gaps": [_rounded(dataclasses.asdict(one)) for one in self.gaps],
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Transcript:
        """Read the JSON form; raises ValueError naming what is wrong."""
        try:
            known = {"schema", "model", "duration", "billed_seconds", "tells_speakers", "speakers", "segments", "gaps"}
            return cls(
                segments=tuple(_read(Segment, one) for one in values["segments"]),
                speakers=tuple(_read(Speaker, one) for one in values["speakers"]),
                gaps=tuple(_read(Gap, one) for one in values.get("gaps", ())),
                duration=coerced(values.get("duration"), "float") or 0.0,
                model=coerced(values.get("model"), "str") or "",
                billed_seconds=coerced(values.get("billed_seconds"), "float") or 0.0,
                tells_speakers=values.get("tells_speakers") is not False,
                extra={key: value for key, value in values.items() if key not in known},
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"not a transcript: {error}") from error


def _rounded(values: dict[str, Any]) -> dict[str, Any]:
    return {key: round(value, 3) if isinstance(value, float) else value for key, value in values.items()}


def _read(cls: type[_Row], values: Mapping[str, Any]) -> _Row:
    known = {}
    for name, declared, has_default in declared_fields(cls):
        if name not in values and has_default:
            continue
        known[name] = coerced(values[name], declared)
        if known[name] is None:
            raise ValueError(f"not a transcript: {name} is {one_line(repr(values[name]), 40)}")
    return cls(**known)


class Said(NamedTuple):
    """A cleaned segment of one answer: the label is the service's, and holds for that answer alone."""

    start: float
    end: float
    label: str
    text: str
    unsure: str = ""


def clean_segments(raw: Iterable[object], *, start: float, end: float) -> list[Said]:
    """Turn the segments of one answer (`diarized_json`) into what was said, on the recording's clock.

    `start` and `end` bound the part that was sent. Leading blanks are stripped, empty texts dropped, times put into the
    part, a missing speaker becomes "?", and the result is sorted. Values of the wrong type are repaired or dropped.
    """
    cleaned = []
    for one in raw:
        if not isinstance(one, Mapping) or not isinstance(text := one.get("text"), str):
            continue
        words = " ".join(sanitize(text, limit=TEXT_LIMIT).split())
        if not words:
            continue
        begin = _inside(one.get("start"), start, end, start)
        label = one.get("speaker")
        name = " ".join(sanitize(label, limit=64).split()) if isinstance(label, str) else ""
        finish = max(begin, _inside(one.get("end"), start, end, begin))
        cleaned.append(Said(begin, finish, name or "?", words, _unsure(one.get("avg_logprob"))))
    return sorted(cleaned, key=lambda one: (one.start, one.end))


def _unsure(logprob: object) -> str:
    """Say that the model was not sure, where it tells so: whisper-1 does (`avg_logprob` of `verbose_json`)."""
    sure = isinstance(logprob, bool) or not isinstance(logprob, int | float) or not logprob < LOGPROB
    return "" if sure else "the service was not sure"


def _inside(value: object, start: float, end: float, default: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return default
    return min(max(start + value, start), end)
