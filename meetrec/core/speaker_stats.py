"""How much each speaker says, from when on, and where their voice is heard best."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from meetrec.core.stitching.voices import CLEAR_S, CLIP_SHORTEST_S
from meetrec.core.transcript import Segment, Transcript

EXCERPT_LONGEST_S = 10.0
_PAUSE_S = 0.6


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A stretch in which one voice speaks, in seconds on the recording's clock. `text` is what it says."""

    start: float
    end: float
    text: str


@dataclass(frozen=True, slots=True)
class SpeakerStats:
    """One speaker. `talk_time` is in seconds, `share` of all talk time (0 to 1), `first` when they begin.

    `excerpt` is 2 to 10 seconds in which nobody else speaks, or the best there is.
    """

    id: str
    name: str
    named: bool
    talk_time: float
    share: float
    turns: int
    first: float
    excerpt: Excerpt


def speaker_stats(transcript: Transcript, breaks: Sequence[float] = ()) -> list[SpeakerStats]:
    """Return all who say something, by first appearance; `breaks` are the document's, which divide turns."""
    times = transcript.talk_times()
    total = sum(times.values()) or 1.0
    turns = Counter(turn.speaker for turn in transcript.turns(breaks))
    first: dict[str, Segment] = {}
    for one in transcript.segments:
        first.setdefault(one.speaker, one)
    best = excerpts(transcript)
    return [
        SpeakerStats(
            id=one.id,
            name=one.name,
            named=one.named,
            talk_time=times[one.id],
            share=times[one.id] / total,
            turns=turns[one.id],
            first=first[one.id].start,
            excerpt=best[one.id],
        )
        for one in transcript.speakers
        if one.id in first
    ]


def excerpts(transcript: Transcript) -> dict[str, Excerpt]:
    """Return for each speaker where they are heard best: long, alone, and without doubt who it is."""
    best: dict[str, tuple[tuple[bool, bool, float], Excerpt]] = {}
    for run, alone in _runs(transcript.segments):
        start, end = run[0].start, min(max(one.end for one in run), run[0].start + EXCERPT_LONGEST_S)
        sure = alone and not any(one.doubt for one in run)
        rank = (sure and end - start >= CLIP_SHORTEST_S, sure, end - start)
        if run[0].speaker not in best or rank > best[run[0].speaker][0]:
            text = " ".join(one.text for one in run if one.start < end)
            best[run[0].speaker] = rank, Excerpt(start, end, text)
    return {speaker: excerpt for speaker, (_, excerpt) in best.items()}


def _runs(segments: Sequence[Segment]) -> list[tuple[list[Segment], bool]]:
    """Return stretches of one speaker without a pause of 0.6 s, at most 10 s, and whether nobody else speaks then."""
    runs: list[tuple[list[Segment], bool]] = []
    reach = -CLEAR_S
    for one in segments:
        run = runs[-1][0] if runs else []
        if run and one.speaker != run[0].speaker and one.start < max(last.end for last in run) + CLEAR_S:
            runs[-1] = run, False
        last = run[-1] if run else one
        goes_on = run and last.speaker == one.speaker and one.start - last.end < _PAUSE_S
        if goes_on and one.end - run[0].start <= EXCERPT_LONGEST_S:
            run.append(one)
        else:
            overlapped = one.start < reach + CLEAR_S and not goes_on
            runs.append(([one], not overlapped))
        reach = max(reach, one.end)
    return runs
