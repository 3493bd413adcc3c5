"""Editing a session on disk: nothing is lost, everything can be undone."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meetrec.core.editing.acts import (
    Act,
    AssignSegments,
    DeleteSegments,
    EditText,
    MergeSpeakers,
    NameSpeaker,
    TakeNames,
)
from meetrec.core.errors import DiskFullError, MeetrecError, StorageError, UsageError
from meetrec.core.transcript import Transcript
from meetrec.storage import edit_log
from meetrec.storage.documents import load_document
from meetrec.storage.edit_log import NAME
from meetrec.storage.editing import ChangedError, Editing
from meetrec.storage.paths import Paths
from meetrec.storage.session_folder import SessionFolder
from meetrec.storage.sessions import SessionStore
from tests.core.acting import ACTS, transcript

SAID = transcript(("S1", "Shall we begin?"), ("S2", "Yes."), ("S3", "Hm."), ("S1", "So then."))


@pytest.fixture
def folder(tmp_path: Path) -> SessionFolder:
    made = SessionStore(Paths.under(tmp_path / "home")).create("x", datetime(2026, 11, 20, tzinfo=UTC))
    made.save_transcript(SAID)
    return made


def lines(folder: SessionFolder) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder.path / NAME).read_text("utf-8").splitlines()]


def names(folder: SessionFolder) -> list[str]:
    return [one.name for one in shown(folder).speakers]


def shown(folder: SessionFolder) -> Transcript:
    transcript = load_document(folder).transcript
    assert transcript is not None
    return transcript


def test_an_act_is_there_after_opening_again_and_the_transcript_as_received_is_untouched(folder: SessionFolder) -> None:
    received = folder.transcript_path(1).read_bytes()
    after = Editing(folder).act(EditText(((1, "No."),)))
    assert after.segments[1].text == "No."
    assert Editing(folder).transcript == shown(folder) == after
    assert folder.transcript_path(1).read_bytes() == received
    assert oct((folder.path / NAME).stat().st_mode)[-3:] == "600"


def test_undo_goes_back_to_the_first_act_and_redo_to_the_last_also_after_opening_again(folder: SessionFolder) -> None:
    states = [SAID]
    states += [Editing(folder).act(EditText(((number % 4, f"text {number}"),))) for number in range(70)]
    for state in reversed(states[:-1]):
        assert isinstance(Editing(folder).undo(), EditText)
        assert shown(folder) == state
    assert Editing(folder).undo() is None
    editing = Editing(folder)
    for state in states[1:]:
        assert editing.redo() is not None
        assert editing.transcript == state
    assert editing.redo() is None


def test_a_new_act_ends_what_could_be_redone_but_the_file_keeps_it(folder: SessionFolder) -> None:
    editing = Editing(folder)
    editing.act(EditText(((1, "No."),)))
    editing.undo()
    editing.act(EditText(((1, "Maybe."),)))
    assert Editing(folder).redoable is None
    assert Editing(folder).redo() is None
    assert [key for line in lines(folder) for key in ("begin", "act", "undo") if key in line] == [
        "begin", "act", "undo", "act",
    ]  # fmt: skip


def test_names_stand_in_the_session_file_and_undo_writes_them_back(folder: SessionFolder) -> None:
    editing = Editing(folder)
    editing.act(NameSpeaker("S1", "Ana"))
    editing.act(NameSpeaker("S2", "Ben"))
    editing.act(NameSpeaker("S1", "Anna"))
    assert folder.session.names == {"S1": "Anna", "S2": "Ben"}
    editing.undo()
    assert folder.session.names == {"S1": "Ana", "S2": "Ben"}
    editing.undo()
    editing.undo()
    assert folder.session.names == {}
    editing.redo()
    assert folder.session.names == {"S1": "Ana"}
    assert names(folder) == ["Ana", "Speaker 2", "Speaker 3"]


def test_naming_two_alike_makes_them_one_and_undo_two_again(folder: SessionFolder) -> None:
    editing = Editing(folder)
    editing.act(NameSpeaker("S1", "Ana"))
    editing.act(NameSpeaker("S3", "ana"))
    assert names(folder) == ["Ana", "Speaker 2"]
    editing.undo()
    assert names(folder) == ["Ana", "Speaker 2", "Speaker 3"]


def test_a_name_written_by_hand_counts_and_is_undone_like_any_act(folder: SessionFolder) -> None:
    editing = Editing(folder)
    editing.act(NameSpeaker("S1", "Ana"))
    path = folder.path / "session.toml"
    path.write_text(path.read_text("utf-8").replace('"Ana"', '"Anna" # with two n'), "utf-8")
    assert names(folder)[0] == "Anna"
    again = Editing(folder)
    again.act(EditText(((1, "No."),)))
    assert "with two n" in path.read_text("utf-8")
    assert names(folder)[0] == "Anna"
    again.undo()
    assert again.undo() == TakeNames((("S1", "Anna"),))
    assert folder.session.names == {"S1": "Ana"}
    again.undo()
    assert folder.session.names == {}


def test_names_given_before_the_first_act_are_not_undone(folder: SessionFolder) -> None:
    folder.edit(lambda session: dataclasses.replace(session, names={"S2": "Ben"}))
    editing = Editing(folder)
    editing.act(NameSpeaker("S1", "Ana"))
    editing.undo()
    assert editing.undo() is None
    assert names(folder) == ["Speaker 1", "Ben", "Speaker 3"]


def test_a_session_file_that_somebody_broke_costs_no_name(folder: SessionFolder) -> None:
    Editing(folder).act(NameSpeaker("S1", "Ana"))
    (folder.path / "session.toml").write_text("[speakers\n")
    editing = Editing(folder)
    editing.act(NameSpeaker("S2", "Ben"))
    assert folder.session.names == {"S1": "Ana", "S2": "Ben"}
    assert (folder.path / "session.broken-1.toml").exists()


def test_an_act_that_changes_nothing_is_not_kept(folder: SessionFolder) -> None:
    editing = Editing(folder)
    editing.act(AssignSegments((0,), "S1"))
    assert not (folder.path / NAME).exists()
    with pytest.raises(UsageError):
        editing.act(MergeSpeakers("S1", "S9"))
    assert not (folder.path / NAME).exists()


def test_a_new_version_begins_without_edits_and_the_names_carry_over(folder: SessionFolder) -> None:
    editing = Editing(folder)
    editing.act(NameSpeaker("S1", "Ana"))
    editing.act(DeleteSegments((1,)))
    folder.save_transcript(SAID)
    with pytest.raises(ChangedError):
        editing.act(DeleteSegments((2,)))
    assert (editing.version, editing.undoable) == (2, None)
    assert [one.id for one in editing.transcript.segments] == [0, 1, 2, 3]
    assert names(folder)[0] == "Ana"
    editing.act(DeleteSegments((2,)))
    assert [one.id for one in shown(folder).segments] == [0, 1, 3]
    assert [line["version"] for line in lines(folder)] == [1, 1, 1, 2, 2]


def test_without_minutes_there_is_nothing_to_edit(folder: SessionFolder) -> None:
    folder.transcript_path(1).unlink()
    with pytest.raises(StorageError, match="has no minutes yet"):
        Editing(folder)


def test_a_session_that_was_deleted_meanwhile_is_told_and_not_made_again(folder: SessionFolder) -> None:
    editing = Editing(folder)
    editing.act(NameSpeaker("S1", "Ana"))
    shutil.rmtree(folder.path)
    for act in (lambda: editing.act(NameSpeaker("S2", "Ben")), editing.undo):
        with pytest.raises(StorageError, match="not there any more"):
            act()
    assert not folder.path.exists()


# -- two at once -----------------------------------------------------------------------------------------------------


def test_an_act_on_what_another_process_has_changed_is_refused_and_then_sees_the_change(folder: SessionFolder) -> None:
    one, other = Editing(folder), Editing(folder)
    one.act(EditText(((0, "So."),)))
    with pytest.raises(ChangedError, match="changed elsewhere"):
        other.act(EditText(((1, "No."),)))
    assert other.transcript.segments[0].text == "So."
    other.act(EditText(((1, "No."),)))
    with pytest.raises(ChangedError):
        one.undo()
    assert one.undo() == EditText(((1, "No."),))


def test_an_act_made_of_what_there_is_now_is_never_refused(folder: SessionFolder) -> None:
    one, other = Editing(folder), Editing(folder)
    one.act(EditText(((0, "So."),)))
    other.act(lambda now: EditText(((1, now.segments[0].text + " No."),)))
    assert [one.text for one in shown(folder).segments[:2]] == ["So.", "So. No."]


def test_what_another_process_did_is_seen_after_refresh(folder: SessionFolder) -> None:
    one, other = Editing(folder), Editing(folder)
    assert not other.refresh()
    one.act(EditText(((0, "So."),)))
    assert other.refresh()
    assert other.transcript == one.transcript


WRITER = """
import sys
from pathlib import Path
from meetrec.core.editing.acts import EditText
from meetrec.storage.editing import Editing
from meetrec.storage.session_folder import SessionFolder
editing = Editing(SessionFolder(Path(sys.argv[1])))
for number in range(int(sys.argv[3])):
    editing.act(lambda now: EditText(((int(sys.argv[2]), f"{now.segments[int(sys.argv[2])].text} {number}"),)))
    print(number, flush=True)
