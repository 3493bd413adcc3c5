"""A pure model of a meeting and of a service that never mishears, to test stitching against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from meetrec.core.stitching.parts import Part
from meetrec.core.stitching.speakers import Clip
from meetrec.core.stitching.stitch import PartAnswer
from meetrec.core.stitching.voices import PAUSE_S, Reference

WORD_S = 0.4


@dataclass(frozen=True)
class Utterance:
    """Words that one person says, each 0.4 s long."""

    speaker: str
    start: float
    words: tuple[str, ...]

    @property
    def end(self) -> float:
        return self.start + len(self.words) * WORD_S

    def heard(self, start: float, end: float) -> tuple[float, float, str] | None:
        """Return the times and text of the words whose middle lies in the span."""
        inside = [
            (self.start + index * WORD_S, word)
            for index, word in enumerate(self.words)
            if start <= self.start + (index + 0.5) * WORD_S < end
        ]
        return (inside[0][0], inside[-1][0] + WORD_S, " ".join(word for _, word in inside)) if inside else None


def meeting(
    random: Random, *, seconds: float, speakers: int, longest: int = 24, gap: float = 2.0, together: float = 0.0
) -> list[Utterance]:
    """Make a meeting in which every word is said once; people keep to themselves for a while, then others speak.

    `together` is the share of what is said that somebody else breaks into.
    """
    people = [f"person{number}" for number in range(speakers)]
    utterances = []
    at, count = 0.5, 0
    present, talking = people, ""
    while at < seconds - longest * WORD_S:
        if random.random() < 0.05:
            present = random.sample(people, random.randint(min(2, speakers), speakers))
        words = tuple(f"w{count + index}" for index in range(random.randint(1, longest)))
        count += len(words)
        one = Utterance(random.choice([who for who in present if who != talking] or present), at, words)
        utterances.append(one)
        talking = one.speaker if together and random.random() < together else ""
        at = random.uniform(one.start, one.end) if talking else one.end + random.uniform(0.2, gap)
    return utterances


class TrueService:
    """Labels A, B, C afresh in each answer, by order of appearance; references are honored by voice."""

    def __init__(self, utterances: Sequence[Utterance]) -> None:
        self.utterances = utterances

    def voice(self, start: float, end: float) -> str:
        """Return who speaks most in the span."""
        spoken: dict[str, float] = {}
        for one in self.utterances:
            together = min(one.end, end) - max(one.start, start)
            if together > 0:
                spoken[one.speaker] = spoken.get(one.speaker, 0.0) + together
        return max(spoken, key=lambda who: spoken[who], default="")

    def answer(self, part: Part, known: Sequence[Reference] = ()) -> PartAnswer:
        """Answer to a part sent with references."""
        names = {self.voice(one.clip.start, one.clip.end): one.name for one in known}
        segments = self._segments([(part.start, part.end, 0.0)], names)
        return PartAnswer(part=part, segments=segments, model="m", known={one.name: one.clip.node for one in known})

    def roll(self, clips: Sequence[Clip]) -> list[dict[str, object]]:
        """Answer to a roll call."""
        spans, at = [], 0.0
        for clip in clips:
            spans.append((clip.start, clip.end, at))
            at += clip.seconds + PAUSE_S
        return self._segments(spans, {})

    def _segments(
        self, spans: Sequence[tuple[float, float, float]], names: Mapping[str, str]
    ) -> list[dict[str, object]]:
        labels = dict(names)
        segments: list[dict[str, object]] = []
        for start, end, at in spans:
            for one in self.utterances:
                heard = one.heard(start, end)
                if heard is None:
                    continue
                if one.speaker not in labels:
                    labels[one.speaker] = chr(ord("A") + len(set(labels) - set(names)))
                begin, finish, text = heard
                segments.append(
                    {
                        "start": begin - start + at,
                        "end": finish - start + at,
                        "speaker": labels[one.speaker],
                        "text": f" {text}",
                    }
                )
        return segments


class ErringService(TrueService):
    """Gives a share of the segments to somebody else it has heard, and leaves another share out."""

    def __init__(self, utterances: Sequence[Utterance], random: Random, share: float) -> None:
        super().__init__(utterances)
        self._random = random
        self._share = share

    def _segments(
        self, spans: Sequence[tuple[float, float, float]], names: Mapping[str, str]
    ) -> list[dict[str, object]]:
        segments = super()._segments(spans, names)
        labels = sorted({str(one["speaker"]) for one in segments})
        kept = [one for one in segments if self._random.random() >= self._share]
        for one in kept:
            others = [label for label in labels if label != one["speaker"]]
            if others and self._random.random() < self._share:
                one["speaker"] = self._random.choice(others)
        return kept


def levels(utterances: Sequence[Utterance], seconds: float, step: float) -> list[float]:
    """Return the loudness of the meeting: -20 dB where somebody speaks, -70 dB elsewhere."""
    loud = [-70.0] * (int(seconds / step) + 1)
    for one in utterances:
        for index in range(int(one.start / step), min(int(one.end / step) + 1, len(loud))):
            loud[index] = -20.0
    return loud
