from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetrec.provider.backoff import NETWORK_LIMIT_S, SERVICE_LIMIT_S, Backoff, Pace


@given(st.floats(0, 1), st.integers(1, 40))
def test_the_first_wait_is_at_most_half_a_second_and_none_is_beyond_the_limit(random: float, tries: int) -> None:
    backoff = Backoff(lambda: random)
    waits = [backoff.delay(limit=SERVICE_LIMIT_S) for _ in range(tries)]
    assert 0 < waits[0] <= 0.5
    assert waits == sorted(waits)
    assert max(waits) <= SERVICE_LIMIT_S


def test_where_nothing_answered_it_is_asked_again_sooner() -> None:
    backoff = Backoff(lambda: 1.0)
    assert max(backoff.delay(limit=NETWORK_LIMIT_S) for _ in range(40)) == NETWORK_LIMIT_S


def test_a_link_that_worked_begins_anew() -> None:
    backoff = Backoff(lambda: 1.0)
    for _ in range(10):
        backoff.delay(limit=SERVICE_LIMIT_S)
    backoff.reset()
    assert backoff.delay(limit=SERVICE_LIMIT_S) == 0.5


def test_the_service_may_ask_for_more_but_not_for_ever() -> None:
    backoff = Backoff(lambda: 1.0)
    assert backoff.delay(limit=SERVICE_LIMIT_S, asked=20.0) == 20.0
    assert backoff.delay(limit=SERVICE_LIMIT_S, asked=0.0) == pytest.approx(0.8)
    assert backoff.delay(limit=SERVICE_LIMIT_S, asked=1e9) == 120.0


@pytest.mark.parametrize("speed", [1.0, 4.0, 60.0])
def test_missed_audio_goes_out_at_the_speed_that_was_set(speed: float) -> None:
    now = 0.0
    pace = Pace(speed, lambda: now)
    for _ in range(600):
        now += pace.delay(0.1)
    assert now == pytest.approx((60 - 1) / speed, rel=0.05)


def test_live_audio_never_waits() -> None:
    now = 0.0
    pace = Pace(4.0, lambda: now)
    for _ in range(100):
        now += 0.1
        assert pace.delay(0.1) == 0
