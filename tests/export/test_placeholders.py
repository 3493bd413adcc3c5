"""Names in braces, and nothing that could run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetrec.core.errors import SettingsError
from meetrec.export.placeholders import check_names, filled, placeholders


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("{title}!", "x{time}!"),
        ("{{title}}", "{title}"),
        ("{ title } {} {0} {title.__class__} {Title}", "{ title } {} {0} {title.__class__} {Title}"),
        ("{title", "{title"),
        ("{{{title}}}", "{x{time}}"),
    ],
)
def test_a_name_in_braces_is_replaced_once_and_all_else_stays(text: str, made: str) -> None:
    assert filled(text, {"title": "x{time}", "time": "12:00"}) == made


def test_the_names_are_found_in_their_order() -> None:
    assert placeholders("{a} {{b}} {c} {a}") == ["a", "c", "a"]


def test_an_unknown_name_is_told_with_the_nearest_known() -> None:
    with pytest.raises(SettingsError, match=r"here: there is no placeholder {titel}") as caught:
        check_names("{titel}", ("title", "time"), "here")
    assert caught.value.hint == "did you mean {title}?"
    with pytest.raises(SettingsError) as caught:
        check_names("{zzz}", ("title", "time"), "here")
    assert caught.value.hint == "there are {title}, {time}; a brace alone is written {{"


@given(st.text(), st.text())
def test_any_text_is_filled_and_any_value_stays_as_it_is(text: str, value: str) -> None:
    if set(placeholders(text)) <= {"a"}:
        filled(text, {"a": value})
    assert filled("{a}", {"a": value}) == value
