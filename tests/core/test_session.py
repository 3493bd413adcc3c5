"""Titles and folder names."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetrec.core.session import clean_title, new_id

START = datetime(2026, 11, 20, 14, 5, 33, tzinfo=timezone(timedelta(hours=1)))


@given(st.text())
def test_no_title_leaves_the_folder_or_is_an_option_or_a_reserved_name(title: str) -> None:
    name = new_id(title, START)
    assert re.fullmatch(r"2026-11-20T14-05-33(-[a-z0-9]+)*", name)
    assert len(name) <= 80


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Weekly sync", "2026-11-20T14-05-33-weekly-sync"),
        ("../../x", "2026-11-20T14-05-33-x"),
        ("Ünïcødé Été", "2026-11-20T14-05-33-unicde-ete"),
        ("会議", "2026-11-20T14-05-33"),
        ("-rf", "2026-11-20T14-05-33-rf"),
        ("x" * 300, "2026-11-20T14-05-33-" + "x" * 60),
    ],
)
def test_a_folder_is_named_by_start_and_title(title: str, name: str) -> None:
    assert new_id(title, START) == name


@given(st.text())
def test_a_title_is_one_harmless_line_and_never_empty(title: str) -> None:
    shown = clean_title(title, START)
    assert 0 < len(shown) <= 200
    assert "\n" not in shown
    assert "\x1b" not in shown


def test_a_session_without_title_is_called_by_its_time() -> None:
    assert clean_title(" \n ", START) == "Meeting of 2026-11-20 14:05"
