"""The caption track ends the same for every order of arrival."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from meetrec.core.captions import Caption, CaptionTrack
from meetrec.core.events import CaptionFinal, CaptionInterim, Event, MarkAdded

TIMES = st.sampled_from([0.0, 1.0, 1.5, 2.0, 60.0])
WORDS = st.sampled_from(["", "a", "b", "ab", "ba", "abc"])
ITEMS = st.sampled_from(["1:a", "1:b", "2:a", "2:c"])
EVENTS: st.SearchStrategy[list[Event]] = st.lists(
    st.one_of(
        st.builds(CaptionInterim, item=ITEMS, start=TIMES, end=TIMES, text=WORDS),
        st.builds(CaptionFinal, item=ITEMS, start=TIMES, end=TIMES, text=WORDS, uncertain=st.booleans()),
        st.builds(MarkAdded, at=TIMES),
    ),
    max_size=12,
)


def track(events: list[Event]) -> CaptionTrack:
    made = CaptionTrack()
    for event in events:
        made.apply(event)
    return made


def final(item: str, start: float, text: str, *, uncertain: bool = False) -> CaptionFinal:
    return CaptionFinal(item=item, start=start, end=start + 1, text=text, uncertain=uncertain)


def interim(item: str, start: float, text: str) -> CaptionInterim:
    return CaptionInterim(item=item, start=start, end=start + 1, text=text)


@given(EVENTS, st.data())
def test_any_order_and_repetition_of_events_ends_the_same(events: list[Event], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(events))
    repeated = data.draw(st.lists(st.sampled_from(events), max_size=5)) if events else []
    assert list(track(events)) == list(track(shuffled + repeated))


@given(EVENTS)
def test_captions_stand_in_spoken_order_each_item_once(events: list[Event]) -> None:
    made = track(events)
    places = [one.place for one in made]
    assert places == sorted(places)
    assert len({one.item for one in made}) == len(made)
    assert all(one.text for one in made)


@given(EVENTS)
def test_nothing_before_the_reported_index_changes(events: list[Event]) -> None:
    made = CaptionTrack()
    for event in events:
        before = list(made)
        changed = made.apply(event)
        kept = len(before) if changed is None else changed
        assert list(made)[:kept] == before[:kept]
        if changed is None:
            assert list(made) == before


def test_final_text_replaces_interim_text_even_when_it_is_shorter() -> None:
    made = track([interim("1:a", 0, "good after noon"), final("1:a", 0, "Good.")])
    assert [one.text for one in made.captions] == ["Good."]
    assert made.finals == [Caption("1:a", 0, 1, "Good.", final=True)]


def test_interim_text_after_the_final_changes_nothing() -> None:
    made = track([final("1:a", 0, "Good."), interim("1:a", 0, "good after noon")])
    assert [one.text for one in made] == ["Good."]


def test_a_final_without_text_hides_the_turn() -> None:
    assert len(track([interim("1:a", 0, "hm"), final("1:a", 0, "")])) == 0


def test_two_turns_with_the_same_words_are_two_captions() -> None:
    made = track([final("1:a", 0, "Yes."), final("1:b", 5, "Yes.")])
    assert [one.text for one in made] == ["Yes.", "Yes."]


def test_what_was_said_first_stands_first_though_it_arrives_last() -> None:
    made = track([final("1:b", 5, "second"), interim("1:c", 9, "third")])
    assert made.apply(final("1:a", 0, "first")) == 0
    assert [one.text for one in made] == ["first", "second", "third"]


def test_certain_text_replaces_uncertain_text() -> None:
    made = track([final("1:a", 0, "maybe this", uncertain=True), final("1:a", 0, "This.")])
    assert [(one.text, one.uncertain) for one in made] == [("This.", False)]
