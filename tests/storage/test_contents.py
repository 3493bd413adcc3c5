"""Whoever deletes a session is told what will be gone."""

from __future__ import annotations

from pathlib import Path

from meetrec.core.events import NoteAdded
from meetrec.core.transcript import Transcript
from meetrec.storage.contents import contents
from meetrec.storage.index import SessionIndex
from meetrec.storage.paths import Paths
from tests.storage.test_index import said
from tests.storage.test_sound_length import write_wav


def test_all_that_is_there_is_told(tmp_path: Path) -> None:
    folder = said(SessionIndex(Paths.under(tmp_path)).store, "Weekly", "x")
    assert contents(folder) == ["the minutes"]
    assert contents(folder, audio_only=True) == ["no sound is there"]
    write_wav(folder.audio, 60.0)
    folder.save_transcript(Transcript())
    with folder.open_journal() as journal:
        journal.append(NoteAdded(at=1.0, text="x"))
    assert contents(folder)[1:] == ["the minutes in 2 versions", "captions, marks and notes"]
    assert contents(folder, audio_only=True) == contents(folder)[:1]
    assert contents(folder)[0].endswith("sound")
