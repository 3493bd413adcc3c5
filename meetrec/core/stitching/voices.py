"""Which clips of which voices to send: as references with a part, and for the roll call."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from meetrec.core.stitching.speakers import Clip, Evidence, Node, contradicts_itself, identify, may_be_one
from meetrec.core.stitching.stitch import RollCall
from meetrec.core.transcript import Said

MOST_REFERENCES = 4
PAUSE_S = 0.8
"""Silence between the clips of a roll call."""
ROLL_S = 450.0
"""The longest roll call: as WAV it stays below the service's limit. The more voices, the shorter their clips."""
FOLLOW_UP_S = 90.0
"""The same where an earlier one has compared most voices: somebody waits for it."""
ROLL_CLIP_SHORTEST_S = 1.5
CLIP_SHORTEST_S, CLIP_LONGEST_S = 2.0, 9.5
"""Bounds of a reference clip; the service takes 1.2 to 10 seconds."""
CLEAR_S = 0.15
"""Seconds around a clip in which nobody else may speak."""
THOROUGH_S = 1300.0
"""The same where the service erred: then several clips of each voice are compared."""
THOROUGH_CLIPS, THOROUGH_CLIP_S = 5, 3.5
"""How many they are at most, and how long."""
CLIPS_A_VOICE = 3
"""How many clips stand for a voice: one may hold somebody else, since the service errs."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A clip sent along with a part as `known_speaker_references[]`, and the name it is sent under."""

    name: str
    clip: Clip


def references(evidence: Evidence, said: Sequence[tuple[Node, Said]]) -> list[Reference]:
    """Choose the clips of up to four people to send with the next part: those who spoke most.

    With each part another of a person's best clips goes along, so that one of somebody else spoils a single part.
    """
    clips = clear_clips(said)
    turn = len({part for (part, _), _ in said})
    spoken: dict[Node, float] = defaultdict(float)
    for node, one in said:
        spoken[node] += one.end - one.start
    candidates = []
    for group in identify(evidence).groups:
        of_group = sorted((clip for node in group for clip in clips.get(node, ())), key=lambda clip: -clip.seconds)
        if of_group:
            best = of_group[:CLIPS_A_VOICE]
            candidates.append((sum(spoken[node] for node in group), best[turn % len(best)]))
    candidates.sort(key=lambda one: -one[0])
    return [Reference(f"voice-{number}", clip) for number, (_, clip) in enumerate(candidates[:MOST_REFERENCES], 1)]


def roll(evidence: Evidence, said: Sequence[tuple[Node, Said]], asked: Collection[Node] = ()) -> list[Clip]:
    """Return a clip of each voice where two may be the same; nothing where that is known of all.

    Voices that were `asked` before are left out; one clip of each person that a new voice may be stands for them.
    """
    new = [node for node in evidence.nodes if node not in asked]
    if not new or contradicts_itself(evidence) or not may_be_one(evidence):
        return []
    clips = _clips(evidence.nodes, said)
    familiar = _familiar(evidence, clips, new) if asked else []
    chosen = familiar + [clips[node][0] for node in new]
    return _shortened_to(FOLLOW_UP_S if familiar else ROLL_S, chosen, CLIP_LONGEST_S)


def thorough_roll(evidence: Evidence, said: Sequence[tuple[Node, Said]]) -> list[Clip]:
    """Return several clips of each voice, since one may be of somebody else; nothing where nothing contradicts."""
    if not contradicts_itself(evidence):
        return []
    clips = _clips(evidence.nodes, said)
    most = int(THOROUGH_S / (len(evidence.nodes) * (CLIP_SHORTEST_S + PAUSE_S)))
    each = min(max(most, 1), THOROUGH_CLIPS)
    return _shortened_to(THOROUGH_S, [clip for of_one in clips.values() for clip in of_one[:each]], THOROUGH_CLIP_S)


def _familiar(evidence: Evidence, clips: Mapping[Node, Sequence[Clip]], new: Sequence[Node]) -> list[Clip]:
    """Return the longest clip of each person that one of the new voices may be."""
    parts = {part for part, _ in new}
    people = [group for group in identify(evidence).groups if not parts <= {part for part, _ in group}]
    heard = [[clips[node][0] for node in group if node not in new] for group in people]
    return [max(of_one, key=lambda clip: clip.seconds) for of_one in heard if of_one]


def _shortened_to(room: float, clips: Sequence[Clip], longest: float) -> list[Clip]:
    """Return the middles of the clips, so long that a roll call of them fits `room` where that can be."""
    seconds = min(max(room / len(clips) - PAUSE_S, ROLL_CLIP_SHORTEST_S), longest)
    return [_shortened(clip, seconds) for clip in clips]


def _clips(nodes: Sequence[Node], said: Sequence[tuple[Node, Said]]) -> dict[Node, list[Clip]]:
    """Return the clips of each node, the best first; at least one."""
    clear = clear_clips(said)
    return {node: clear.get(node) or [_any_clip(node, said)] for node in nodes}


def clear_clips(said: Sequence[tuple[Node, Said]]) -> dict[Node, list[Clip]]:
    """Return for each node the stretches of 2 to 9.5 seconds in which it speaks alone, the longest first."""
    clips: dict[Node, list[Clip]] = defaultdict(list)
    ordered = sorted(said, key=lambda one: one[1].start)
    reach = float("-inf")
    for index, (node, one) in enumerate(ordered):
        following = ordered[index + 1][1].start if index + 1 < len(ordered) else float("inf")
        alone = one.start >= reach + CLEAR_S and one.end <= following - CLEAR_S
        reach = max(reach, one.end)
        seconds = min(one.end - one.start, CLIP_LONGEST_S)
        if alone and seconds >= CLIP_SHORTEST_S:
            clips[node].append(Clip(node, one.start, one.start + seconds))
    return {node: sorted(found, key=lambda clip: -clip.seconds) for node, found in clips.items()}


def _any_clip(node: Node, said: Sequence[tuple[Node, Said]]) -> Clip:
    longest = max((one for of, one in said if of == node), key=lambda one: one.end - one.start)
    return Clip(node, longest.start, max(longest.end, longest.start + 0.5))


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
        voices=list(voices.values()),
        asked=[clip.node for clip in clips],
        billed_seconds=billed_seconds,
    )
