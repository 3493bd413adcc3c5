"""What acts do to a transcript."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetrec.core.editing.acts import (
    Act,
    AddSegment,
    AssignSegments,
    AssignSpan,
    Composite,
    CutSegment,
    DeleteSegments,
    EditText,
    MergeSpeakers,
    NameSpeaker,
    NewSpeaker,
    SwapSpeakers,
)
from meetrec.core.editing.edits import alike, apply, new_segment_id, new_speaker_id, segments_between
from meetrec.core.errors import MeetrecError, UsageError
from meetrec.core.sanitize import sanitize
from meetrec.core.transcript import Transcript
from tests.core.acting import ACTS, TRANSCRIPTS, transcript

FOUR = transcript(("S1", "Shall we begin?"), ("S2", "Yes."), ("S3", "Hm."), ("S1", "So then."))


def who(said: Transcript) -> list[str]:
    return [one.speaker for one in said.segments]


def names(said: Transcript) -> list[str]:
    return [one.name for one in said.speakers]


def _attempt(said: Transcript, act: Act) -> Transcript:
    try:
        return apply(said, act)
    except MeetrecError:
        return said


def _deleted(act: Act) -> set[int]:
    if isinstance(act, DeleteSegments):
        return set(act.segments)
    return set().union(*map(_deleted, act.acts)) if isinstance(act, Composite) else set()


@given(TRANSCRIPTS, ACTS)
def test_no_segment_is_lost_unless_it_is_deleted_and_the_first_transcript_never_changes(
    said: Transcript, act: Act
) -> None:
    before = said.to_dict()
    after = _attempt(said, act)
    kept = {one.id for one in after.segments}
    assert {one.id for one in said.segments} - kept <= _deleted(act)
    assert said.to_dict() == before


@given(TRANSCRIPTS, st.lists(ACTS, max_size=6))
def test_whatever_is_done_the_transcript_stays_in_order(said: Transcript, acts: list[Act]) -> None:
    for act in acts:
        said = _attempt(said, act)
    ids = [one.id for one in said.segments]
    assert len(ids) == len(set(ids))
    assert [one.start for one in said.segments] == sorted(one.start for one in said.segments)
    for one in said.segments:
        assert 0 <= one.start <= one.end <= said.duration
        assert one.text
        assert sanitize(one.text) == one.text
    assert [one.id for one in said.speakers] == list(dict.fromkeys(who(said)))
    assert all(sanitize(one.name) == one.name and one.name for one in said.speakers if one.id)
    assert Transcript.from_dict(said.to_dict()).speakers == said.speakers


@given(TRANSCRIPTS, ACTS)
def test_the_same_act_gives_the_same_transcript(said: Transcript, act: Act) -> None:
    assert _attempt(said, act) == _attempt(said, act)


def test_a_speaker_is_named_and_the_name_taken_away() -> None:
    named = apply(FOUR, NameSpeaker("S2", " Ana\n"))
    assert names(named) == ["Speaker 1", "Ana", "Speaker 3"]
    assert named.speakers[1].named
    assert apply(named, NameSpeaker("S2", "")) == FOUR


def test_naming_two_alike_makes_them_one() -> None:
    named = apply(apply(FOUR, NameSpeaker("S1", "José")), NameSpeaker("S3", "jose\u0301"))
    assert who(named) == ["S1", "S2", "S1", "S1"]
    assert names(named) == ["José", "Speaker 2"]


def test_naming_the_only_speaker_of_a_model_that_tells_none_makes_the_name_show() -> None:
    said = Transcript(FOUR.segments, FOUR.speakers, duration=8.0, tells_speakers=False)
    assert apply(said, NameSpeaker("S1", "Ana")).tells_speakers


def test_merging_swapping_and_assigning_say_who_spoke() -> None:
    assert who(apply(FOUR, MergeSpeakers("S2", "S1"))) == ["S2", "S2", "S3", "S2"]
    assert who(apply(FOUR, SwapSpeakers("S1", "S2"))) == ["S2", "S1", "S3", "S2"]
    assert who(apply(FOUR, SwapSpeakers("S1", "S2", 1.0))) == ["S1", "S1", "S3", "S2"]
    assert who(apply(FOUR, AssignSegments((2, 3), "S2"))) == ["S1", "S2", "S2", "S2"]
    assert who(apply(FOUR, AssignSpan("S3", 2.0))) == ["S1", "S3", "S3", "S3"]
    assert who(apply(FOUR, AssignSpan("S3", 0.0, 3.0, "S1"))) == ["S3", "S2", "S3", "S1"]


def test_segments_become_a_speaker_of_their_own() -> None:
    new = apply(FOUR, NewSpeaker(new_speaker_id(FOUR), (3,), "Eve"))
    assert who(new) == ["S1", "S2", "S3", "S4"]
    assert names(new)[3] == "Eve"


def test_saying_who_spoke_settles_the_doubt() -> None:
    said = Transcript.from_dict(
        FOUR.to_dict() | {"segments": [one | {"doubt": "why"} for one in FOUR.to_dict()["segments"]]}
    )
    assert [one.doubt for one in apply(said, AssignSegments((0,), "S1")).segments] == ["", "why", "why", "why"]


def test_a_segment_is_cut_added_and_deleted() -> None:
    cut = apply(FOUR, CutSegment(0, 1.0, "Shall", "we begin?", new_segment_id(FOUR)))
    assert [(one.id, one.start, one.end, one.text) for one in cut.segments[:2]] == [
        (0, 0.0, 1.0, "Shall"), (4, 1.0, 1.6, "we begin?"),
    ]  # fmt: skip
    added = apply(cut, AddSegment(9, 1.2, 1.4, "S2", "Ah."))
    assert [one.id for one in added.segments] == [0, 4, 9, 1, 2, 3]
    assert [one.id for one in apply(added, DeleteSegments((9, 4))).segments] == [0, 1, 2, 3]


def test_who_says_nothing_any_more_is_no_speaker() -> None:
    assert [one.id for one in apply(FOUR, DeleteSegments((1,))).speakers] == ["S1", "S3"]
    assert apply(FOUR, DeleteSegments((0, 1, 2, 3))).speakers == ()


def test_several_acts_are_done_one_after_the_other() -> None:
    both = Composite((NameSpeaker("S1", "Ana"), NameSpeaker("S2", "ana"), EditText(((1, "No."),))))
    after = apply(FOUR, both)
    assert who(after) == ["S1", "S1", "S3", "S1"]
    assert after.segments[1].text == "No."


@pytest.mark.parametrize(
    "act",
    [
        NameSpeaker("S9", "x"),
        MergeSpeakers("S1", "S1"),
        MergeSpeakers("S1", "S9"),
        SwapSpeakers("S9", "S1"),
        AssignSegments((7,), "S1"),
        AssignSegments((), "S1"),
        AssignSegments((1,), "S9"),
        AssignSpan("S1", 100.0),
        AssignSpan("S1", 0.0, None, "S9"),
        EditText(((0, " \x1b[0m "),)),
        NewSpeaker("S1", (0,)),
        NewSpeaker("", (0,)),
        CutSegment(0, 1.0, "", "x", 9),
        CutSegment(0, 1.0, "x", "y", 3),
        AddSegment(3, 0.0, 1.0, "S1", "x"),
    ],
)
def test_what_makes_no_sense_is_told_in_words_with_a_hint(act: Act) -> None:
    with pytest.raises(UsageError) as refused:
        apply(FOUR, act)
    assert refused.value.message
    assert refused.value.hint


def test_what_was_said_between_two_times_is_found() -> None:
    assert [one.id for one in segments_between(FOUR, 2.0, 6.0)] == [1, 2]
    assert [one.id for one in segments_between(FOUR, 0.0, only="S1")] == [0, 3]


def test_names_are_alike_whatever_case_blanks_and_accents() -> None:
    assert alike(" Ana  María", "ana mari\u0301a ")
    assert not alike("Ana", "Anna")


def test_ids_are_not_used_again_that_were_there_as_received() -> None:
    fewer = apply(FOUR, DeleteSegments((2, 3)))
    assert new_segment_id(fewer, FOUR) == 4
    assert new_speaker_id(fewer, FOUR) == "S4"
