from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetrec.tui.review.finding import Finder, in_lines, marked
from meetrec.tui.turns import Line
from meetrec.tui.wrap import wrap

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@pytest.mark.parametrize(
    ("text", "wanted", "found"),
    [
        ("The Budget, the budget.", "budget", ["Budget", "budget"]),
        ("Köln und KOLN", "koln", ["Köln", "KOLN"]),
        ("straße", "STRASSE", ["straße"]),
        ("会議を始めます", "会議", ["会議"]),
        ("nothing", "budget", []),
        ("anything", "   ", []),
    ],
)
def test_case_and_accents_do_not_matter(text: str, wanted: str, found: list[str]) -> None:
    assert [text[start:end] for start, end in marked(text, wanted)] == found


@given(TEXTS, TEXTS)
def test_a_line_is_found_exactly_where_something_in_it_is_marked(text: str, wanted: str) -> None:
    assert bool(Finder().found([Line(0.0, "turn", text)], wanted)) == bool(marked(text, wanted))


@given(TEXTS, TEXTS, st.integers(2, 20))
def test_marks_stay_inside_the_lines_of_a_wrapped_text(text: str, wanted: str, width: int) -> None:
    lines = wrap(text, width)
    for line, spans in zip(lines, in_lines(lines, text, marked(text, wanted)), strict=True):
        assert all(0 <= start < end <= len(line) for start, end in spans)


def test_what_is_prepared_is_found_as_ever() -> None:
    lines = [Line(float(number), "turn", text) for number, text in enumerate(("Köln", "Berlin", "KOLN"))]
    ready = Finder()
    ready.prepare(lines)
    assert ready.found(lines, "köln") == Finder().found(lines, "köln") == [0, 2]
