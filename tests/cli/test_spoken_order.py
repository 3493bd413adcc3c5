from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from meetrec.cli.spoken_order import SpokenOrder
from meetrec.core.events import CaptionFinal, CaptionInterim, Event


def interim(item: str, start: float, at: float | None = None) -> CaptionInterim:
    return CaptionInterim(item=item, start=start, end=start + 1, text="…", at=start if at is None else at)


def final(item: str, start: float, text: str = "text") -> CaptionFinal:
    return CaptionFinal(item=item, start=start, end=start + 1, text=text, at=start)


def shown(*events: Event) -> list[list[str]]:
    order = SpokenOrder()
    return [*([one.item for one in order.apply(event)] for event in events), [one.item for one in order.rest()]]


def test_a_later_turn_waits_for_an_earlier_one_that_is_still_written() -> None:
    assert shown(interim("a", 0), interim("b", 2), final("b", 2), final("a", 0)) == [[], [], [], ["a", "b"], []]


def test_an_empty_final_lets_the_next_one_go() -> None:
    assert shown(interim("a", 0), final("b", 2), final("a", 0, "")) == [[], [], ["b"], []]


def test_a_turn_that_never_ends_holds_nothing_back_for_longer_than_a_minute() -> None:
    assert shown(interim("a", 0), final("b", 2), interim("c", 50))[2] == []
    assert shown(interim("a", 0), final("b", 2), final("c", 70))[2] == ["b", "c"]


def test_a_final_that_comes_twice_is_shown_once() -> None:
    assert shown(final("a", 0), final("a", 0)) == [["a"], [], []]


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 9), st.sampled_from(["", "x"])), max_size=40))
def test_every_final_with_text_is_shown_exactly_once(steps: list[tuple[bool, int, str]]) -> None:
    events = [final(f"i{n}", n * 2, text) if is_final else interim(f"i{n}", n * 2) for is_final, n, text in steps]
    first: dict[str, str] = {}
    for event in events:
        if isinstance(event, CaptionFinal):
            first.setdefault(event.item, event.text)
    printed = [item for group in shown(*events) for item in group]
    assert sorted(printed) == sorted(item for item, text in first.items() if text)
