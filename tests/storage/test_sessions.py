"""Sessions are made, listed, found and deleted, and nothing outside their folder is ever touched."""

from __future__ import annotations

import contextlib
import os
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meetrec.core import front_matter
from meetrec.core.errors import BusyError, ExitCode, SessionNotFoundError, StorageError
from meetrec.core.events import (
    MarkAdded,
    MinutesFailed,
    MinutesReady,
    MinutesStarted,
    RecordingStarted,
    RecordingStopped,
)
from meetrec.core.transcript import Transcript
from meetrec.storage.locks import start_job
from meetrec.storage.paths import Paths
from meetrec.storage.session_folder import SessionFolder
from meetrec.storage.sessions import SessionStore
from tests.storage.test_sound_length import write_wav

START = datetime(2026, 11, 20, 14, 5, 33, tzinfo=timezone(timedelta(hours=1)))


@pytest.fixture
def store(tmp_path: Path) -> SessionStore:
    return SessionStore(Paths.under(tmp_path / "home"))


def made(store: SessionStore, title: str, minutes_later: int = 0) -> SessionFolder:
    return store.create(title, START + timedelta(minutes=minutes_later))


def finished(store: SessionStore, title: str = "Weekly sync") -> SessionFolder:
    folder = made(store, title)
    write_wav(folder.audio, 2.0)
    folder.save_transcript(Transcript())
    folder.save_minutes(front_matter.dump({"duration": "00:00:02", "speakers": ["Ana", "Ben\x1b[31m"]}) + "\n# x\n")
    return folder


def test_sessions_with_the_same_title_at_the_same_second_are_two(store: SessionStore) -> None:
    names = [made(store, "Weekly sync").id for _ in range(3)]
    assert names == [f"2026-11-20T14-05-33-weekly-sync{end}" for end in ("", "-2", "-3")]
    assert {summary.title for summary in store.list()} == {"Weekly sync"}


@pytest.mark.parametrize(
    "title",
    ["../../x", "/etc/x", "CON", "a\0b", "x" * 300, ".", "..", "", "\u202eevil", "مرحبا", "👩", "-rf", "a/b\\c"],
)
def test_no_title_makes_a_folder_anywhere_else(store: SessionStore, title: str) -> None:
    folder = made(store, title)
    assert folder.path.parent == store.paths.sessions
    assert list(store.paths.sessions.iterdir()) == [folder.path]
    assert folder.session.title
    assert len(folder.session.title) <= 200


def test_what_is_known_of_the_session_is_kept(store: SessionStore) -> None:
    folder = store.create("x", START, rate=48000, tracks=("mic", "system"), simulated=True)
    assert (folder.session.rate, folder.session.tracks, folder.session.simulated) == (48000, ("mic", "system"), True)


def test_folders_are_private_whatever_the_umask(store: SessionStore) -> None:
    before = os.umask(0)
    try:
        folder = made(store, "x")
    finally:
        os.umask(before)
    for path in (folder.path, store.paths.sessions, store.paths.data):
        assert path.stat().st_mode & 0o777 == 0o700


