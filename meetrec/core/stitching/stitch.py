"""Stitching: the answers to the parts become one transcript, in which a person is one speaker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from meetrec.core.stitching.parts import Part
from meetrec.core.stitching.seams import Placed, join
from meetrec.core.stitching.speakers import Evidence, Node, identify, shared_seconds
from meetrec.core.transcript import Gap, Said, Segment, Speaker, Transcript, clean_segments

SETTLED_S = 60.0
"""What ended so long before a seam is not looked at again."""


@dataclass(frozen=True, kw_only=True)
class PartAnswer:
    """What is stored of one part: `segments` as received, or `failure` in words where there is no answer.

    `known` maps each name that was sent as a known speaker to the node (part number, label) whose clip went with it.
    """

    part: Part
    segments: Sequence[object] = ()
    failure: str = ""
    model: str = ""
    billed_seconds: float = 0.0
    known: Mapping[str, Node] = field(default_factory=dict)

    def said(self, duration: float) -> list[Said]:
        """Return what was said, cleaned, on the clock of a recording of `duration` seconds."""
        return clean_segments(self.segments, start=self.part.start, end=min(self.part.end, duration))

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form, as kept in `parts/000.json` (docs/files.md)."""
        return {
            "schema": 1,
            "start": self.part.start,
            "end": self.part.end,
            "cut": self.part.cut,
            "model": self.model,
            "billed_seconds": self.billed_seconds,
            "known": {name: list(node) for name, node in self.known.items()},
            "segments": list(self.segments),
        }

    @classmethod
    def from_dict(cls, number: int, values: Mapping[str, Any]) -> PartAnswer:
        """Read the JSON form; raises ValueError where it is none."""
        try:
            return cls(
                part=Part(number, float(values["start"]), float(values["end"]), float(values["cut"])),
                segments=list(values["segments"]),
                model=str(values.get("model", "")),
                billed_seconds=float(values.get("billed_seconds", 0.0)),
                known={name: _node(node) for name, node in values.get("known", {}).items()},
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"not the answer to a part: {error}") from error


@dataclass(frozen=True)
class RollCall:
    """What one request made of clips of several voices said.

    `voices` are groups of nodes heard as one voice each; a node stands there once for each of its clips. `asked` has
    the node of each clip that was sent. A `thorough` one had several clips of each voice.
    """

    voices: Sequence[Sequence[Node]] = ()
    asked: Sequence[Node] = ()
    thorough: bool = False
    billed_seconds: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form, as kept in `parts/voices.json`."""
        voices = [[list(node) for node in voice] for voice in self.voices]
        asked = [list(node) for node in self.asked]
        return {
            "voices": voices,
            "asked": asked,
            "thorough": self.thorough,
            "billed_seconds": self.billed_seconds,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> RollCall:
        """Read the JSON form; raises ValueError where it is none."""
        try:
            return cls(
                voices=[[_node(one) for one in voice] for voice in values["voices"]],
                asked=[_node(one) for one in values["asked"]],
                thorough=values.get("thorough") is True,
                billed_seconds=float(values.get("billed_seconds", 0.0)),
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"not a roll call: {error}") from error


def _node(values: Sequence[Any]) -> Node:
    part, label = values
    return int(part), str(label)


def nodes_of(answers: Sequence[PartAnswer], duration: float) -> list[tuple[Node, Said]]:
    """Return everything said with the node that said it, part by part, in order of time within a part."""
    return [((answer.part.number, said.label), said) for answer in answers for said in answer.said(duration)]


def gather(answers: Sequence[PartAnswer], duration: float, roll_calls: Sequence[RollCall] = ()) -> Evidence:
    """Collect what the answers tell of who is who. `answers` are sorted by their parts' starts."""
    spoken = {answer.part.number: nodes_of([answer], duration) for answer in answers}
    nodes = list(dict.fromkeys(node for one in spoken.values() for node, _ in one))
    overlaps: dict[tuple[Node, Node], float] = {}
    for before, after in pairwise(answers):
        overlaps |= shared_seconds(spoken[before.part.number], spoken[after.part.number])
    known = {
        (answer.part.number, name): origin
        for answer in answers
        for name, origin in answer.known.items()
        if (answer.part.number, name) in nodes
    }
    return Evidence(
        nodes=nodes,
        known=known,
        sent={answer.part.number: list(answer.known.values()) for answer in answers},
        roll_calls=[one.voices for one in roll_calls],
        overlaps=overlaps,
    )


def stitch(
    answers: Sequence[PartAnswer], *, duration: float, tells_speakers: bool, roll_calls: Sequence[RollCall] = ()
) -> Transcript:
    """Join the answers into one transcript of a recording of `duration` seconds."""
    ordered = sorted(answers, key=lambda answer: answer.part.start)
    people = identify(gather(ordered, duration, roll_calls))
    placed = _joined(ordered, duration)
    by_node = _speaker_ids(people.groups, placed)
    return Transcript(
        segments=tuple(
            Segment(
                number,
                one.said.start,
                one.said.end,
                by_node[one.part, one.said.label],
                one.said.text,
                doubt=people.doubts.get((one.part, one.said.label), ""),
                unsure=one.said.unsure,
            )
            for number, one in enumerate(placed)
        ),
        speakers=tuple(Speaker(one, f"Speaker {one[1:]}") for one in dict.fromkeys(by_node.values())),
        gaps=tuple(_gap(answer, ordered, duration) for answer in ordered if answer.failure),
        duration=duration,
        model=next((one.model for one in ordered if one.model), ""),
        billed_seconds=sum(one.billed_seconds for one in ordered) + sum(one.billed_seconds for one in roll_calls),
        tells_speakers=tells_speakers,
    )


def _speaker_ids(groups: Sequence[Sequence[Node]], placed: Sequence[Placed]) -> dict[Node, str]:
    """Number the people by their first words in the transcript; who has none is not in it."""
    group_of = {node: index for index, group in enumerate(groups) for node in group}
    spoken = [(one.part, one.said.label) for one in placed]
    numbers = {group: number for number, group in enumerate(dict.fromkeys(group_of[node] for node in spoken), 1)}
    return {node: f"S{numbers[group_of[node]]}" for node in dict.fromkeys(spoken)}


def _joined(ordered: Sequence[PartAnswer], duration: float) -> list[Placed]:
    """Join what the parts say at their seams; a part without an answer leaves its neighbors whole."""
    placed: list[Placed] = []
    before: PartAnswer | None = None
    for answer in ordered:
        if answer.failure:
            continue
        new = [Placed(answer.part.number, said) for said in answer.said(duration)]
        if before is None or before.part.end <= answer.part.start:
            placed += new
        else:
            # Only the last part can still overlap with the new one: what is older is settled.
            seam = answer.part
            settled = [one for one in placed if one.said.end <= seam.start - SETTLED_S]
            open_ones = [one for one in placed if one.said.end > seam.start - SETTLED_S]
            joined = join(open_ones, new, cut=seam.cut, start=seam.start, end=before.part.end)
            placed = sorted([*settled, *joined], key=lambda one: (one.said.start, one.said.end))
        before = answer
    return placed


def _gap(failed: PartAnswer, ordered: Sequence[PartAnswer], duration: float) -> Gap:
    """Return the time that no part covers because this one has no answer: neighbors heard its edges."""
    answered = [one.part for one in ordered if not one.failure]
    start = max([part.end for part in answered if part.start < failed.part.start], default=0.0)
    end = min([part.start for part in answered if part.start > failed.part.start], default=duration)
    return Gap(max(start, failed.part.start), max(min(end, failed.part.end), failed.part.start), failed.failure)
