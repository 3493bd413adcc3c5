from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from meetrec.core import events as ev
from meetrec.core.captions import Caption
from meetrec.tui.flow import Flow
from meetrec.tui.live import Moment

captions = st.builds(
    lambda item, start, text, final: (
        ev.CaptionFinal(item=item, start=start, end=start + 1, text=text)
        if final
        else ev.CaptionInterim(item=item, start=start, end=start + 1, text=text)
    ),
    st.sampled_from("abcdefgh"),
    st.integers(0, 9).map(float),
    st.sampled_from(["", "one", "one two"]),
    st.booleans(),
)
moments = st.builds(Moment, st.integers(0, 9).map(float), st.just("mark"))


def order(flow: Flow) -> list[tuple[float, bool]]:
    return [(one.at, True) if isinstance(one, Moment) else (one.start, False) for one in flow.entries]


def taken(steps: list[Any], *, at_once: bool) -> Flow:
    flow = Flow()
    for step in steps:
        if isinstance(step, Moment):
            flow.add(step)
        elif step is not None:
            flow.take(step)
        elif not at_once:
            flow.refresh()
    flow.refresh()
    return flow


@given(st.lists(st.one_of(captions, moments, st.none()), max_size=40))
def test_captions_and_marks_stand_in_order_however_often_they_are_looked_at(steps: list[Any]) -> None:
    often, once = taken(steps, at_once=False), taken(steps, at_once=True)
    assert often.entries == once.entries
    assert order(often) == sorted(order(often))
    assert [one for one in often.entries if isinstance(one, Caption)] == list(often.track.captions)


@given(st.lists(st.one_of(captions, moments), max_size=30))
def test_what_stands_before_the_first_change_has_not_changed(steps: list[Any]) -> None:
    flow = Flow()
    for step in steps:
        before = list(flow.entries)
        if isinstance(step, Moment):
            flow.add(step)
        else:
            flow.take(step)
        first = flow.refresh()
        assert flow.entries[:first] == before[:first]


def test_nothing_new_is_no_change() -> None:
    flow = Flow()
    assert flow.refresh() is None
    assert not flow.take(ev.AudioLevel(rms=-20, peak=-9))
    flow.add(Moment(1.0, "mark"))
    assert flow.refresh() == 0
    assert flow.refresh() is None
