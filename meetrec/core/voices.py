"""Which clips of which voices to send: as references with a part, and for the roll call."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from meetrec.core.speakers import Clip, Evidence, Node, best_clips, identify, in_doubt
from meetrec.core.stitch import RollCall
from meetrec.core.transcript import Said

MOST_REFERENCES = 4
PAUSE_S = 0.8
"""Silence between the clips of a roll call."""
ROLL_S = 450.0
"""The longest roll call: as WAV it stays below the service's limit. The more voices, the shorter their clips."""
ROLL_CLIP_SHORTEST_S = 1.5


@dataclass(frozen=True, slots=True)
class Reference:
    """A clip sent along with a part as `known_speaker_references[]`, and the name it is sent under."""

    name: str
    clip: Clip


def references(evidence: Evidence, said: Sequence[tuple[Node, Said]]) -> list[Reference]:
    """Choose the clips of up to four people to send with the next part: those who spoke most."""
    clips = best_clips(said)
    spoken: dict[Node, float] = defaultdict(float)
    for node, one in said:
        spoken[node] += one.end - one.start
    candidates = []
    for group in identify(evidence).groups:
        of_group = [clips[node] for node in group if node in clips]
        if of_group:
            best = max(of_group, key=lambda clip: clip.seconds)
            candidates.append((sum(spoken[node] for node in group), best))
    candidates.sort(key=lambda one: -one[0])
    return [Reference(f"voice-{number}", clip) for number, (_, clip) in enumerate(candidates[:MOST_REFERENCES], 1)]


def roll(evidence: Evidence, said: Sequence[tuple[Node, Said]]) -> list[Clip]:
    """Return a clip of each voice that may be the same as another; fewer than two voices need no roll call."""
    wanted = in_doubt(evidence)
    clips = best_clips(said)
    for node in wanted:
        if node not in clips:
            longest = max((one for of, one in said if of == node), key=lambda one: one.end - one.start)
            clips[node] = Clip(node, longest.start, max(longest.end, longest.start + 0.5))
    if len(wanted) < 2:
        return []
    longest_clip = max(ROLL_S / len(wanted) - PAUSE_S, ROLL_CLIP_SHORTEST_S)
    return [_shortened(clips[node], longest_clip) for node in wanted]


def _shortened(clip: Clip, seconds: float) -> Clip:
    """Return the middle of a clip, so many seconds of it at most."""
    spare = max(0.0, clip.seconds - seconds) / 2
    return Clip(clip.node, clip.start + spare, clip.end - spare)


def roll_call(clips: Sequence[Clip], answered: Sequence[Said], billed_seconds: float) -> RollCall:
    """Read the answer to a roll call: clips whose time bears the same label are one voice.

    The clips stood one after another with `PAUSE_S` between them. A clip that was not answered takes no part.
    """
    voices: dict[str, list[Node]] = defaultdict(list)
    at = 0.0
    for clip in clips:
        seconds: dict[str, float] = defaultdict(float)
        for said in answered:
            seconds[said.label] += max(0.0, min(said.end, at + clip.seconds) - max(said.start, at))
        label = max(seconds, key=lambda one: seconds[one], default="")
        if label and seconds[label] > 0:
            voices[label].append(clip.node)
        at += clip.seconds + PAUSE_S
    return RollCall(
        heard=[node for voice in voices.values() for node in voice],
        voices=list(voices.values()),
        billed_seconds=billed_seconds,
    )
