"""Publishing the minutes while somebody corrects them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from meetrec.core.editing.acts import DeleteSegments, EditText, NameSpeaker
from meetrec.core.errors import BusyError
from meetrec.core.events import Notice
from meetrec.recorder import publishing
from meetrec.recorder.publishing import publish
from meetrec.storage.editing import ChangedError, Editing
from meetrec.storage.paths import Paths
from meetrec.storage.session_folder import SessionFolder
from meetrec.storage.sessions import SessionStore
from tests.core.acting import transcript

FIRST = transcript(("S1", "Shall we begin?"), ("S2", "Yes."))
SECOND = transcript(("S1", "Shall we begin now?"), ("S2", "Yes."))


@pytest.fixture
def folder(tmp_path: Path) -> SessionFolder:
    made = SessionStore(Paths.under(tmp_path / "home")).create("x", datetime(2026, 11, 20, tzinfo=UTC))
    publish(made, FIRST, [])
    return made


def test_a_version_waits_for_the_correction_that_is_being_written_and_takes_nothing_from_it(
    folder: SessionFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "WAIT_S", 0.05)
    refused: list[BusyError] = []

    def publish_meanwhile() -> datetime:
        """Called when the correction has read what there is, and has not been written yet."""
        with pytest.raises(BusyError) as caught:
            publish(folder, SECOND, [])
        refused.append(caught.value)
        return datetime.now(UTC)

    editing = Editing(folder, clock=publish_meanwhile)
    editing.act(EditText(((1, "No."),)))
    assert refused
    assert folder.versions() == [1]
    assert [one.text for one in Editing(folder).transcript.segments] == ["Shall we begin?", "No."]


def test_a_correction_made_of_the_version_before_is_refused_and_can_be_made_again(folder: SessionFolder) -> None:
    editing = Editing(folder)
    publish(folder, SECOND, [])
    with pytest.raises(ChangedError):
        editing.act(EditText(((1, "No."),)))
    editing.act(EditText(((1, "No."),)))
    assert [one.text for one in Editing(folder).transcript.segments] == ["Shall we begin now?", "No."]


def test_corrections_that_stay_with_the_version_before_are_told(folder: SessionFolder) -> None:
    editing = Editing(folder)
    editing.act(NameSpeaker("S1", "Ana"))
    editing.act(DeleteSegments((1,)))
    editing.act(DeleteSegments((0,)))
    editing.undo()
    notices: list[Notice] = []
    publish(folder, SECOND, notices)
    (told,) = notices
    assert told.what == "1 correction stays with version 1 of the transcript; the names carry over to version 2"
    assert told.hint == f"meetrec versions {folder.id} --diff 1 2 compares them"
    assert "**Ana**" in folder.minutes.read_text("utf-8")


def test_a_version_after_one_that_nobody_corrected_says_nothing(folder: SessionFolder) -> None:
    notices: list[Notice] = []
    publish(folder, SECOND, notices)
    publish(folder, SECOND, notices)
    assert (notices, folder.versions()) == ([], [1, 2])