def test_a_full_disk_leaves_no_half_session(store: SessionStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(StorageError, match="the disk is full"):
        made(store, "x")
    assert store.ids() == []


# -- the list --------------------------------------------------------------------------------------------------------


def test_without_sessions_the_list_is_empty(store: SessionStore) -> None:
    assert store.list() == []
    assert not store.paths.data.exists()


def test_the_newest_stands_first_and_the_list_can_be_cut(store: SessionStore) -> None:
    for number in (2, 0, 1):
        made(store, f"meeting {number}", minutes_later=number)
    assert [summary.title for summary in store.list()] == ["meeting 2", "meeting 1", "meeting 0"]
    assert [summary.title for summary in store.list(limit=1)] == ["meeting 2"]


def test_a_finished_session_tells_its_length_and_speakers(store: SessionStore) -> None:
    finished(store)
    (summary,) = store.list()
    assert (summary.state, summary.duration, summary.speakers) == ("finished", 2.0, ("Ana", "Ben"))
    assert summary.problem == ""


def test_a_session_without_sound_is_as_long_as_its_minutes_say(store: SessionStore) -> None:
    folder = finished(store)
    store.delete(folder, audio_only=True)
    assert not folder.audio.exists()
    assert store.list()[0].duration == 2.0
    assert store.list()[0].state == "finished"


def test_a_broken_session_is_listed_with_what_is_wrong(store: SessionStore) -> None:
    made(store, "good")
    bad = made(store, "bad one", minutes_later=1)
    (bad.path / "session.toml").write_text("title = ")
    bad.minutes.mkdir()
    bad.audio.mkdir()
    bad.events_path.write_bytes(b"\xff" * 100)
    first, second = store.list()
    assert (first.title, second.title) == ("bad one", "good")
    assert "not valid TOML" in first.problem


def test_a_rescued_session_is_found_where_it_is_unless_a_link_was_planted_there(
    store: SessionStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    for number, root in enumerate(store.paths.rescued):
        (root / f"2026-11-20T1{number}-00-00-board-rescued").mkdir(parents=True)
    planted = store.paths.rescued[1]
    assert store.ids() == ["2026-11-20T11-00-00-board-rescued", "2026-11-20T10-00-00-board-rescued"]
    assert store.find("latest").path == planted / "2026-11-20T11-00-00-board-rescued"
    planted.rename(tmp_path / "elsewhere")
    planted.symlink_to(tmp_path / "elsewhere")
    assert store.ids() == ["2026-11-20T10-00-00-board-rescued"]
    store.delete(store.find("latest"))
    assert store.ids() == []


def test_files_hidden_folders_and_links_are_no_sessions(store: SessionStore, tmp_path: Path) -> None:
    folder = made(store, "real")
    (store.paths.sessions / "file").touch()
    (store.paths.sessions / ".hidden").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (store.paths.sessions / "2030-01-01T00-00-00-link").symlink_to(tmp_path / "elsewhere")
    assert store.ids() == [folder.id]


def test_a_folder_somebody_renamed_is_listed_by_its_time_of_change(store: SessionStore) -> None:
    folder = made(store, "x")
    folder.path.rename(store.paths.sessions / "board meeting")
    made(store, "y")
    os.utime(store.paths.sessions / "board meeting", (4e9, 4e9))
    assert store.ids()[0] == "board meeting"
    assert store.find("board").id == "board meeting"


def test_the_list_reads_only_the_end_of_a_long_journal(store: SessionStore) -> None:
    folder = made(store, "long")
    with folder.events_path.open("w") as file:
        line = MarkAdded(at=1.0, text="x" * 200).to_json() + "\n"
        for _ in range(40):
            file.write(line * 5_000)
        file.write(MinutesFailed(why="no key").to_json() + "\n")
    began = time.process_time()
    (summary,) = store.list()
    assert time.process_time() - began < 0.5  # 50 MB would take seconds
    assert (summary.state, summary.problem) == ("failed", "no key")


# -- states ----------------------------------------------------------------------------------------------------------


def test_a_session_is_recorded_then_failed_then_finished(store: SessionStore) -> None:
    folder = made(store, "x")

    def state() -> tuple[str, str]:
        summary = store.summary(folder.id)
        return summary.state, summary.problem

    assert state() == ("recorded", "")
    with folder.open_journal() as journal:
        journal.append(RecordingStarted(id=folder.id, folder=str(folder.path)))
        journal.append(RecordingStopped(duration=1, frames=1))
        assert state() == ("recorded", "")
        journal.append(MinutesStarted(parts=1))
        journal.append(MinutesFailed(why="no key", hint="set OPENAI_API_KEY"))
        journal.append(MarkAdded())
        assert state() == ("failed", "no key")
        folder.save_transcript(Transcript())
        folder.save_minutes("# x\n")
        journal.append(MinutesReady(path=str(folder.minutes)))
        assert state() == ("finished", "")


def test_a_session_at_work_is_recording_then_finishing(store: SessionStore) -> None:
    folder = made(store, "x")
    with start_job(store.paths, folder.id, "record") as lease, folder.open_journal() as journal:
        assert store.list()[0].state == "recording"
        journal.append(RecordingStarted(id=folder.id, folder=str(folder.path)))
        assert store.list()[0].state == "recording"
        journal.append(RecordingStopped(duration=1, frames=1))
        assert store.list()[0].state == "finishing"
        lease.done_recording()
        assert store.list()[0].state == "finishing"
    assert store.list()[0].state == "recorded"


def test_a_session_made_anew_is_finishing_though_it_has_minutes(store: SessionStore) -> None:
    folder = finished(store)
    with start_job(store.paths, folder.id, "finish"):
        assert store.list()[0].state == "finishing"


# -- finding ---------------------------------------------------------------------------------------------------------


def test_a_session_is_found_by_name_part_and_as_the_latest(store: SessionStore) -> None:
    weekly, board = made(store, "Weekly sync"), made(store, "Board", minutes_later=5)
    assert store.find(weekly.id) == weekly
    assert store.find("WEEK") == weekly
    assert store.find("latest") == board
    assert store.find("14-10") == board


def test_a_name_that_is_also_part_of_another_is_found(store: SessionStore) -> None:
    first, _ = made(store, "Weekly sync"), made(store, "Weekly sync")
    assert store.find(first.id) == first


def test_a_part_of_several_names_lists_them(store: SessionStore) -> None:
    first, second = made(store, "sync"), made(store, "sync")
    with pytest.raises(SessionNotFoundError) as caught:
        store.find("sync")
    assert caught.value.message == "2 sessions are called sync"
    assert caught.value.hint == f"say which: {second.id}, {first.id}"
    assert caught.value.exit_code == ExitCode.USAGE


def test_many_candidates_are_not_all_listed(store: SessionStore) -> None:
    for _ in range(7):
        made(store, "sync")
    with pytest.raises(SessionNotFoundError) as caught:
        store.find("sync")
    assert caught.value.hint.endswith(" …")


def test_without_any_session_it_is_told_how_to_begin(store: SessionStore) -> None:
    with pytest.raises(SessionNotFoundError) as caught:
        store.find("latest")
    assert "meetrec demo" in caught.value.hint


def test_a_near_miss_is_guessed(store: SessionStore) -> None:
    folder = made(store, "Weekly sync")
    with pytest.raises(SessionNotFoundError) as caught:
        store.find(folder.id.replace("weekly", "wekly"))
    assert caught.value.hint == f"did you mean {folder.id}?"


@pytest.mark.parametrize("wanted", ["../x", "/etc", "..", ".", "", "a\0b", "~", "x\n", "\x1b[31m", ".hidden", "link"])
def test_nothing_outside_the_folder_is_found(store: SessionStore, tmp_path: Path, wanted: str) -> None:
    made(store, "real")
    (tmp_path / "home" / "data" / "x").mkdir()
    (store.paths.sessions / ".hidden").mkdir()
    (store.paths.sessions / "link").symlink_to(tmp_path)
    with pytest.raises(SessionNotFoundError) as caught:
        store.find(wanted)
    assert caught.value.message.isprintable()
    with pytest.raises(SessionNotFoundError):
        store.folder(wanted)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=50)
@given(st.text(st.characters()))
def test_whatever_is_looked_for_lies_in_the_folder(store: SessionStore, wanted: str) -> None:
    if not store.ids():
        made(store, "Weekly sync")
    with contextlib.suppress(SessionNotFoundError):
        assert store.find(wanted).path.parent == store.paths.sessions


# -- deleting --------------------------------------------------------------------------------------------------------


def test_a_deleted_session_is_gone_as_a_whole(store: SessionStore) -> None:
    folder, other = finished(store), made(store, "other")
    folder.parts_dir.mkdir()
    (folder.parts_dir / "000.json").touch()
    store.delete(folder)
    assert store.ids() == [other.id]
    assert list(store.paths.sessions.iterdir()) == [other.path]


def test_a_link_inside_is_deleted_and_not_followed(store: SessionStore, tmp_path: Path) -> None:
    folder = made(store, "x")
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "file").touch()
    (folder.path / "link").symlink_to(tmp_path / "precious")
    store.delete(folder)
    assert (tmp_path / "precious" / "file").exists()


