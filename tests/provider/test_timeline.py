from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetrec.provider.timeline import RATE, Span, Timeline, joined


def test_samples_become_seconds_of_the_recording() -> None:
    timeline = Timeline(10.0)
    assert timeline.seconds(RATE * 2) == 12.0
    timeline.seek(RATE * 3, 100.0)
    assert timeline.seconds(RATE * 4) == 101.0
    assert timeline.seconds(RATE * 3 - 24) == pytest.approx(12.999)


def test_a_boundary_ends_the_earlier_stretch_and_begins_the_later() -> None:
    timeline = Timeline(10.0)
    timeline.seek(RATE, 50.0)
    assert timeline.end_seconds(RATE) == 11.0
    assert timeline.seconds(RATE) == 50.0


def test_a_seek_before_anything_was_sent_replaces_the_start() -> None:
    timeline = Timeline(0.0)
    timeline.seek(0, 7.0)
    assert timeline.spans(0, RATE) == [Span(7.0, 8.0)]


def test_audio_across_a_seek_is_two_stretches() -> None:
    timeline = Timeline(0.0)
    timeline.seek(RATE, 60.0)
    assert timeline.spans(RATE // 2, RATE * 2) == [Span(0.5, 1.0), Span(60.0, 61.0)]
    assert timeline.spans(5, 5) == []


@given(st.lists(st.tuples(st.integers(1, 100_000), st.integers(0, 1000)), min_size=1, max_size=20))
def test_the_stretches_of_all_that_was_sent_are_as_long_as_what_was_sent(pieces: list[tuple[int, int]]) -> None:
    timeline, sent = Timeline(0.0), 0
    for samples, start in pieces:
        timeline.seek(sent, float(start))
        sent += samples
    assert sum(span.seconds for span in timeline.spans(0, sent)) == pytest.approx(sent / RATE)


def test_stretches_that_touch_are_joined() -> None:
    assert joined([Span(5, 6), Span(0, 1), Span(1, 2), Span(1.5, 1.7), Span(9, 9)]) == [Span(0, 2), Span(5, 6)]
