from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetrec.core.turn_cutter import Cut, TurnCutter

STEP = 0.03


def feed(cutter: TurnCutter, seconds: float, *, voiced: bool) -> list[float]:
    """Feed so many seconds; returns after how many of them the cutter asked for a commit."""
    steps = [cutter.feed(STEP, voiced) for _ in range(round(seconds / STEP))]
    return [(index + 1) * STEP for index, cut in enumerate(steps) if cut is Cut.COMMIT]


def test_a_pause_after_speech_ends_the_turn() -> None:
    cutter = TurnCutter(pause_ms=650)
    assert feed(cutter, 2.1, voiced=True) == []
    cuts = feed(cutter, 3.0, voiced=False)
    assert cuts == [pytest.approx(0.66)]


def test_a_short_pause_does_not_end_a_turn() -> None:
    cutter = TurnCutter(pause_ms=650)
    assert feed(cutter, 2.1, voiced=True) == []
    assert feed(cutter, 0.6, voiced=False) == []
    assert feed(cutter, 2.1, voiced=True) == []
    assert not cutter.idle


def test_a_click_is_not_worth_a_turn_of_its_own() -> None:
    cutter = TurnCutter(min_voice_ms=300)
    assert feed(cutter, 0.09, voiced=True) == []
    assert feed(cutter, 5.0, voiced=False) == []


def test_what_might_have_been_a_word_is_committed_when_the_turn_is_long() -> None:
    cutter = TurnCutter(min_voice_ms=300, max_turn_s=10)
    assert feed(cutter, 0.09, voiced=True) == []
    assert feed(cutter, 12.0, voiced=False) == [pytest.approx(10 - 0.09, abs=STEP)]


def test_unbroken_speech_is_cut_at_the_longest_turn() -> None:
    cutter = TurnCutter(max_turn_s=22)
    cuts = feed(cutter, 60.0, voiced=True)
    assert cuts == [pytest.approx(22, abs=0.1), pytest.approx(44, abs=0.1)]


def test_a_long_turn_is_cut_in_the_first_short_pause() -> None:
    cutter = TurnCutter(pause_ms=650, max_turn_s=20)
    assert feed(cutter, 18.0, voiced=True) == []
    assert feed(cutter, 0.3, voiced=False) == [pytest.approx(0.21)]


def test_silence_before_speech_does_not_count_towards_the_longest_turn() -> None:
    cutter = TurnCutter(max_turn_s=20)
    assert feed(cutter, 15.0, voiced=False) == []
    assert feed(cutter, 19.0, voiced=True) == []


def test_a_buffer_of_mere_silence_is_cleared() -> None:
    cutter = TurnCutter(max_turn_s=20)
    steps = [cutter.feed(1.0, voiced=False) for _ in range(40)]
    assert [index + 1 for index, cut in enumerate(steps) if cut is not Cut.NOTHING] == [20, 40]
    assert set(steps) == {Cut.NOTHING, Cut.CLEAR}


def test_text_of_the_service_counts_where_no_voice_was_heard() -> None:
    cutter = TurnCutter()
    feed(cutter, 5.0, voiced=False)
    cutter.heard()
    assert not cutter.idle
    assert feed(cutter, 5.0, voiced=False) == [pytest.approx(2.52)]


def test_text_that_keeps_coming_keeps_the_turn_open() -> None:
    cutter = TurnCutter(max_turn_s=60)
    for _ in range(10):
        cutter.heard()
        assert feed(cutter, 2.0, voiced=False) == []


def test_the_end_commits_what_was_said_and_drops_silence() -> None:
    cutter = TurnCutter()
    feed(cutter, 1.0, voiced=False)
    assert cutter.end() is Cut.NOTHING
    feed(cutter, 0.06, voiced=True)
    assert cutter.end() is Cut.COMMIT
    assert cutter.end() is Cut.NOTHING


def test_it_says_where_in_the_buffer_the_voice_is_also_right_after_a_cut() -> None:
    cutter = TurnCutter(pause_ms=300)
    feed(cutter, 3.0, voiced=False)
    assert cutter.voice is None
    feed(cutter, 1.5, voiced=True)
    feed(cutter, 0.3, voiced=False)
    assert cutter.idle
    assert cutter.voice == (pytest.approx(3.0), pytest.approx(4.5))


@given(
    st.lists(st.tuples(st.floats(0.01, 0.5), st.booleans(), st.booleans()), max_size=400),
    st.floats(5, 60),
)
def test_no_turn_outgrows_its_limit_and_no_voice_is_cleared(
    steps: list[tuple[float, bool, bool]], max_turn_s: float
) -> None:
    cutter = TurnCutter(max_turn_s=max_turn_s)
    since_voice = math.inf
    for seconds, voiced, text in steps:
        if text:
            cutter.heard()
        since_voice = 0.0 if (voiced or text) and math.isinf(since_voice) else since_voice
        cut = cutter.feed(seconds, voiced)
        since_voice += seconds
        if cut is Cut.CLEAR:
            assert math.isinf(since_voice)
        if cut is not Cut.NOTHING:
            since_voice = math.inf
        assert math.isinf(since_voice) or since_voice < max_turn_s + 0.5
    assert (cutter.end() is Cut.COMMIT) == (not math.isinf(since_voice))