"""


def writer(folder: SessionFolder, segment: int, count: int) -> subprocess.Popen[str]:
    words = [sys.executable, "-c", WRITER, str(folder.path), str(segment), str(count)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True)


def test_two_processes_editing_at_once_lose_nothing(folder: SessionFolder) -> None:
    running = [writer(folder, segment, 25) for segment in (0, 1)]
    for process in running:
        process.communicate(timeout=60)
        assert process.returncode == 0
    counted = " ".join(map(str, range(25)))
    assert [one.text for one in shown(folder).segments[:2]] == [f"Shall we begin? {counted}", f"Yes. {counted}"]
    assert [line["n"] for line in lines(folder)] == list(range(1, 52))


def test_what_was_told_as_done_survives_a_kill(folder: SessionFolder) -> None:
    process = writer(folder, 0, 100_000)
    assert process.stdout is not None
    told = [process.stdout.readline() for _ in range(20)]
    process.send_signal(signal.SIGKILL)
    told += process.stdout.readlines()
    process.wait(20)
    process.stdout.close()
    editing = Editing(folder)
    assert editing.problem == ""
    numbers = editing.transcript.segments[0].text.removeprefix("Shall we begin? ").split()
    assert numbers == [str(number) for number in range(len(numbers))]
    assert len(numbers) >= len([line for line in told if line.endswith("\n")])
    editing.act(EditText(((0, "Go on."),)))
    assert shown(folder).segments[0].text == "Go on."


# -- files that are not as they should be ----------------------------------------------------------------------------


@pytest.fixture
def edited(folder: SessionFolder) -> Path:
    editing = Editing(folder)
    editing.act(EditText(((0, "So."),)))
    editing.act(EditText(((1, "No."),)))
    return folder.path / NAME


def test_half_a_last_line_is_passed_over_and_cut_off_by_the_next_act(folder: SessionFolder, edited: Path) -> None:
    whole = edited.read_bytes()
    for size in range(len(whole) - 1, whole[:-1].rfind(b"\n"), -1):
        edited.write_bytes(whole[:size])
        editing = Editing(folder)
        assert [one.text for one in editing.transcript.segments[:2]] == ["So.", "Yes."]
    editing.act(EditText(((1, "Never."),)))
    assert [one.text for one in shown(folder).segments[:2]] == ["So.", "Never."]
    assert len(lines(folder)) == 3


def read_only(folder: SessionFolder, *, words: str) -> Transcript:
    """Check that the session can be read and says what is wrong, and that acting changes no file."""
    before = {path.name: path.read_bytes() for path in folder.path.iterdir()}
    editing = Editing(folder)
    for act in (lambda: editing.act(NameSpeaker("S1", "Ana")), editing.undo, editing.redo):
        with pytest.raises(StorageError, match=words) as refused:
            act()
        assert refused.value.hint
    document = load_document(folder)
    assert words in document.problem
    assert document.transcript is not None
    assert {path.name: path.read_bytes() for path in folder.path.iterdir()} == before
    return document.transcript


@pytest.mark.parametrize(
    "damage",
    [b"nonsense\n", b"\0" * 40 + b"\n", b"{}\n", b"[" * 100_000 + b"\n", b'{"v": 1, "n": 3}\n', b"\xff\n", b"\n"],
)
def test_a_line_that_cannot_be_read_ends_what_counts_and_nothing_is_overwritten(
    folder: SessionFolder, edited: Path, damage: bytes
) -> None:
    first, second, third = edited.read_bytes().splitlines(keepends=True)
    edited.write_bytes(first + second + damage + third)
    after = read_only(folder, words="line 3 of edits.jsonl cannot be read")
    assert [one.text for one in after.segments[:2]] == ["So.", "Yes."]


def test_a_log_of_a_newer_version_is_shown_as_far_as_it_is_known(folder: SessionFolder, edited: Path) -> None:
    old = edited.read_text()
    for new in ({"v": 2, "n": 4}, {"v": 1, "n": 4, "version": 1, "act": {"act": "translate"}}):
        edited.write_text(old + json.dumps(new) + "\n")
        after = read_only(folder, words="newer version of meetrec")
        assert after.segments[1].text == "No."


def test_a_line_that_is_missing_or_there_twice_is_told(folder: SessionFolder, edited: Path) -> None:
    first, second, third = edited.read_bytes().splitlines(keepends=True)
    edited.write_bytes(first + third)
    read_only(folder, words="line 2 of edits.jsonl cannot be read")
    edited.write_bytes(first + second + second)
    read_only(folder, words="line 3 of edits.jsonl cannot be read")


def test_an_undo_of_something_else_is_told(folder: SessionFolder, edited: Path) -> None:
    with edited.open("a") as file:
        file.write(json.dumps({"v": 1, "n": 4, "time": "", "version": 1, "undo": 2}) + "\n")
    read_only(folder, words="line 4 of edits.jsonl does not go with the lines before it")


def test_an_act_on_what_is_not_there_is_told(folder: SessionFolder, edited: Path) -> None:
    with edited.open("a") as file:
        act = {"act": "delete", "segments": [99]}
        file.write(json.dumps({"v": 1, "n": 4, "time": "", "version": 1, "act": act}) + "\n")
    after = read_only(folder, words="line 4 of edits.jsonl does not go with the transcript")
    assert after.segments[1].text == "No."


def test_edits_of_another_transcript_are_not_carried_out(folder: SessionFolder, edited: Path) -> None:
    folder.save_transcript(transcript(("S1", "other"), ("S2", "words")), version=1)
    after = read_only(folder, words="not the file that edits.jsonl belongs to any more")
    assert [one.text for one in after.segments] == ["other", "words"]


def test_a_planted_link_is_not_followed(folder: SessionFolder, tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("mine\n")
    (folder.path / NAME).symlink_to(target)
    with pytest.raises(StorageError, match="symbolic link"):
        Editing(folder)
    assert "symbolic link" in load_document(folder).problem
    assert target.read_text() == "mine\n"


def test_a_full_disk_leaves_the_log_as_it_was(
    folder: SessionFolder, edited: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = edited.read_bytes()

    def full(fd: int, data: bytes) -> None:
        os.write(fd, data[:10])
        raise OSError(28, "No space left on device")

    editing = Editing(folder)
    with monkeypatch.context() as patched:
        patched.setattr(edit_log, "write_all", full)
        with pytest.raises(DiskFullError):
            editing.act(EditText(((2, "Ah."),)))
    assert edited.read_bytes() == before
    assert editing.transcript.segments[2].text == "Hm."
    editing.act(EditText(((2, "Ah."),)))
    assert shown(folder).segments[2].text == "Ah."


def test_a_name_that_cannot_be_logged_is_not_given(
    folder: SessionFolder, edited: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editing = Editing(folder)
    editing.act(NameSpeaker("S1", "Ana"))

    def full(fd: int, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(edit_log, "write_all", full)
        for act in (lambda: editing.act(NameSpeaker("S1", "Ben")), editing.undo):
            with pytest.raises(DiskFullError):
                act()
            assert folder.session.names == {"S1": "Ana"}
            assert editing.transcript == shown(folder)
    editing.undo()
    assert folder.session.names == {}


def test_a_kill_between_the_name_and_the_log_leaves_a_name_that_can_be_undone(
    folder: SessionFolder, edited: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class KilledError(BaseException):
        pass

    def killed(fd: int, data: bytes) -> None:
        raise KilledError

    with monkeypatch.context() as patched:
        patched.setattr(edit_log, "write_all", killed)
        with pytest.raises(KilledError):
            Editing(folder).act(NameSpeaker("S1", "Ana"))
    assert names(folder)[0] == "Ana"
    editing = Editing(folder)
    assert editing.undo() == TakeNames((("S1", "Ana"),))
    assert names(folder)[0] == "Speaker 1"


@given(st.lists(st.one_of(ACTS, st.sampled_from(["undo", "redo", "open"])), max_size=12))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_what_is_on_disk_is_what_was_shown(folder: SessionFolder, steps: list[Act | str]) -> None:
    (folder.path / NAME).unlink(missing_ok=True)
    folder.edit(lambda session: type(session)(id=session.id, title=session.title, started_at=session.started_at))
    editing = Editing(folder)
    for step in steps:
        try:
            if step == "open":
                editing = Editing(folder)
            elif isinstance(step, Act):
                editing.act(step)
            else:
                editing.undo() if step == "undo" else editing.redo()
        except MeetrecError:
            pass
        assert shown(folder) == editing.transcript
    while editing.undo() is not None:
        pass
    assert editing.transcript == shown(folder) == SAID
    assert folder.session.names == {}
