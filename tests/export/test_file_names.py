"""Whatever the title, the name of a file is one harmless component."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given

from meetrec.export.file_names import file_name, safe_component
from tests.export.documents import HOSTILE, STARTED, anything

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


@pytest.mark.parametrize("title", HOSTILE)
def test_the_file_can_be_made_where_it_should(tmp_path: Path, title: str) -> None:
    (tmp_path / file_name(title, ".md", STARTED)).touch(exist_ok=False)
    (made,) = tmp_path.iterdir()
    assert made.name.startswith("2026-11-20")
    assert made.suffix == ".md"


def test_the_day_stands_first_where_it_is_known() -> None:
    assert file_name("Weekly sync", ".md", STARTED) == "2026-11-20 Weekly sync.md"
    assert file_name("Weekly sync", ".srt") == "Weekly sync.srt"
    assert file_name("", ".md", STARTED) == "2026-11-20.md"
