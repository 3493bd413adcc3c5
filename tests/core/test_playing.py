"""What is heard, in words and numbers."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import given

from meetrec.core.playing import SPEEDS, next_speed, segment_at, speed_words, spoken_spans, word_at
from meetrec.core.transcript import Segment


def said(start: float, end: float, text: str = "one two three", speaker: str = "S1") -> Segment:
    return Segment(0, start, end, speaker, text)


def test_speeds_go_up_and_down_in_steps_and_end_at_the_last() -> None:
    assert next_speed(1.0, 1) == 1.25
    assert next_speed(1.0, -1) == 0.75
    assert next_speed(SPEEDS[-1], 1) == SPEEDS[-1]
    assert next_speed(SPEEDS[0], -1) == SPEEDS[0]
    assert next_speed(1.1, 1) == 1.25
    assert [speed_words(one) for one in (1.0, 1.25)] == ["1×", "1.25×"]


@pytest.mark.parametrize(
    ("seconds", "word"),
    [(9.9, None), (10.0, "one"), (11.0, "two"), (12.0, "three"), (12.99, "three"), (13.0, None), (float("nan"), None)],
)
def test_the_word_heard_is_told_by_the_length_of_the_words(seconds: float, word: str | None) -> None:
    segment = said(10, 13)
    span = word_at(segment, seconds)
    assert (segment.text[slice(*span)] if span else None) == word


def test_where_no_spaces_divide_words_a_few_letters_stand_for_one() -> None:
    segment = said(0, 10, "本日はお忙しいところお集まりいただきまして誠にありがとうございます。")
    span = word_at(segment, 5.0)
    assert span is not None
    assert 0 < span[1] - span[0] <= 6


@given(st.text(max_size=60), st.floats(0, 100), st.floats(0, 100), st.floats(-10, 210))
def test_a_word_is_always_inside_the_text(text: str, start: float, length: float, seconds: float) -> None:
    span = word_at(said(start, start + length, text), seconds)
    assert span is None or 0 <= span[0] < span[1] <= len(text)


def test_the_segment_heard_is_the_last_that_began() -> None:
    segments = [said(1, 2), said(3, 5), said(4, 6)]
    starts = [one.start for one in segments]
    assert [segment_at(segments, starts, at) for at in (0.5, 1, 2.5, 3.5, 4, 99)] == [None, 0, 0, 1, 2, 2]
    assert segment_at([], [], 3) is None


def test_what_one_speaker_says_is_joined_over_short_pauses_and_begins_where_asked() -> None:
    segments = [said(1, 2), said(2.3, 4), said(4, 6, speaker="S2"), said(6, 8), said(9, 10)]
    assert spoken_spans(segments, "S1") == [(1, 4), (6, 8), (9, 10)]
    assert spoken_spans(segments, "S1", 3.0) == [(3.0, 4), (6, 8), (9, 10)]
    assert spoken_spans(segments, "S9") == []
