from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from meetrec.provider.stretches import GIVE_UP_AFTER, Holes, Stretch, joined_stretches


def test_holes_that_touch_become_one() -> None:
    holes = Holes()
    holes.add([Stretch(100, 200), Stretch(0, 50)])
    holes.add([Stretch(50, 100), Stretch(7, 7)])
    assert holes.frames == 200
    assert holes.take() == [Stretch(0, 200)]
    assert not holes


def test_what_the_service_never_answers_for_is_given_up() -> None:
    holes = Holes()
    holes.add([Stretch(0, 100, unanswered=GIVE_UP_AFTER), Stretch(200, 300, unanswered=GIVE_UP_AFTER - 1)])
    assert holes.take() == [Stretch(200, 300, GIVE_UP_AFTER - 1)]
    assert holes.given_up == 100


def test_what_was_asked_for_before_is_not_joined_to_what_was_not() -> None:
    """Else a stretch that may be sent again once would take its neighbor's tries with it."""
    holes = Holes()
    holes.add([Stretch(0, 100, unanswered=2), Stretch(100, 200)])
    assert holes.take() == [Stretch(0, 100, 2), Stretch(100, 200)]


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(1, 50), st.integers(0, 2))))
def test_joining_keeps_every_frame_once(spans: list[tuple[int, int, int]]) -> None:
    result = joined_stretches(Stretch(start, start + length, asked) for start, length, asked in spans)
    frames = {frame for start, length, _ in spans for frame in range(start, start + length)}
    assert [frame for one in result for frame in range(one.start, one.end)] == sorted(frames)
