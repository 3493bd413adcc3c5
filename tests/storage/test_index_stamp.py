"""A stamp changes whenever a file does that is shown or searched."""

from __future__ import annotations

from pathlib import Path

from meetrec.storage.index import SessionIndex
from meetrec.storage.index_stamp import stamp_of
from meetrec.storage.paths import Paths
from tests.storage.test_index import age, said


def test_a_stamp_changes_with_every_file_that_is_shown(tmp_path: Path) -> None:
    folder = said(SessionIndex(Paths.under(tmp_path)).store, "Weekly", "x")
    for name in ("session.toml", "events.jsonl", "edits.jsonl", "transcript.2.json", "minutes.md", "audio.wav"):
        (folder.path / name).touch()
        age(folder)
        before = stamp_of(folder.path)
        with (folder.path / name).open("a") as file:
            file.write(" ")
        assert stamp_of(folder.path) != before
    assert stamp_of(folder.path / "nowhere") == ""


def test_what_was_just_written_is_never_taken_for_settled(tmp_path: Path) -> None:
    folder = said(SessionIndex(Paths.under(tmp_path)).store, "Weekly", "x")
    assert stamp_of(folder.path) != stamp_of(folder.path)
    age(folder)
    assert stamp_of(folder.path) == stamp_of(folder.path)
