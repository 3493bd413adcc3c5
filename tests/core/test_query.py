"""The query language means what people expect of it, and nothing a person types is an error but a date that is none."""

from __future__ import annotations

import contextlib
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetrec.core.errors import UsageError
from meetrec.core.query import Query, Term, fold, parse_query, selects
from meetrec.core.session import SessionSummary


def words(*texts: str) -> tuple[Term, ...]:
    return tuple(Term("words", text) for text in texts)


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("budget november", (words("budget"), words("november"))),
        ('"new budget" x', (words("new budget"), words("x"))),
        ("a OR b c", (words("a", "b"), words("c"))),
        ("a AND b", (words("a"), words("b"))),
        ("(a OR b)", (words("(a", "b)"),)),
        ("budg*", ((Term("words", "budg", prefix=True),),)),
        ('"new budg"*', ((Term("words", "new budg", prefix=True),),)),
        ("speaker:Ana", ((Term("speaker", "Ana"),),)),
        ('SPEAKER:"Ana Maria"', ((Term("speaker", "Ana Maria"),),)),
        ("title:sync tag:q3", ((Term("title", "sync"),), (Term("tag", "q3"),))),
        ("“new budget”", (words("new budget"),)),
        ("12:30 http://x", (words("12:30"), words("http://x"))),
        ('"OR"', (words("OR"),)),
    ],
)
def test_a_query_is_read_as_it_is_meant(text: str, groups: tuple[tuple[Term, ...], ...]) -> None:
    assert parse_query(text) == Query(groups=groups)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ('"new budget', '"new budget"'),
        ("a OR", "a"),
        ("OR a", "a"),
        ("speaker: a", "a"),
        ("- a", "a"),
        ("a !!! *", "a"),
    ],
)
def test_what_is_not_finished_means_what_it_would_without_its_end(text: str, same: str) -> None:
    assert parse_query(text) == parse_query(same)


def test_words_can_be_left_out() -> None:
    assert parse_query("budget -november -speaker:Ben").without == (Term("words", "november"), Term("speaker", "Ben"))


def test_days_months_and_years_are_dates() -> None:
    query = parse_query("after:2026-10-01 before:2027")
    assert (query.after, query.before) == (date(2026, 10, 1), date(2027, 1, 1))
    assert parse_query("after:2026-10").after == date(2026, 10, 1)


@pytest.mark.parametrize("text", ["after:soon", "before:2026-13", "after:2026-02-30", "-after:2026", "after:20261001"])
def test_a_date_that_is_none_is_told_in_a_sentence(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_query(text)
    assert caught.value.hint


def test_too_much_is_told_in_a_sentence() -> None:
    for text in ("x" * 501, "x " * 33):
        with pytest.raises(UsageError, match="the query"):
            parse_query(text)


def test_while_typing_the_last_word_may_go_on() -> None:
    assert parse_query("new budg", typing=True).groups == (words("new"), (Term("words", "budg", prefix=True),))
    assert parse_query("new budget ", typing=True) == parse_query("new budget")
    assert parse_query('"new budg', typing=True) == parse_query('"new budg"')


@pytest.mark.parametrize("text", ["", "  ", '""', "!!!", "* - OR", "speaker:"])
def test_a_query_may_say_nothing(text: str) -> None:
    assert not parse_query(text)


@given(st.text(max_size=60))
def test_whatever_is_typed_is_a_query_or_a_sentence(text: str) -> None:
    with contextlib.suppress(UsageError):
        parse_query(text, typing=True)


SESSION = SessionSummary(
    id="x",
    title="Réunion d'été",
    started_at=datetime(2026, 11, 20, tzinfo=UTC),
    speakers=("Ana Ruiz", "Ben"),
    tags=("Q3",),
)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("reunion", True), ("ruiz", True), ("q3", True), ("title:ana", False), ("speaker:ana", True), ("tag:q3", True),
        ("tag:q", False), ("tag:q*", True), ("after:2026-11-20", True), ("before:2026-11-20", False), ("-ben", False),
        ("x OR ben", True), ("x ben", False), ("", True),
    ],
)  # fmt: skip
def test_the_list_is_filtered_without_an_index(text: str, meant: bool) -> None:
    assert selects(parse_query(text), SESSION) is meant


def test_accents_and_case_are_folded() -> None:
    assert fold("RÉUNION") == fold("reunion") == "reunion"
