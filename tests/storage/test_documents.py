"""A session's folder becomes one document."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from pathlib import Path

import pytest

from meetrec.core.errors import StorageError
from meetrec.core.events import CaptionFinal, Fault, MarkAdded, MinutesFailed, NoteAdded
from meetrec.core.transcript import Segment, Speaker, Transcript
from meetrec.storage.documents import load_document
from meetrec.storage.paths import Paths
from meetrec.storage.session_folder import SessionFolder
from meetrec.storage.sessions import SessionStore
from tests.storage.test_sound_length import write_wav

SAID = Transcript(
    segments=(Segment(0, 0.0, 1.0, "S1", "Hello."),),
    speakers=(Speaker("S1", "Speaker 1"),),
    duration=9.0,
    model="whisper-1",
)


@pytest.fixture
def folder(tmp_path: Path) -> SessionFolder:
    made = SessionStore(Paths.under(tmp_path / "home")).create("x", datetime(2026, 11, 20, tzinfo=UTC))
    with made.open_journal() as journal:
        journal.append(CaptionFinal(at=3.0, item="1:a", start=1.0, end=2.0, text="hello"))
        journal.append(MarkAdded(at=4.0))
        journal.append(NoteAdded(at=5.0, text="note"))
        journal.append(Fault(at=6.0, what="broken"))
        journal.append(MinutesFailed(at=7.0, why="no key"))
    return made


def test_without_minutes_it_holds_the_captions_and_says_why(folder: SessionFolder) -> None:
    document = load_document(folder)
    assert document.is_draft
    assert (document.state, document.problem) == ("failed", "no key")
    assert [one.text for one in document.captions] == ["hello"]
    assert [len(remarks) for remarks in (document.marks, document.notes, document.faults)] == [1, 1, 1]
    assert document.duration == 7.0


def test_with_minutes_it_holds_the_transcript_with_the_users_names(folder: SessionFolder) -> None:
    folder.save_transcript(SAID)
    folder.save_minutes("# x\n")
    folder.edit(lambda session: dataclasses.replace(session, names={"S1": "Ana"}))
    document = load_document(folder)
    assert (document.state, document.problem) == ("finished", "")
    assert document.transcript is not None
    assert document.transcript.speaker("S1").name == "Ana"
    assert document.duration == 9.0
    write_wav(folder.audio, 2.0)
    assert load_document(folder).duration == 2.0


def test_a_transcript_that_cannot_be_read_is_told_and_the_captions_stand_in(folder: SessionFolder) -> None:
    (folder.path / "transcript.json").write_text("{")
    document = load_document(folder)
    assert document.is_draft
    assert "is not a transcript" in document.problem


def test_an_empty_folder_is_a_document_that_says_what_is_wrong(folder: SessionFolder) -> None:
    for path in folder.path.iterdir():
        path.unlink()
    document = load_document(folder)
    assert document.problem == "session.toml is missing"
    assert document.session.id == folder.id


def test_a_folder_that_is_gone_is_told(folder: SessionFolder) -> None:
    folder.path.rename(folder.path.with_name("elsewhere"))
    with pytest.raises(StorageError, match="not there any more"):
        load_document(folder)
