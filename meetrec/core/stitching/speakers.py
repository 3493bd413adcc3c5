"""Which labels of which answers are one person.

The service names speakers A, B, C afresh in each answer. A *node* is one label of one answer. Four kinds of evidence
tie nodes together or hold them apart: a reference clip that was sent with a part and came back by name, or did not; the
roll call, one short request made of clips of voices in doubt; and who speaks at the same time in the overlap of two
parts. Each may be wrong, since services mishear: so all of it is weighed, and only that two labels of one answer are
two people is never doubted. The nodes are joined greedily, the strongest ties first, and then each part's labels are
assigned anew, one to one, to the people of all other parts until nothing changes (correlation clustering with moves).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from meetrec.core.transcript import Said

OVERLAP_S = 0.8
"""Seconds two labels must share in an overlap to count as one voice."""

_RECOGNIZED = 3.0
_NOT_RECOGNIZED = -2.0
_ROLL_CALL = 8.0
_NOT_HEARD_AS = -1.0
_OVERLAP, _OVERLAP_CONTESTED = 1.5, 0.5
_MOST_ROUNDS = 10

Node = tuple[int, str]
ROLL_CALL = -1
"""Stands for the part in nodes that are the voices of the first roll call, -2 for the second and so on: the voices of
one roll call are apart as the labels of one part are."""


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
    roll_calls: Sequence[Sequence[Sequence[Node]]] = ()
    """By roll call: groups of nodes heard as one voice; a node stands there once for each of its clips."""
    overlaps: Mapping[tuple[Node, Node], float] = field(default_factory=dict)
    """Seconds that two labels of neighboring answers share."""


@dataclass(frozen=True)
class People:
    """The result: groups of nodes in order of first appearance, and why a node's place is in doubt, where it is."""

    groups: Sequence[Sequence[Node]]
    doubts: Mapping[Node, str]


class Ties:
    """How strongly pairs of nodes belong together (above 0) or apart (below)."""

    def __init__(self, evidence: Evidence) -> None:
        self.of: dict[Node, dict[Node, float]] = {node: {} for node in evidence.nodes}
        for node, origin in evidence.known.items():
            self._add(node, origin, _RECOGNIZED)
        for node in evidence.nodes:
            if node not in evidence.known:
                for origin in evidence.sent.get(node[0], ()):
                    self._add(node, origin, _NOT_RECOGNIZED)
        for number, voices in enumerate(evidence.roll_calls):
            self._add_roll_call(ROLL_CALL - number, voices)
        for one, other, contested in by_overlap(evidence):
            self._add(one, other, _OVERLAP_CONTESTED if contested else _OVERLAP)

    def _add(self, one: Node, other: Node, weight: float) -> None:
        if one != other and one in self.of and other in self.of:
            self.of[one][other] = self.of[other][one] = self.of[one].get(other, 0.0) + weight

    def _add_roll_call(self, part: int, voices: Sequence[Sequence[Node]]) -> None:
        """Tie nodes to the voices of a roll call, each by the share of its clips that were heard as it."""
        heard_as = [Counter(voice) for voice in voices]
        clips = sum(heard_as, Counter())
        for number, counts in enumerate(heard_as):
            voice = (part, str(number))
            self.of[voice] = {}
            for node, total in clips.items():
                self._add(node, voice, _ROLL_CALL * counts[node] / total + _NOT_HEARD_AS)

    def between(self, node: Node, group: Iterable[Node]) -> float:
        """Return how strongly a node belongs to a group of others."""
        ties = self.of[node]
        return sum(ties.get(other, 0.0) for other in group)


def identify(evidence: Evidence) -> People:
    """Join the nodes into people."""
    ties = Ties(evidence)
    groups = _assigned_anew(_joined(list(ties.of), ties), ties)
    groups = _folded(groups, ties)
    groups = [left for group in groups if (left := {node for node in group if node[0] > ROLL_CALL})]
    order = {node: index for index, node in enumerate(evidence.nodes)}
    people = sorted((sorted(group, key=order.__getitem__) for group in groups), key=lambda one: order[one[0]])
    return People(people, _doubts(evidence, people))


def _joined(nodes: Sequence[Node], ties: Ties) -> list[set[Node]]:
    """Join groups as long as two belong together, the strongest tie first."""
    groups = [{node} for node in nodes]
    weights = {
        (index, later): weight
        for index, one in enumerate(nodes)
        for later in range(index + 1, len(nodes))
        if (weight := ties.of[one].get(nodes[later])) is not None
    }
    while weights:
        one, other = max(weights, key=weights.__getitem__)
        if weights.pop((one, other)) <= 0:
            break
        if not {part for part, _ in groups[one]} & {part for part, _ in groups[other]}:
            groups[one] |= groups[other]
            groups[other] = set()
            _move_weights(weights, other, one)
    return [group for group in groups if group]


def _move_weights(weights: dict[tuple[int, int], float], gone: int, into: int) -> None:
    """Let what tied others to `gone` tie them to `into`."""
    for left, right in [pair for pair in weights if gone in pair]:
        weight = weights.pop((left, right))
        other = right if left == gone else left
        pair = (into, other) if into < other else (other, into)
        weights[pair] = weights.get(pair, 0.0) + weight


