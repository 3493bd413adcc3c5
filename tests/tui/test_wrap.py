from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from meetrec.tui.wrap import fit, wrap

texts = st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=300)
plain = st.text("ab ", max_size=300)


@given(texts, st.integers(2, 60))
def test_no_line_is_wider_than_asked(text: str, width: int) -> None:
    assert all(cell_len(line) <= width for line in wrap(text, width))


@given(st.one_of(texts, plain), st.integers(2, 60))
def test_nothing_but_blanks_is_lost(text: str, width: int) -> None:
    assert "".join(wrap(text, width)).replace(" ", "") == text.replace(" ", "")


@given(plain, st.integers(4, 60))
def test_words_that_fit_a_line_are_not_broken(text: str, width: int) -> None:
    words = [word for word in text.split(" ") if word]
    if all(len(word) <= width for word in words):
        assert [word for line in wrap(text, width) for word in line.split(" ") if word] == words


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 10, [""]),
        ("one two three", 7, ["one two", "three"]),
        ("unbreakable", 4, ["unbr", "eaka", "ble"]),
        (" fits", 4, ["fits"]),
        ("会議を始めましょう", 8, ["会議を始", "めましょ", "う"]),
        ("über die Brücke", 8, ["über die", "Brücke"]),
    ],
)
def test_lines_break_at_blanks_and_count_cells(text: str, width: int, lines: list[str]) -> None:
    assert wrap(text, width) == lines


@given(texts, st.integers(0, 40))
def test_what_is_fitted_fits(text: str, width: int) -> None:
    assert cell_len(fit(text, width)) <= width


def test_what_is_cut_says_so() -> None:
    assert fit("a long title", 8) == "a long…"
    assert fit("short", 8) == "short"
