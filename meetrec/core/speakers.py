"""Which labels of which answers are one person.

The service names speakers A, B, C afresh in each answer. A *node* is one label of one answer. Three kinds of evidence
join nodes, strongest first: a reference clip that was sent with a part and came back by name; the roll call, one short
request made of a clip of each voice in doubt; and who speaks at the same time in the overlap of two parts. Two labels
of one answer are two people, and a voice whose clip was sent and not recognized is none of that answer's other labels.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from meetrec.core.transcript import Said

OVERLAP_S = 0.8
"""Seconds two labels must share in an overlap to count as one voice."""
CLIP_SHORTEST_S, CLIP_LONGEST_S = 2.0, 9.5
"""Bounds of a reference clip; the service takes 1.2 to 10 seconds."""
CLEAR_S = 0.15
"""Seconds around a clip in which nobody else may speak."""

Node = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Clip:
    """A stretch in which one voice speaks alone, in seconds on the recording's clock."""

    node: Node
    start: float
    end: float

    @property
    def seconds(self) -> float:
        return self.end - self.start


@dataclass
class Evidence:
    """What is known of the nodes. `known` maps a node to the node whose clip it was recognized by."""

    nodes: Sequence[Node]
    known: Mapping[Node, Node] = field(default_factory=dict)
    sent: Mapping[int, Sequence[Node]] = field(default_factory=dict)
    """By part: the nodes whose clips went with it."""
    same_voice: Sequence[Sequence[Node]] = ()
    """Groups of nodes that the roll call heard as one voice."""
    heard: Sequence[Node] = ()
    """The nodes that took part in the roll call."""
    overlaps: Mapping[tuple[Node, Node], float] = field(default_factory=dict)
    """Seconds that two labels of neighboring answers share."""


@dataclass(frozen=True)
class People:
    """The result: groups of nodes in order of first appearance, and why a node's place is in doubt, where it is."""

    groups: Sequence[Sequence[Node]]
    doubts: Mapping[Node, str]


