"""Whatever the title, the name of a file is one harmless component."""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetrec.core.document import Document
from meetrec.core.errors import SettingsError
from meetrec.export.file_names import check_pattern, file_name, safe_component
from tests.export.documents import FULL, HOSTILE, SESSION, anything

RESERVED = {"CON", "PRN", "AUX", "NUL", *(f"COM{n}" for n in range(10)), *(f"LPT{n}" for n in range(10))}


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Weekly sync", "Weekly sync"),
        ("../../x", "x"),
        ("/etc/x", "etc x"),
        ("C:\\x", "C x"),
        ("CON", "_CON"),
        ("con.backup", "_con.backup"),
        ("COM¹", "_COM¹"),
        ("Console", "Console"),
        ("a\0b", "ab"),
        ("a\nb", "a b"),
        (".", "meeting"),
        ("..", "meeting"),
        ("", "meeting"),
        (" . ", "meeting"),
        ("-rf", "rf"),
        ("~root", "root"),
        (".hidden", "hidden"),
        ("end. . ", "end"),
        ("\u202egnp.exe", "gnp.exe"),
        ('a<b>c|d?e*f"g', "a b c d e f g"),
        ("Café ☕ 会議", "Café ☕ 会議"),
        ("x" * 300, "x" * 120),
        ("会" * 300, "会" * 66),
    ],
)
def test_a_title_becomes_a_name(title: str, name: str) -> None:
    assert safe_component(title) == name


@given(anything)
def test_no_title_is_more_than_one_harmless_component(title: str) -> None:
    name = safe_component(title)
    assert PurePosixPath(name).parts == (name,)
    assert PureWindowsPath(name).parts == (name,)
    assert not PureWindowsPath(name).drive
    assert name.partition(".")[0].upper() not in RESERVED
    assert not name.startswith(("-", ".", "~", " "))
    assert not name.endswith((".", " "))
    assert len(name.encode()) <= 201
    assert not re.search(r'[<>:"/\\|?*\x00-\x1f\x7f-\x9f\u202a-\u202e]', name)
    assert unicodedata.is_normalized("NFC", name)


def called(title: str) -> Document:
    return dataclasses.replace(FULL, session=dataclasses.replace(SESSION, title=title))


@pytest.mark.parametrize("title", HOSTILE)
def test_the_file_can_be_made_where_it_should(tmp_path: Path, title: str) -> None:
    (tmp_path / file_name(called(title), ".md", "{date} {title}")).touch(exist_ok=False)
    (made,) = tmp_path.iterdir()
    assert made.name.startswith("2026-11-20")
    assert made.suffix == ".md"


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("{title}", "Weekly sync.md"),
        ("{date} {title}", "2026-11-20 Weekly sync.md"),
        ("{date}T{time}-{id}", "2026-11-20T14-05-2026-11-20T14-05-33-weekly-sync.md"),
        ("{title} ({speakers})", "Weekly sync (Ana, Speaker 2, Speaker 3).md"),
        ("{{{title}}}", "{Weekly sync}.md"),
        ("minutes", "minutes.md"),
        ("", "meeting.md"),
        ("..{title}", "Weekly sync.md"),
    ],
)
def test_a_pattern_says_how_files_are_called(pattern: str, name: str) -> None:
    check_pattern(pattern)
    assert file_name(FULL, ".md", pattern) == name


@given(anything, st.sampled_from(["{title}", "{title} {date}", "{speakers} {title} {title} {time}", "-{title}."]))
def test_no_title_makes_more_than_a_name_of_any_pattern(title: str, pattern: str) -> None:
    name = file_name(called(title), "", pattern)
    assert PurePosixPath(name).parts == PureWindowsPath(name).parts == (name,)
    assert len(name.encode()) <= 201


def test_of_a_long_title_less_is_kept_and_what_follows_stays() -> None:
    assert file_name(called("会" * 300), ".md", "{title} {date}").endswith("会 2026-11-20.md")
    assert file_name(called("x" * 300), ".md", "{title} {id}").endswith("x 2026-11-20T14-05-33-weekly-sync.md")


@pytest.mark.parametrize("pattern", ["{titel}", "a/{title}", "..\\{title}", "{title.__class__}/"])
def test_a_pattern_that_makes_no_names_is_refused(pattern: str) -> None:
    with pytest.raises(SettingsError, match=r"export\.file_name"):
        check_pattern(pattern)
