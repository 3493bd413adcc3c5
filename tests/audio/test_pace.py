"""The watch that tells sound that is late from sound that is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetrec.audio.pace import PaceWatch

BLOCK = 0.1


def gaps(arrivals: list[float]) -> list[float]:
    """Feed a 0.1 s block at each of these moments and return the gaps found."""
    watch = PaceWatch()
    return [found for at in arrivals if (found := watch.feed(at, BLOCK))]


def steady(begin: float, seconds: float, pace: float = 1.0) -> list[float]:
    return [begin + BLOCK * number * pace for number in range(round(seconds / BLOCK / pace))]


@given(st.lists(st.floats(0, 0.2), min_size=1, max_size=300))
def test_jitter_is_no_gap(delays: list[float]) -> None:
    moments = [BLOCK * number + delay for number, delay in enumerate(delays)]
    assert gaps(sorted(moments)) == []


@pytest.mark.parametrize("lost", [0.5, 3, 75])
def test_sound_that_stays_away_is_a_gap_of_that_length(lost: float) -> None:
    assert gaps(steady(0, 20) + steady(20 + lost, 20)) == [pytest.approx(lost, abs=0.02)]


def test_sound_that_comes_late_in_a_burst_is_no_gap() -> None:
    assert gaps(steady(0, 20) + [40.0] * 200 + steady(40, 20)) == []


def test_a_burst_that_brings_only_a_part_leaves_a_gap_of_the_rest() -> None:
    assert gaps(steady(0, 20) + [120.0] * 250 + steady(120, 20)) == [pytest.approx(75, abs=0.2)]


def test_each_gap_is_told_once() -> None:
    twice = steady(0, 10) + steady(13, 10) + steady(28, 10)
    assert gaps(twice) == [pytest.approx(3, abs=0.02), pytest.approx(5, abs=0.02)]


@pytest.mark.parametrize("ppm", [-200, 200])
def test_two_clocks_that_drift_apart_for_an_hour_are_no_gap(ppm: int) -> None:
    assert gaps(steady(0, 3600, 1 + ppm / 1e6)) == []


def test_a_device_that_was_opened_again_begins_afresh() -> None:
    watch = PaceWatch()
    for at in steady(0, 5):
        watch.feed(at, BLOCK)
    watch.restart()
    assert [watch.feed(at, BLOCK) for at in steady(60, 5)] == [0.0] * 50
