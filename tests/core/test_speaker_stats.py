"""How much each speaker says, and where they are heard best."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given

from meetrec.core.speaker_stats import excerpts, speaker_stats
from meetrec.core.transcript import Segment, Speaker, Transcript
from tests.core.acting import TRANSCRIPTS


def said(*segments: tuple[float, float, str]) -> Transcript:
    made = tuple(Segment(number, *one, f"text {number}") for number, one in enumerate(segments))
    return Transcript(made, tuple(Speaker(one, one) for one in dict.fromkeys(who for _, _, who in segments)))


def test_time_share_turns_and_first_appearance_are_counted() -> None:
    one, other = speaker_stats(said((1, 4, "S1"), (4.5, 5.5, "S1"), (6, 10, "S2"), (12, 14, "S1")))
    assert (one.talk_time, one.share, one.turns, one.first) == (6.0, 0.6, 2, 1.0)
    assert (other.talk_time, other.share, other.turns, other.first) == (4.0, 0.4, 1, 6.0)


def test_a_break_divides_a_turn() -> None:
    assert speaker_stats(said((1, 4, "S1"), (4.5, 5.5, "S1")), breaks=[4.2])[0].turns == 2


def test_the_best_excerpt_is_the_longest_of_at_most_ten_seconds_in_which_nobody_else_speaks() -> None:
    found = excerpts(said((0, 9, "S1"), (8, 12, "S2"), (20, 23, "S1"), (23.2, 26, "S1"), (30, 50, "S2")))
    assert (found["S1"].start, found["S1"].end, found["S1"].text) == (20, 26, "text 2 text 3")
    assert (found["S2"].start, found["S2"].end) == (30, 40)


def test_a_short_one_alone_is_better_than_a_long_one_in_a_din_and_anything_better_than_nothing() -> None:
    found = excerpts(said((0, 9, "S1"), (1, 8, "S2"), (20, 21, "S1")))
    assert found["S1"].start == 20
    assert (found["S2"].start, found["S2"].end) == (1, 8)


def test_where_the_speaker_is_in_doubt_they_are_not_heard_best() -> None:
    made = said((0, 9, "S1"), (20, 22, "S1"))
    doubtful = (dataclasses.replace(made.segments[0], doubt="why"), made.segments[1])
    assert excerpts(dataclasses.replace(made, segments=doubtful))["S1"].start == 20


@given(TRANSCRIPTS)
def test_the_shares_are_a_whole_and_every_excerpt_is_in_what_was_said(transcript: Transcript) -> None:
    stats = speaker_stats(transcript)
    assert sum(one.share for one in stats) == pytest.approx(1.0 if stats else 0.0)
    assert sum(one.turns for one in stats) == len(transcript.turns())
    for one in stats:
        assert 0 <= one.excerpt.start <= one.excerpt.end <= transcript.duration
        assert one.excerpt.end - one.excerpt.start <= 10
