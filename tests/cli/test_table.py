from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from meetrec.cli.table import fit, table, width


def test_columns_line_up_with_wide_letters_and_emoji() -> None:
    lines = table([("a", "b"), ("会議", "x"), ("🎉", "y"), ("plain", "z")])
    assert [width(line[: line.index(mark)]) for line, mark in zip(lines, "bxyz", strict=True)] == [7, 7, 7, 7]


def test_a_line_that_is_too_wide_is_cut_in_one_column() -> None:
    lines = table([("id", "title"), ("1", "a very long title indeed")], columns=12, shrink=1)
    assert lines[1] == "1   a very…"


def test_line_breaks_in_a_cell_do_not_break_the_table() -> None:
    assert table([("h",), ("a\nb\x1b[2J",)]) == ["h", "a b"]


@given(st.text(), st.integers(0, 40))
def test_what_is_cut_fits(text: str, cells: int) -> None:
    assert width(fit(text, cells)) <= cells
