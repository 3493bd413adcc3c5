"""The file of the index is private, safe to kill, and refused in one sentence where it cannot be."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from meetrec.core.errors import DiskFullError, StorageError
from meetrec.storage.index_file import is_broken, open_index, refusal


def test_it_has_a_write_ahead_log_and_is_private(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        database = open_index(tmp_path / "cache" / "index.sqlite")
    finally:
        os.umask(before)
    assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert database.execute("PRAGMA synchronous").fetchone() == (1,)
    database.execute("INSERT INTO meta VALUES ('x', 1)")
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "cache").iterdir()}
    database.close()
    assert set(modes.values()) == {0o600}
    assert (tmp_path / "cache").stat().st_mode & 0o777 == 0o700


def test_a_planted_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "index.sqlite").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StorageError, match="symbolic link"):
        open_index(tmp_path / "index.sqlite")
    assert not (tmp_path / "elsewhere").exists()


def test_a_folder_in_its_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "index.sqlite").mkdir()
    with pytest.raises(StorageError) as caught:
        open_index(tmp_path / "index.sqlite")
    assert caught.value.hint


def test_a_full_disk_is_told_and_is_no_broken_file(tmp_path: Path) -> None:
    database = open_index(tmp_path / "index.sqlite")
    pages = database.execute("PRAGMA page_count").fetchone()[0]
    database.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(sqlite3.Error) as caught:
        database.execute("INSERT INTO meta VALUES ('x', ?)", ("x" * 1_000_000,))
    database.close()
    assert not is_broken(caught.value)
    assert isinstance(refusal(caught.value, tmp_path), DiskFullError)
