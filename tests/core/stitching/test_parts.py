"""Where a recording is cut."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetrec.core.stitching.parts import (
    OVERLAP_S,
    SHORTEST_BALANCED_S,
    balanced_limit,
    part_limit,
    plan_parts,
    quietest_place,
)

STEP = 0.1
LEVELS = st.lists(st.floats(-120, 0), min_size=1, max_size=900)


def test_the_smaller_of_both_limits_counts() -> None:
    assert part_limit(1380, 24_000_000, 48_000) == 500
    assert part_limit(1380, 24_000_000, 9_000) == 1380


def test_a_cut_falls_into_the_middle_of_the_longest_pause() -> None:
    levels = [-20.0] * 100
    levels[70:74] = [-70.0] * 4
    levels[80:90] = [-70.0] * 10
    levels[95:97] = [-70.0] * 2
    assert quietest_place(levels, STEP, 6.5, 10.0) == 8.5


def test_where_no_pause_is_found_the_cut_still_lies_inside_the_window() -> None:
    assert 6.5 <= quietest_place([-20.0] * 100, STEP, 6.5, 10.0) <= 10.0


@given(LEVELS, st.floats(10.0, 30.0))
def test_parts_cover_the_recording_overlap_around_their_cuts_and_keep_the_limit(
    levels: list[float], limit: float
) -> None:
    duration = len(levels) * STEP
    parts = plan_parts(levels, STEP, duration, limit)
    assert parts[0].start == parts[0].cut == 0
    assert parts[-1].end == duration
    for one, other in pairwise(parts):
        assert one.end - other.start == pytest.approx(OVERLAP_S)
        assert other.cut == pytest.approx((one.end + other.start) / 2)
        assert other.start > one.start
    assert all(0 < part.seconds <= limit + 1e-6 for part in parts)
    assert [part.number for part in parts] == list(range(len(parts)))


@given(LEVELS, LEVELS, st.floats(10.0, 20.0))
def test_a_growing_recording_never_moves_a_cut_that_was_made(
    early: list[float], late: list[float], limit: float
) -> None:
    before = plan_parts(early, STEP, len(early) * STEP, limit)
    after = plan_parts(early + late, STEP, len(early + late) * STEP, limit)
    assert after[: len(before) - 1] == before[:-1]


@given(st.floats(1, 40_000), st.floats(20, 1380), st.integers(1, 8))
def test_a_balanced_limit_keeps_the_limit_and_makes_no_needlessly_small_parts(
    rest: float, limit: float, at_a_time: int
) -> None:
    balanced = balanced_limit(rest, limit, at_a_time)
    assert min(limit, SHORTEST_BALANCED_S) <= balanced <= limit


def test_two_hours_are_cut_so_that_four_requests_at_a_time_end_together() -> None:
    levels = [-20.0] * 72_000
    lengths = [part.seconds for part in plan_parts(levels, 0.1, 7200, balanced_limit(7200, 1380, 4))]
    assert len(lengths) == 8
    assert max(lengths) - min(lengths) < 60
