"""The transcript: read, written, named, divided into turns, and cleaned where it comes from a service."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetrec.core.sanitize import sanitize
from meetrec.core.transcript import Gap, Segment, Speaker, Transcript, clean_segments
from tests.core.test_fields import JSON

TWO = Transcript(
    segments=(
        Segment(0, 0.0, 2.0, "S1", "Hello."),
        Segment(1, 2.5, 4.0, "S1", "All here?"),
        Segment(2, 4.0, 6.0, "S2", "Yes."),
        Segment(3, 20.0, 21.0, "S2", "Sorry."),
    ),
    speakers=(Speaker("S1", "Speaker 1"), Speaker("S2", "Speaker 2")),
)
TIMES = st.floats(0, 1e5).map(lambda time: round(time, 3))
WORDS = st.text().map(sanitize)


@st.composite
def transcripts(draw: st.DrawFn) -> Transcript:
    speakers = draw(st.lists(st.builds(Speaker, WORDS, WORDS, st.booleans()), max_size=3))
    segments = draw(st.lists(st.builds(Segment, st.integers(0), TIMES, TIMES, WORDS, WORDS, WORDS, WORDS), max_size=5))
    gaps = draw(st.lists(st.builds(Gap, TIMES, TIMES, WORDS), max_size=2))
    rest = draw(st.tuples(TIMES, WORDS, TIMES, st.booleans()))
    return Transcript(tuple(segments), tuple(speakers), tuple(gaps), *rest)


@given(transcripts())
def test_a_transcript_survives_its_file(transcript: Transcript) -> None:
    assert Transcript.from_dict(json.loads(json.dumps(transcript.to_dict()))) == transcript


def test_fields_of_a_newer_version_are_kept() -> None:
    values = {**TWO.to_dict(), "voices": [1, 2]}
    assert Transcript.from_dict(values).to_dict() == values


@given(JSON)
def test_nothing_but_a_value_error_is_raised_for_what_is_no_transcript(value: object) -> None:
    for values in (value, {"segments": value, "speakers": []}, {"segments": [value], "speakers": [value]}):
        try:
            Transcript.from_dict(values)  # type: ignore[arg-type]
        except ValueError:
            continue


@pytest.mark.parametrize("value", [None, "1", float("nan"), True])
def test_a_segment_with_a_time_that_is_none_is_told(value: object) -> None:
    values = TWO.to_dict()
    values["segments"][1]["end"] = value
    with pytest.raises(ValueError, match="end"):
        Transcript.from_dict(values)


def test_names_are_put_over_the_numbers() -> None:
    named = TWO.with_names({"S2": "Ben", "S9": "nobody"})
    assert [one.name for one in named.speakers] == ["Speaker 1", "Ben"]
    assert [one.named for one in named.speakers] == [False, True]
    assert named.speaker("S2").name == "Ben"
    assert named.speaker("S9").name == "S9"


def test_neighboring_segments_of_a_speaker_are_one_turn_until_a_long_pause() -> None:
    turns = TWO.turns()
    assert [(one.speaker, one.text) for one in turns] == [("S1", "Hello. All here?"), ("S2", "Yes."), ("S2", "Sorry.")]
    assert (turns[0].start, turns[0].end) == (0.0, 4.0)


def test_a_mark_divides_a_turn() -> None:
    assert [one.text for one in TWO.turns(breaks=[2.2])][:2] == ["Hello.", "All here?"]


@given(transcripts(), st.lists(TIMES))
def test_turns_lose_no_segment(transcript: Transcript, breaks: list[float]) -> None:
    turns = transcript.turns(breaks)
    assert [segment for turn in turns for segment in turn.segments] == list(transcript.segments)
    assert all(segment.speaker == turn.speaker for turn in turns for segment in turn.segments)


def test_talk_times_are_told_by_speaker() -> None:
    assert TWO.talk_times() == {"S1": 3.5, "S2": 3.0}


@given(st.lists(st.fixed_dictionaries({}, optional={"start": JSON, "end": JSON, "text": JSON, "speaker": JSON}) | JSON))
def test_whatever_a_service_answers_becomes_sorted_harmless_speech_inside_the_part(raw: list[object]) -> None:
    said = clean_segments(raw, start=100.0, end=160.0)
    assert said == sorted(said, key=lambda one: (one.start, one.end))
    for one in said:
        assert 100.0 <= one.start <= one.end <= 160.0
        assert one.text == " ".join(sanitize(one.text).split()) != ""
        assert one.label
