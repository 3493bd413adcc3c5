"""Times as people read and write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetrec.core.clock import format_clock, format_length, parse_clock


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "00:00:00"), (754.9, "00:12:34"), (90_061, "25:01:01"), (-3.0, "00:00:00")]
)
def test_a_time_has_two_digits_each_and_hours_never_wrap(seconds: float, shown: str) -> None:
    assert format_clock(seconds) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0.2, "0 s"), (59.4, "59 s"), (60, "1 min"), (3599, "1 h 00 min"), (3900, "1 h 05 min")]
)
def test_a_length_is_told_in_few_words(seconds: float, shown: str) -> None:
    assert format_length(seconds) == shown


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("34", 34),
        ("12:34", 754),
        (" 1:02:03.5 ", 3723.5),
        ("", None),
        ("a:1", None),
        ("1:2:3:4", None),
        ("9" * 400, None),
    ],
)
def test_a_time_is_read_as_people_write_it(text: str, seconds: float | None) -> None:
    assert parse_clock(text) == seconds


@given(st.integers(0, 10**7))
def test_a_shown_time_is_read_back(seconds: int) -> None:
    assert parse_clock(format_clock(seconds)) == seconds


@given(st.text())
def test_no_text_is_too_strange_to_be_no_time(text: str) -> None:
    seconds = parse_clock(text)
    assert seconds is None or seconds >= 0
