"""The minutes on disk are those of the last change."""

from __future__ import annotations

import dataclasses
import shutil
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from meetrec.core.editing.acts import EditText
from meetrec.core.errors import StorageError
from meetrec.core.transcript import Segment, Speaker, Transcript
from meetrec.storage.editing import Editing
from meetrec.storage.paths import Paths
from meetrec.storage.session_folder import SessionFolder
from meetrec.storage.sessions import SessionStore
from meetrec.workflow.minutes import write_minutes

SAID = Transcript((Segment(0, 0.0, 1.0, "S1", "text 0"),), (Speaker("S1", "Speaker 1"),), duration=2.0)


@pytest.fixture
def folder(tmp_path: Path) -> SessionFolder:
    made = SessionStore(Paths.under(tmp_path / "home")).create("x", datetime(2026, 11, 20, tzinfo=UTC))
    made.save_transcript(SAID)
    return made


def test_the_minutes_hold_what_was_corrected(folder: SessionFolder) -> None:
    Editing(folder).act(EditText(((0, "other words"),)))
    folder.edit(lambda session: dataclasses.replace(session, names={"S1": "Ana"}))
    assert "**Ana** · 00:00:00\n\nother words" in write_minutes(folder).read_text("utf-8")


def test_of_many_renders_at_once_the_last_change_wins(folder: SessionFolder) -> None:
    editing = Editing(folder)
    renders = []
    for number in range(1, 13):
        editing.act(EditText(((0, f"text {number}"),)))
        renders.append(threading.Thread(target=write_minutes, args=(folder,)))
        renders[-1].start()
    for render in renders:
        render.join(60)
    assert "text 12" in folder.minutes.read_text("utf-8")


def test_a_folder_that_is_gone_is_not_made_again(folder: SessionFolder) -> None:
    shutil.rmtree(folder.path)
    with pytest.raises(StorageError, match="not there any more"):
        write_minutes(folder)
    assert not folder.path.exists()