def test_a_session_at_work_is_not_deleted(store: SessionStore) -> None:
    folder = finished(store)
    with start_job(store.paths, folder.id, "finish"), pytest.raises(BusyError, match="a recorder process"):
        store.delete(folder)
    assert folder.audio.exists()


def test_sound_that_minutes_are_yet_to_be_made_of_is_not_deleted(store: SessionStore) -> None:
    folder = made(store, "x")
    write_wav(folder.audio, 1.0)
    with pytest.raises(StorageError, match="no minutes yet") as caught:
        store.delete(folder, audio_only=True)
    assert caught.value.hint == f"run meetrec finish {folder.id} first"
    assert folder.audio.exists()


def test_what_a_crash_left_of_a_deleted_session_goes_with_the_next(store: SessionStore) -> None:
    folder = made(store, "x")
    left = store.paths.sessions / ".deleted-abcd"
    left.mkdir()
    (left / "audio.wav").touch()
    assert store.ids() == [folder.id]
    store.delete(folder)
    assert not left.exists()


def test_a_folder_that_is_no_session_is_not_deleted(store: SessionStore, tmp_path: Path) -> None:
    made(store, "x")
    with pytest.raises(SessionNotFoundError):
        store.delete(SessionFolder(tmp_path))
    assert tmp_path.exists()


def test_the_sound_of_minutes_that_lack_a_part_is_kept(store: SessionStore) -> None:
    folder = finished(store)
    with folder.open_journal() as journal:
        journal.append(MinutesReady(at=2.0, path="minutes.md", missing=1))
    with pytest.raises(StorageError, match="lack 1 part"):
        store.delete(folder, audio_only=True)
    assert folder.audio.exists()
    with folder.open_journal() as journal:
        journal.append(MinutesReady(at=2.0, path="minutes.md"))
    store.delete(folder, audio_only=True)
    assert not folder.audio.exists()
