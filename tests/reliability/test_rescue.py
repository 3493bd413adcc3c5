"""Whatever happens to the folder of a session while it is recorded: no sample is lost, and it is said where it is."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from meetrec.core.events import Event, MarkAdded, RecordingRescued, RecordingStarted, RecordingStopped
from meetrec.storage.paths import Paths
from meetrec.storage.session_folder import SessionFolder
from tests.e2e.meeting import SAMPLE, caption_words, minutes_words, sample_pcm, words_between
from tests.e2e.program import Live, jobs, meetrec, only_session, sessions_left, shown, store, until, wav_pcm
from tests.e2e.served import Served

Damage = Callable[[SessionFolder], object]


def moved_to(folder: SessionFolder) -> Path:
    return folder.path.parents[2] / "moved"


def delete(folder: SessionFolder) -> None:
    shutil.rmtree(folder.path)


def move(folder: SessionFolder) -> None:
    folder.path.rename(moved_to(folder))


def close_to_writing(folder: SessionFolder) -> None:
    folder.path.chmod(0o500)


def delete_sound(folder: SessionFolder) -> None:
    folder.audio.unlink()


def block_sessions(folder: SessionFolder) -> None:
    """Let no folder be made among the sessions any more."""
    sessions = folder.path.parent
    sessions.rename(sessions.with_name("gone"))
    sessions.write_text("in the way")


def block_state_too(folder: SessionFolder) -> None:
    Paths.from_environment().rescued[0].write_text("in the way")
    block_sessions(folder)


def record_and(damage: Damage, *options: str) -> tuple[list[Event], list[dict[str, object]], SessionFolder]:
    """Record the sample at twice its pace, damage its folder, and stop it some seconds later.

    Return the events of its journal, those that were printed, and the folder where it is then.
    """
    with Live("record", "Board", "--from", SAMPLE, "--speed", "2", "--json", *options) as live:
        live.wait_for('"disk.changed"')
        before = only_session()
        assert meetrec("mark", "before").code == 0
        until(lambda: before.duration() > 3)
        damage(before)
        live.wait_for('"recording.rescued"')
        assert meetrec("mark", "after").code == 0
        rescued = len(sample_pcm()) / 24_000 / 8
        until(lambda: meetrec("status", "--json").json["elapsed"] > rescued)
        assert meetrec("stop").code == 0
        done = live.end()
    assert done.code == 0, done
    (said,) = (one for one in done.events if one["type"] == "recording.rescued")
    folder = SessionFolder(Path(str(said["folder"])))
    return list(folder.events()), done.events, folder


def assert_whole(folder: SessionFolder, events: list[Event]) -> None:
    """All that was fed is there up to the stop, and the journal from the beginning, its times on the same clock."""
    heard = wav_pcm(folder.audio)
    (stopped,) = (one for one in events if isinstance(one, RecordingStopped))
    assert heard == sample_pcm()[: stopped.frames].tobytes()
    assert [type(one) for one in events if isinstance(one, RecordingStarted | RecordingRescued | RecordingStopped)] == [
        RecordingStarted,
        RecordingRescued,
        RecordingStopped,
    ]
    marks = [one for one in events if isinstance(one, MarkAdded)]
    (rescued,) = (one for one in events if isinstance(one, RecordingRescued))
    assert [one.text for one in marks] == ["before", "after"]
    assert marks[0].at < rescued.at <= marks[1].at
    assert rescued.missing == 0


@pytest.mark.parametrize(
    ("damage", "what"),
    [(delete, "was deleted"), (move, "was moved"), (delete_sound, "was deleted")],
    ids=["deleted", "moved", "sound deleted"],
)
def test_a_session_whose_folder_vanishes_goes_on_in_its_place_with_all_its_sound(damage: Damage, what: str) -> None:
    events, _, folder = record_and(damage, "--no-captions", "--no-finish")
    assert_whole(folder, events)
    assert sessions_left() == [folder.id]
    assert folder.path == store().folder(folder.id).path
    (rescued,) = (one for one in events if isinstance(one, RecordingRescued))
    assert what in rescued.why
    assert folder.session.title == "Board"
    assert {path.stat().st_mode & 0o777 for path in folder.path.iterdir()} == {0o600}
    assert folder.path.stat().st_mode & 0o777 == 0o700
    if what == "was moved":  # what was moved away holds all until then, and says where the rest is
        moved = SessionFolder(moved_to(folder))
        heard = wav_pcm(moved.audio)
        assert heard == sample_pcm()[: len(heard) // 2].tobytes()
        assert len(heard) >= 3 * 48_000
        last = list(moved.events())[-1]
        assert isinstance(last, RecordingStopped)
        assert str(folder.path) in last.why


def test_a_session_whose_folder_is_closed_to_writing_goes_on_beside_it_and_is_found_there(served: Served) -> None:
    events, said, folder = record_and(close_to_writing)
    assert_whole(folder, events)
    closed = folder.path.with_name(folder.id.removesuffix("-rescued"))
    try:
        assert sessions_left() == [folder.id, closed.name]
        assert folder.session.title == "Board (rescued)"
        assert "was made read-only" in next(str(one["why"]) for one in said if one["type"] == "recording.rescued")
        assert not list(closed.glob("minutes.md"))
        states = {row["id"]: row["state"] for row in meetrec("list", "--json").json}
        assert states == {folder.id: "finished", closed.name: "recorded"}
        length = shown(folder.id)["duration"]
        assert minutes_words(shown(folder.id)) == words_between(0, length)
        assert caption_words(shown(folder.id)) == words_between(0, length)
        assert jobs() == []
    finally:
        closed.chmod(0o700)


@pytest.mark.parametrize("damage", [block_sessions, block_state_too], ids=["state", "temporary"])
def test_where_no_session_can_be_made_it_goes_on_wherever_there_is_a_place_and_can_be_finished(
    served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: Damage
) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    events, _, folder = record_and(damage, "--no-captions", "--no-finish")
    paths = Paths.from_environment()
    assert folder.path.parent in paths.rescued
    assert_whole(folder, events)
    paths.sessions.unlink()
    paths.sessions.with_name("gone").rename(paths.sessions)
    assert meetrec("list", "--json").json[0]["id"] == folder.id
    assert meetrec("finish", folder.id).code == 0
    assert minutes_words(shown(folder.id)) == words_between(0, shown(folder.id)["duration"])
    assert meetrec("delete", folder.id, "--yes").code == 0
    assert not folder.path.exists()
