from __future__ import annotations

from datetime import datetime
from typing import get_args

import pytest

from meetrec.core.session import SessionState
from meetrec.tui import words
from tests.tui import material as made


@pytest.mark.parametrize("state", get_args(SessionState))
def test_each_state_has_words_of_its_own(state: SessionState) -> None:
    shape, short, tone = words.state_words(state)
    sentence, same_tone = words.state_sentence(state, "no key")
    assert short
    assert sentence.startswith(shape)
    assert tone == same_tone
    others = [words.state_words(other)[1] for other in get_args(SessionState) if other != state]
    assert short not in others


def test_dates_read_alike_in_every_locale() -> None:
    assert words.date_words(datetime(2026, 11, 20, 14, 5)) == "Fri 20 Nov 2026, 14:05"  # noqa: DTZ001 - local time
    assert words.short_date_words(datetime(2026, 2, 3, 4, 5)) == "3 Feb, 04:05"  # noqa: DTZ001 - local time


def test_two_names_are_told_and_the_rest_counted() -> None:
    assert words.people_words(()) == ""
    assert words.people_words(("Ana", "Ben")) == "Ana, Ben"
    assert words.people_words(("Ana", "Ben", "Chiara", "Dušan")) == "Ana, Ben +2"


def test_a_draft_says_that_it_is_one_and_what_to_press() -> None:
    told = words.draft_words(made.document(state="recorded", problem="no key", captions=2))
    assert told == "! First draft from live captions; minutes not made: no key. Press f to make them."
    assert "being made" in words.draft_words(made.document(state="finishing", captions=2))
    assert words.draft_words(made.document(words=made.transcript(2))) == ""


def test_a_refusal_is_a_sentence_and_what_to_do_next() -> None:
    assert words.refusal_words("no microphone was found", "plug one in", "") == "No microphone was found\nPlug one in."
