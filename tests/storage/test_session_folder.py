"""A session is a folder of plain files."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from meetrec.core.errors import StorageError
from meetrec.core.events import MarkAdded
from meetrec.core.transcript import Segment, Speaker, Transcript
from meetrec.storage.paths import Paths
from meetrec.storage.session_folder import SessionFolder
from meetrec.storage.sessions import SessionStore
from tests.storage.test_sound_length import write_wav

START = datetime(2026, 11, 20, 14, 5, 33, tzinfo=timezone(timedelta(hours=1)))
SAID = Transcript(
    segments=(Segment(0, 0.0, 1.0, "S1", "Hello."), Segment(1, 1.0, 2.0, "S2", "Hi.")),
    speakers=(Speaker("S1", "Speaker 1"), Speaker("S2", "Speaker 2")),
    duration=2.0,
)


@pytest.fixture
def folder(tmp_path: Path) -> SessionFolder:
    return SessionStore(Paths.under(tmp_path / "home")).create("Weekly sync", START)


def test_it_says_where_its_files_are(folder: SessionFolder) -> None:
    names = [path.name for path in (folder.audio, folder.events_path, folder.parts_dir, folder.minutes)]
    assert names == ["audio.wav", "events.jsonl", "parts", "minutes.md"]
    assert folder.id == folder.path.name == "2026-11-20T14-05-33-weekly-sync"


def test_a_new_title_leaves_the_folder_where_it_is(folder: SessionFolder) -> None:
    assert folder.rename("Board\nmeeting\x1b[31m").title == "Board meeting"
    assert folder.session.title == "Board meeting"
    assert folder.rename(" ").title == "Meeting of 2026-11-20 14:05"
    assert folder.path.is_dir()


def test_two_that_edit_at_once_lose_nothing(folder: SessionFolder) -> None:
    folder.save_transcript(SAID)
    code = """
import dataclasses, sys
from pathlib import Path
from meetrec.storage.session_folder import SessionFolder
for number in range(10):
    def named(session):
        return dataclasses.replace(session, names={**session.names, sys.argv[2]: f"{sys.argv[2]} {number}"})
    SessionFolder(Path(sys.argv[1])).edit(named)
"""
    command = [sys.executable, "-c", code, str(folder.path)]
    writers = [subprocess.Popen([*command, label]) for label in ("S1", "S2")]
    assert [writer.wait() for writer in writers] == [0, 0]
    assert folder.session.names == {"S1": "S1 9", "S2": "S2 9"}


def test_the_length_is_that_of_the_sound(folder: SessionFolder) -> None:
    assert folder.duration() == 0.0
    write_wav(folder.audio, 1.5)
    assert folder.duration() == 1.5


def test_what_happened_is_read_back(folder: SessionFolder) -> None:
    assert list(folder.events()) == []
    with folder.open_journal() as journal:
        kept = journal.append(MarkAdded(at=1.0))
    assert list(folder.events()) == [kept]


def test_versions_of_the_transcript_stand_side_by_side(folder: SessionFolder) -> None:
    assert folder.transcript() is None
    assert folder.save_transcript(SAID) == 1
    assert folder.save_transcript(dataclasses.replace(SAID, model="again")) == 2
    assert folder.versions() == [1, 2]
    assert folder.transcript() == dataclasses.replace(SAID, model="again")
    assert folder.transcript(1) == SAID
    assert (folder.path / "transcript.2.json").exists()


def test_the_same_run_replaces_its_own_version_only(folder: SessionFolder) -> None:
    folder.save_transcript(SAID)
    version = folder.save_transcript(SAID)
    assert folder.save_transcript(dataclasses.replace(SAID, model="better"), version) == 2
    assert folder.transcript(1) == SAID
    assert folder.transcript(2) == dataclasses.replace(SAID, model="better")


def test_versions_are_numbers_and_nothing_else(folder: SessionFolder) -> None:
    for name in (
        "transcript.1.json",
        "transcript.x.json",
        "transcript.02.json",
        "transcript.10.json",
        "transcripts.json",
    ):
        (folder.path / name).write_text("{}")
    assert folder.versions() == [1, 10]


@pytest.mark.parametrize("text", ["", "{", "null", "[]", '{"segments": [1], "speakers": []}', "[" * 100_000])
def test_a_broken_transcript_is_told_with_what_to_do(folder: SessionFolder, text: str) -> None:
    (folder.path / "transcript.json").write_text(text)
    with pytest.raises(StorageError, match="is not a transcript") as caught:
        folder.transcript()
    assert "meetrec finish" in caught.value.hint
    assert (folder.path / "transcript.json").read_text() == text


def test_a_transcript_of_a_newer_version_is_told(folder: SessionFolder) -> None:
    (folder.path / "transcript.json").write_text(json.dumps({**SAID.to_dict(), "schema": 999}))
    with pytest.raises(StorageError, match="newer version"):
        folder.transcript()


def test_everything_in_it_is_private(folder: SessionFolder) -> None:
    folder.save_transcript(SAID)
    folder.save_minutes("# x\n")
    folder.rename("y")
    folder.open_journal().close()
    assert {path.stat().st_mode & 0o777 for path in folder.path.iterdir()} == {0o600}
    assert folder.path.stat().st_mode & 0o777 == 0o700


def test_what_killed_processes_left_is_tidied(folder: SessionFolder) -> None:
    folder.parts_dir.mkdir()
    (folder.path / ".minutes.md.999999999-ab.tmp").touch()
    (folder.parts_dir / ".000.json.999999999-ab.tmp").touch()
    assert folder.tidy() == 2
    assert folder.tidy() == 0
