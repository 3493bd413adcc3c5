"""Who was whom before."""

from __future__ import annotations

import pytest

from meetrec.core.editing.acts import AssignSegments, MergeSpeakers, NameSpeaker, NewSpeaker
from meetrec.core.editing.edits import apply
from meetrec.core.editing.origins import find_speaker, merged, said_by, split_back
from meetrec.core.errors import UsageError
from tests.core.acting import transcript

SAID = transcript(("S1", "a"), ("S2", "b"), ("S3", "c"), ("S2", "d"))


def test_who_was_merged_is_known_and_is_split_back_with_the_name_of_before() -> None:
    one = apply(apply(SAID, MergeSpeakers("S1", "S2")), MergeSpeakers("S1", "S3"))
    assert merged(one, SAID) == {"S1": ["S2", "S3"]}
    back = apply(one, split_back(one, SAID, "S2", {"S2": "Ben"}))
    assert [segment.speaker for segment in back.segments] == ["S1", "S2", "S1", "S2"]
    assert back.speaker("S2").name == "Ben"
    assert merged(back, SAID) == {"S1": ["S3"]}


def test_a_name_that_another_has_now_is_not_given_back() -> None:
    one = apply(apply(SAID, NameSpeaker("S1", "Ana")), NameSpeaker("S2", "ana"))
    assert apply(one, split_back(one, SAID, "S2", {"S2": "Ana"})).speaker("S2").name == "Speaker 2"


def test_who_was_not_merged_cannot_be_split_back() -> None:
    for label in ("S1", "S9", ""):
        with pytest.raises(UsageError, match="was not merged"):
            split_back(SAID, SAID, label)


def test_a_name_is_a_speaker_there_is_or_a_new_one() -> None:
    named = apply(SAID, NameSpeaker("S1", "Ana"))
    assert said_by(named, SAID, (1,), "ana") == AssignSegments((1,), "S1")
    assert said_by(named, SAID, (1,), "s3") == AssignSegments((1,), "S3")
    assert said_by(named, SAID, (1,), "Eve") == NewSpeaker("S4", (1,), "Eve")
    assert said_by(named, SAID, (1,), "") == NewSpeaker("S4", (1,))


def test_a_speaker_is_found_by_id_or_name_and_two_of_one_name_are_told() -> None:
    named = apply(SAID, NameSpeaker("S1", "Ana"))
    assert find_speaker(named, "ANA") == "S1"
    assert find_speaker(named, " s2 ") == "S2"
    with pytest.raises(UsageError, match="there is no speaker"):
        find_speaker(named, "Eve")
    twice = type(named)(named.segments, (*named.speakers[:1], type(named.speakers[0])("S2", "ana")))
    with pytest.raises(UsageError, match="2 speakers are called"):
        find_speaker(twice, "Ana")
