"""Text from outside is harmless once it is inside."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetrec.core.sanitize import one_line, sanitize

BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
NASTY = st.text(st.one_of(st.characters(), st.sampled_from("\x1b[]\\\x07\x9b\x9d\x9c\x90;m\r\n\t" + BIDI)))


@given(NASTY, st.booleans())
def test_no_control_or_direction_character_comes_through_whatever_the_text(text: str, multiline: bool) -> None:
    clean = sanitize(text, multiline=multiline)
    allowed = {"\n"} if multiline else set()
    for char in clean:
        assert char in allowed or char in "\u200c\u200d" or char.isprintable(), repr(char)
        assert char not in BIDI
        assert unicodedata.category(char) not in {"Cs", "Co", "Cn"}
    clean.encode()


@given(NASTY, st.booleans())
def test_cleaning_twice_is_cleaning_once(text: str, multiline: bool) -> None:
    clean = sanitize(text, multiline=multiline)
    assert sanitize(clean, multiline=multiline) == clean


@given(st.text(st.characters(categories=("L", "N", "P", "S"), include_characters=" ")))
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert sanitize(text) == text


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x9b31mred", "red"),
        ("\x1b]52;c;aGk=\x07after", "after"),
        ("\x1b]0;title\x1b\\after", "after"),
        ("\x9d0;title\x9cafter", "after"),
        ("\x1bPq#0\x1b\\after", "after"),
        ("\x1b(Bafter", "after"),
        ("a\rb\x08\x00c", "a bc"),
        ("one\u2028two\x85three", "one two three"),
        ("fi\u200dne 👩\u200d👧", "fi\u200dne 👩\u200d👧"),
        ("\u202egnp.exe", "gnp.exe"),
        ("half \ud83d", "half "),
    ],
)
def test_terminal_sequences_vanish_with_what_they_carry(text: str, clean: str) -> None:
    assert sanitize(text) == clean


def test_an_unended_sequence_swallows_no_words() -> None:
    assert sanitize("he said â€\x9d and went on") == "he said â€ and went on"
    assert sanitize("\x1b]0;words") == "0;words"


def test_unended_sequences_cost_no_more_than_their_length() -> None:
    assert sanitize("\x9d\x1b]" * 200_000) == ""


def test_line_breaks_stay_only_where_they_are_wanted() -> None:
    assert sanitize("a\nb\tc", multiline=True) == "a\nb c"
    assert sanitize("a\nb\tc") == "a b c"


def test_a_limit_cuts() -> None:
    assert sanitize("x" * 10, limit=3) == "xxx"


@given(NASTY, st.integers(1, 50))
def test_one_line_is_one_line_and_not_longer_than_asked(text: str, limit: int) -> None:
    shown = one_line(text, limit)
    assert len(shown) <= limit
    assert shown.splitlines() in ([], [shown])
    assert shown == shown.strip()


def test_one_line_says_that_it_was_cut() -> None:
    assert one_line("a b\n c", 10) == "a b c"
    assert one_line("abcdef", 4) == "abc…"