class _Groups:
    """Nodes joined into people (union-find by relabeling: there are tens of nodes, not thousands)."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        self.of: dict[Node, set[Node]] = {node: {node} for node in nodes}

    def join(self, one: Node, other: Node) -> bool:
        """Join two people; refused, with False, where both have a label in the same answer."""
        left, right = self.of[one], self.of[other]
        if left is right:
            return True
        if {part for part, _ in left} & {part for part, _ in right}:
            return False
        left |= right
        for node in right:
            self.of[node] = left
        return True

    def all(self) -> list[set[Node]]:
        """Return all people."""
        unique = {id(group): group for group in self.of.values()}
        return list(unique.values())


def identify(evidence: Evidence) -> People:
    """Join the nodes into people."""
    groups = _Groups(evidence.nodes)
    doubts: dict[Node, str] = {}
    for node, origin in evidence.known.items():
        if origin in groups.of and not groups.join(origin, node):
            doubts[node] = "two voices of one part were taken for this speaker"
    for voice in evidence.same_voice:
        present = [node for node in voice if node in groups.of]
        refused = [node for node in present[1:] if not groups.join(present[0], node)]
        doubts |= dict.fromkeys(refused, "two voices of one part sounded like this speaker")
    doubts |= _join_by_overlap(groups, evidence)
    order = {node: index for index, node in enumerate(evidence.nodes)}
    people = sorted((sorted(group, key=order.__getitem__) for group in groups.all()), key=lambda one: order[one[0]])
    return People(people, doubts)


def _join_by_overlap(groups: _Groups, evidence: Evidence) -> dict[Node, str]:
    """Join who speaks at the same time on both sides of a seam; returns the doubts."""
    doubts = {}
    for one, other, contested in _by_overlap(evidence):
        apart = groups.of[one] is not groups.of[other]
        if not apart or _told_apart(groups, evidence, one, other):
            continue
        if groups.join(one, other) and contested:
            doubts[other] = "only the seconds around a seam tell who this is"
    return doubts


def _by_overlap(evidence: Evidence) -> list[tuple[Node, Node, bool]]:
    """Return the pairs that share most seconds with each other, and whether others come close."""
    best: dict[Node, list[tuple[float, Node]]] = defaultdict(list)
    for (one, other), seconds in evidence.overlaps.items():
        if seconds >= OVERLAP_S:
            best[one].append((seconds, other))
            best[other].append((seconds, one))
    ranked = {node: sorted(found, reverse=True) for node, found in best.items()}
    pairs = []
    for (one, other), seconds in sorted(evidence.overlaps.items(), key=lambda item: -item[1]):
        if one in ranked and other in ranked and ranked[one][0][1] == other and ranked[other][0][1] == one:
            rivals = [found[1][0] for found in (ranked[one], ranked[other]) if len(found) > 1]
            pairs.append((one, other, any(rival > seconds / 2 for rival in rivals)))
    return pairs


def _told_apart(groups: _Groups, evidence: Evidence, one: Node, other: Node) -> bool:
    """Tell whether the service has heard both and said that they are two."""
    left, right = groups.of[one], groups.of[other]
    heard = set(evidence.heard)
    if left & heard and right & heard:
        return True
    return _not_recognized(left, right, evidence) or _not_recognized(right, left, evidence)


def _not_recognized(sent: set[Node], answered: set[Node], evidence: Evidence) -> bool:
    """Tell whether a clip of one went with a part in which the other has a label of its own.

    A label that is another clip's name proves nothing: both clips may be of one voice, which gets but one of the names.
    """
    own = [node for node in answered if node not in evidence.known]
    return any(sent & set(evidence.sent.get(part, ())) for part, _ in own)


def in_doubt(evidence: Evidence) -> list[Node]:
    """Return one node of each person who may be the same as another: those a roll call should hear.

    Two people are surely two when they have labels in one answer, or when a clip of one was sent with an answer to the
    other and was not recognized.
    """
    people = [set(group) for group in identify(evidence).groups]
    asked: set[int] = set()
    for index, one in enumerate(people):
        for later in range(index + 1, len(people)):
            other = people[later]
            surely_two = bool({part for part, _ in one} & {part for part, _ in other}) or (
                _not_recognized(one, other, evidence) or _not_recognized(other, one, evidence)
            )
            if not surely_two:
                asked |= {index, later}
    order = {node: index for index, node in enumerate(evidence.nodes)}
    return [min(people[index], key=order.__getitem__) for index in sorted(asked)]


def shared_seconds(
    before: Iterable[tuple[Node, Said]], after: Iterable[tuple[Node, Said]]
) -> dict[tuple[Node, Node], float]:
    """Return how long each label of one answer speaks while a label of the next does."""
    seconds: dict[tuple[Node, Node], float] = defaultdict(float)
    later = list(after)
    for one, said in before:
        for other, heard in later:
            together = min(said.end, heard.end) - max(said.start, heard.start)
            if together > 0:
                seconds[one, other] += together
    return dict(seconds)


def best_clips(said: Sequence[tuple[Node, Said]]) -> dict[Node, Clip]:
    """Return for each node the longest stretch of 2 to 9.5 seconds in which it speaks alone, nothing where none is."""
    best: dict[Node, Clip] = {}
    ordered = sorted(said, key=lambda one: one[1].start)
    reach = 0.0
    for index, (node, one) in enumerate(ordered):
        following = ordered[index + 1][1].start if index + 1 < len(ordered) else float("inf")
        alone = one.start >= reach + CLEAR_S and one.end <= following - CLEAR_S
        reach = max(reach, one.end)
        seconds = min(one.end - one.start, CLIP_LONGEST_S)
        if not alone or seconds < CLIP_SHORTEST_S:
            continue
        if node not in best or seconds > best[node].seconds:
            best[node] = Clip(node, one.start, one.start + seconds)
    return best
