"""Which clips are sent along, and for the roll call."""

from __future__ import annotations

import pytest

from meetrec.core.stitching.speakers import Clip, Evidence, Node
from meetrec.core.stitching.voices import PAUSE_S, ROLL_S, references, roll, roll_call
from meetrec.core.transcript import Said


def voices(count: int, seconds: float = 9.0) -> list[tuple[Node, Said]]:
    """One label in each of so many answers, each speaking alone."""
    return [((part, "A"), Said(part * 20.0, part * 20.0 + seconds, "A", "words")) for part in range(count)]


def evidence(said: list[tuple[Node, Said]]) -> Evidence:
    return Evidence(nodes=[node for node, _ in said])


@pytest.mark.parametrize("count", [2, 40, 90, 150])
def test_a_roll_call_stays_within_one_request_however_many_voices_there_are(count: int) -> None:
    said = voices(count)
    clips = roll(evidence(said), said)
    assert len(clips) == count
    assert sum(clip.seconds + PAUSE_S for clip in clips) <= ROLL_S + 1e-6
    assert all(said[index][1].start <= clip.start < clip.end <= said[index][1].end for index, clip in enumerate(clips))


def test_one_voice_needs_no_roll_call() -> None:
    said = voices(1)
    assert roll(evidence(said), said) == []


def test_a_new_voice_is_compared_with_a_clip_of_each_person_and_nobody_is_asked_twice() -> None:
    said = voices(5)
    nodes = [node for node, _ in said]
    same = [[nodes[0], nodes[2]], [nodes[1], nodes[3]]]  # what a roll call of the first four said
    known = Evidence(nodes=nodes, roll_calls=[same])
    assert len(roll(known, said, nodes[:4])) == 3
    assert roll(known, said, nodes) == []


def test_who_may_not_be_the_new_voice_is_not_compared_with_it() -> None:
    said = [*voices(2), ((1, "B"), Said(60.0, 69.0, "B", "words"))]
    nodes = [node for node, _ in said]
    known = Evidence(nodes=nodes, roll_calls=[[[nodes[0]], [nodes[1]]]])
    assert {clip.node for clip in roll(known, said, nodes[:2])} == {(0, "A"), (1, "B")}


def test_a_voice_that_never_speaks_alone_for_long_is_heard_all_the_same() -> None:
    said = voices(2, seconds=0.7)
    assert [clip.node for clip in roll(evidence(said), said)] == [(0, "A"), (1, "A")]


def test_clips_with_one_label_are_one_voice_and_what_is_not_answered_takes_no_part() -> None:
    clips = [Clip((part, "A"), 0.0, 4.0) for part in range(3)]
    answered = [Said(0.1, 3.9, "A", "x"), Said(4.9, 8.0, "A", "y")]
    called = roll_call(clips, answered, 12.0)
    assert called.voices == [[(0, "A"), (1, "A")]]
    assert called.asked == [clip.node for clip in clips]


def test_at_most_four_references_go_along_those_who_spoke_most() -> None:
    said = [
        ((0, label), Said(at * 12.0, at * 12.0 + seconds, label, "words"))
        for at, (label, seconds) in enumerate([("A", 3.0), ("B", 9.0), ("C", 5.0), ("D", 7.0), ("E", 8.0), ("F", 1.0)])
    ]
    chosen = references(evidence(said), said)
    assert [one.clip.node[1] for one in chosen] == ["B", "E", "D", "C"]
    assert all(2.0 <= one.clip.seconds <= 9.5 for one in chosen)
