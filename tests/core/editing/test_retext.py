"""New text keeps the times of the words that stay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetrec.core.editing.edits import apply, clean_text
from meetrec.core.editing.retext import aligned, distributed, edit_text, tokens
from tests.core.acting import TEXTS, TRANSCRIPTS, transcript

OLD = ["Shall we begin", "with the budget?", "Yes, let us."]


@pytest.mark.parametrize(
    ("new", "texts"),
    [
        ("Shall we begin with the budget? Yes, let us.", OLD),
        ("Shall we start with the budget? Yes, let us.", ["Shall we start", *OLD[1:]]),
        ("shall we, begin with the budget! YES let us", ["shall we, begin", "with the budget!", "YES let us"]),
        ("Shall we begin with the big red budget? Yes, let us.", [OLD[0], "with the big red budget?", OLD[2]]),
        ("Shall we begin? Yes, let us.", ["Shall we begin?", "", "Yes, let us."]),
        (
            "So: shall we begin with the budget? Yes, let us. Good.",
            ["So: shall we begin", OLD[1], "Yes, let us. Good."],
        ),
        ("entirely other words", ["entirely", "other", "words"]),
        ("", ["", "", ""]),
    ],
)
def test_words_stay_in_the_segment_in_which_they_were(new: str, texts: list[str]) -> None:
    assert distributed(OLD, new) == texts


def test_scripts_without_blanks_are_distributed_as_well() -> None:
    assert distributed(["会議を", "始めます"], "会議をすぐ始めます") == ["会議をすぐ", "始めます"]
    assert distributed(["会議を", "始めます"], "会議を 始めました") == ["会議を", "始めました"]


@given(st.lists(TEXTS.map(clean_text), min_size=1, max_size=5), TEXTS)
def test_no_word_is_lost_or_moved_out_of_order(old: list[str], new: str) -> None:
    texts = distributed(old, new)
    assert len(texts) == len(old)
    assert "".join("".join(texts).split()) == "".join(clean_text(new).split())


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=8), st.lists(st.sampled_from("abcd"), max_size=8))
def test_places_never_fall_and_are_places_of_old_words(old: list[str], new: list[str]) -> None:
    places = aligned(old, new)
    assert len(places) == len(new)
    assert places == sorted(places)
    assert all(0 <= place < len(old) for place in places)


@given(st.text(max_size=40))
def test_tokens_joined_are_the_text(text: str) -> None:
    assert "".join(tokens(text)) == text.rstrip()


@given(TRANSCRIPTS, TEXTS, st.data())
def test_editing_a_turn_changes_no_other_segment_and_no_time(said: object, new: str, data: st.DataObject) -> None:
    from meetrec.core.transcript import Transcript

    assert isinstance(said, Transcript)
    turns = said.turns()
    if not turns:
        return
    turn = data.draw(st.sampled_from(turns))
    ids = [one.id for one in turn.segments]
    after = apply(said, edit_text(said, ids, new))
    now = {one.id: one for one in after.segments}
    for one in said.segments:
        if one.id not in ids:
            assert now[one.id] == one
        elif one.id in now:
            assert (now[one.id].start, now[one.id].end) == (one.start, one.end)
    there = "".join(now[one].text for one in ids if one in now)
    assert "".join(there.split()) == "".join(clean_text(new).split())


def test_a_turn_without_words_is_deleted_and_an_unchanged_one_stays() -> None:
    said = transcript(("S1", "Shall we"), ("S1", "begin?"), ("S2", "Yes."))
    assert [one.id for one in apply(said, edit_text(said, [0, 1], " ")).segments] == [2]
    assert apply(said, edit_text(said, [0, 1], "Shall we begin?")) == said


def test_a_long_monologue_with_one_word_changed_is_quick_to_compare() -> None:
    old = [f"{word} and so on" for word in range(5000)]
    new = " ".join(old).replace("2500 and", "2500 or")
    assert distributed(old, new)[2500] == "2500 or so on"