def _assigned_anew(groups: list[set[Node]], ties: Ties) -> list[set[Node]]:
    """Assign the labels of each part to the people of all others, one to one, until nothing changes."""
    parts = sorted({part for group in groups for part, _ in group})
    for _ in range(_MOST_ROUNDS):
        before = {frozenset(group) for group in groups}
        for part in parts:
            labels = [node for group in groups for node in sorted(group) if node[0] == part]
            others = [left for group in groups if (left := {node for node in group if node[0] != part})]
            groups = _with(labels, others, ties)
        if {frozenset(group) for group in groups} == before:
            break
    return groups


def _with(labels: list[Node], groups: list[set[Node]], ties: Ties) -> list[set[Node]]:
    """Return the groups with each label in the one it fits best, no two in one; who fits nowhere stays alone."""
    fits = {(node, index): ties.between(node, group) for node in labels for index, group in enumerate(groups)}
    chosen: dict[Node, int] = {}
    for (node, index), fit in sorted(fits.items(), key=lambda item: -item[1]):
        if fit > 0 and node not in chosen and index not in chosen.values():
            chosen[node] = index
    joined = [
        group | {node for node, index in chosen.items() if index == number} for number, group in enumerate(groups)
    ]
    return joined + [{node} for node in labels if node not in chosen]


def _folded(groups: list[set[Node]], ties: Ties) -> list[set[Node]]:
    """Put who was heard in a roll call and is none of its voices where they fit best.

    Roll calls have told all voices apart: what is left over is a label that the service mixed up, not a person.
    """
    voices = [group for group in groups if any(part <= ROLL_CALL for part, _ in group)]
    alone = []
    for group in groups:
        if group in voices:
            continue
        free = [one for one in voices if not {part for part, _ in one} & {part for part, _ in group}]
        if free and any(part <= ROLL_CALL for node in group for part, _ in ties.of[node]):
            best = max(free, key=lambda one: sum(ties.between(node, one) for node in group))
            best |= group
        else:
            alone.append(group)
    return voices + alone


def _doubts(evidence: Evidence, people: Sequence[Sequence[Node]]) -> dict[Node, str]:
    """Say where evidence speaks against the result, or is thin."""
    person = {node: index for index, group in enumerate(people) for node in group}
    doubts: dict[Node, str] = {}
    for one, other, contested in by_overlap(evidence):
        if contested and person[one] == person[other] and len(people[person[one]]) == 2:
            doubts[other] = "only the seconds around a seam tell who this is"
    for voice in (voice for voices in evidence.roll_calls for voice in voices):
        present = [node for node in voice if node in person]
        heard = Counter(person[node] for node in present)
        for node in present:
            if heard[person[node]] * 2 < len(present):
                doubts[node] = "it sounded like another speaker when voices were compared"
    for node, origin in evidence.known.items():
        if origin in person and person[node] != person[origin]:
            doubts[node] = "a clip of another speaker was recognized here"
    return doubts


def by_overlap(evidence: Evidence) -> list[tuple[Node, Node, bool]]:
    """Return the pairs that share most seconds with each other, and whether others come close."""
    best: dict[tuple[Node, int], list[tuple[float, Node]]] = defaultdict(list)
    for (one, other), seconds in evidence.overlaps.items():
        if seconds >= OVERLAP_S:  # ranked seam by seam: a label may speak at both ends of its part
            best[one, other[0]].append((seconds, other))
            best[other, one[0]].append((seconds, one))
    ranked = {key: sorted(found, reverse=True) for key, found in best.items()}
    pairs = []
    for (one, other), seconds in evidence.overlaps.items():
        of_one, of_other = ranked.get((one, other[0])), ranked.get((other, one[0]))
        if of_one and of_other and of_one[0][1] == other and of_other[0][1] == one:
            rivals = [found[1][0] for found in (of_one, of_other) if len(found) > 1]
            pairs.append((one, other, any(rival > seconds / 2 for rival in rivals)))
    return pairs


def may_be_one(evidence: Evidence) -> bool:
    """Tell whether two of the people found may be one: nothing says that they are two."""
    people = [set(group) for group in identify(evidence).groups]
    ties = Ties(evidence)
    for index, one in enumerate(people):
        parts = {part for part, _ in one}
        for other in people[index + 1 :]:
            together = parts & {part for part, _ in other}
            if not together and sum(ties.between(node, other) for node in one) >= 0:
                return True
    return False


def contradicts_itself(evidence: Evidence) -> bool:
    """Tell whether something ties together what was held apart: then the service, or a clip, was wrong."""
    person = {node: index for index, group in enumerate(identify(evidence).groups) for node in group}
    torn = any(person[one] != person[other] and not contested for one, other, contested in by_overlap(evidence))
    missed = any(origin in person and person[node] != person[origin] for node, origin in evidence.known.items())
    return (
        torn
        or missed
        or any(
            len({person[node] for node in voice if node in person}) > 1
            for voices in evidence.roll_calls
            for voice in voices
        )
    )


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
