"""Stitching: the answers to the parts become one transcript, in which a person is one speaker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from meetrec.core.parts import Part
from meetrec.core.transcript import Gap, Said, Segment, Speaker, Transcript, clean_segments


@dataclass(frozen=True, kw_only=True)
class PartAnswer:
    """What is stored of one part: `segments` as received, or `failure` in words where there is no answer.

    `known` maps the names that were sent as known speakers to speaker ids.
    """

    part: Part
    segments: Sequence[object] = ()
    failure: str = ""
    model: str = ""
    billed_seconds: float = 0.0
    known: Mapping[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form, as kept in `parts/000.json` (docs/files.md)."""
        return {
            "schema": 1,
            "start": self.part.start,
            "end": self.part.end,
            "model": self.model,
            "billed_seconds": self.billed_seconds,
            "known": dict(self.known),
            "segments": list(self.segments),
        }

    @classmethod
    def from_dict(cls, number: int, values: Mapping[str, Any]) -> PartAnswer:
        """Read the JSON form; raises ValueError where it is none."""
        try:
            return cls(
                part=Part(number, float(values["start"]), float(values["end"])),
                segments=list(values["segments"]),
                model=str(values.get("model", "")),
                billed_seconds=float(values.get("billed_seconds", 0.0)),
                known=dict(values.get("known", {})),
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"not the answer to a part: {error}") from error


def stitch(answers: Sequence[PartAnswer], *, duration: float, tells_speakers: bool) -> Transcript:
    """Join the answers, in order of their parts, into one transcript of a recording of `duration` seconds."""
    ordered = sorted(answers, key=lambda answer: answer.part.start)
    speakers: list[Speaker] = []
    segments: list[tuple[Said, str]] = []
    for answer in ordered:
        ids: dict[str, str] = dict(answer.known)
        for said in clean_segments(answer.segments, start=answer.part.start, end=min(answer.part.end, duration)):
            speaker_id = ids.get(said.label)
            if speaker_id is None:
                speaker_id = ids[said.label] = f"S{len(speakers) + 1}"
                speakers.append(Speaker(speaker_id, f"Speaker {len(speakers) + 1}"))
            segments.append((said, speaker_id))
    segments.sort(key=lambda one: (one[0].start, one[0].end))
    return Transcript(
        segments=tuple(
            Segment(number, said.start, said.end, speaker_id, said.text)
            for number, (said, speaker_id) in enumerate(segments)
        ),
        speakers=tuple(speakers),
        gaps=tuple(Gap(one.part.start, one.part.end, one.failure) for one in ordered if one.failure),
        duration=duration,
        model=next((one.model for one in ordered if one.model), ""),
        billed_seconds=sum(one.billed_seconds for one in ordered),
        tells_speakers=tells_speakers,
    )
