"""The journal keeps every whole line, whatever happens to its end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from meetrec.core.errors import DiskFullError, StorageError
from meetrec.core.events import (
    AudioLevel,
    CaptionFinal,
    Event,
    MarkAdded,
    NoteAdded,
    RecordingStarted,
    RecordingStopped,
    from_json,
)
from meetrec.storage.journal import TAIL_BYTES, Journal, read_events, read_lines
from tests.core.test_events import ANY_EVENT

NOON = datetime(2026, 11, 20, 12, 0, 0, 250_000, tzinfo=timezone(timedelta(hours=1)))
STORED: list[Event] = [
    RecordingStarted(id="x", folder="/x", title="Ünï ☕"),
    CaptionFinal(item="1:a", start=0.0, end=1.0, text="hello\nworld …"),
    MarkAdded(at=1.0),
    NoteAdded(at=2.0, text="note"),
    RecordingStopped(at=3.0, duration=3.0, frames=72_000),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.jsonl"


def last_events(path: Path, tail: int = TAIL_BYTES) -> list[Event | None]:
    return [from_json(line) for line in read_lines(path, tail=tail)]


def written(path: Path, events: list[Event]) -> list[Event]:
    with Journal(path, clock=lambda: NOON) as journal:
        return [journal.append(event) for event in events]


def caption(number: int) -> CaptionFinal:
    return CaptionFinal(item=f"1:{number}", start=number, end=number + 1, text="words " * 20)


def test_what_is_appended_is_read_back_with_its_time(path: Path) -> None:
    kept = written(path, STORED)
    assert list(read_events(path)) == kept
    assert {event.time for event in kept} == {"2026-11-20T12:00:00.250+01:00"}
    assert path.stat().st_mode & 0o777 == 0o600


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=50)
@given(ANY_EVENT)
def test_any_event_is_one_line(path: Path, event: Event) -> None:
    path.unlink(missing_ok=True)
    kept = written(path, [event, event])
    assert path.read_bytes().count(b"\n") == (2 if event.stored else 0)
    assert list(read_events(path)) == (kept if event.stored else [])


def test_events_that_are_never_stored_only_get_their_time(path: Path) -> None:
    (level,) = written(path, [AudioLevel(rms=-20, peak=-10)])
    assert level.time
    assert path.read_bytes() == b""


def test_a_time_that_is_there_stays(path: Path) -> None:
    assert written(path, [MarkAdded(time="then")])[0].time == "then"


def test_cut_at_any_byte_all_whole_lines_are_read(path: Path) -> None:
    kept = written(path, STORED)
    whole = path.read_bytes()
    for size in range(len(whole) + 1):
        path.write_bytes(whole[:size])
        lines = whole[:size].count(b"\n")
        assert list(read_events(path)) == kept[:lines]
        assert last_events(path) == kept[:lines]


def test_reopened_after_a_cut_at_any_byte_nothing_is_lost_or_glued(path: Path) -> None:
    kept = written(path, STORED[:2])
    whole = path.read_bytes()
    for size in range(len(whole) + 1):
        path.write_bytes(whole[:size])
        (new,) = written(path, [MarkAdded(at=9.0, text="after")])
        assert path.read_bytes().startswith(whole[:size])
        read = list(read_events(path))
        assert read[-1] == new
        assert read[: whole[:size].count(b"\n")] == kept[: whole[:size].count(b"\n")]


def test_foreign_lines_are_passed_over(path: Path) -> None:
    written(path, [MarkAdded(at=1.0)])
    with path.open("ab") as file:
        file.write(b"\n\xff\xfe\nnull\n" + b"x" * 3_000_000 + b"\n[[[\n" + b'{"type": "mark.added", "at": "x"}\n')
    written(path, [MarkAdded(at=2.0)])
    assert [event.at for event in read_events(path)] == [1.0, 2.0]
    with Journal(path) as journal:
        assert len(journal.lines()) == 2


def test_a_journal_that_is_not_there_holds_nothing(path: Path) -> None:
    assert list(read_events(path)) == []
    assert last_events(path) == []


def test_the_end_is_read_without_the_beginning(path: Path) -> None:
    kept = written(path, [caption(number) for number in range(2_000)])
    end = last_events(path, tail=10_000)
    assert 30 < len(end) < 60
    assert end == kept[-len(end) :]
    assert last_events(path, tail=len(path.read_bytes())) == kept
    first = len(path.read_bytes().split(b"\n", 1)[0])
    assert len(list(read_lines(path, tail=len(path.read_bytes()) - first - 1))) == 1_999


def test_captions_are_synced_at_most_every_second_and_everything_else_at_once(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fdatasync", synced.append)
    now = 0.0
    with Journal(path, clock=lambda: NOON, monotonic=lambda: now) as journal:
        for number in range(5):
            journal.append(caption(number))
        assert len(synced) == 0
        assert len(list(read_events(path))) == 5  # in the hands of the system all the same
        journal.append(MarkAdded())
        assert len(synced) == 1
        now = 0.9
        journal.append(caption(6))
        assert len(synced) == 1
        now = 1.1
        journal.append(caption(7))
        assert len(synced) == 2
        journal.sync()
        assert len(synced) == 2
        journal.append(caption(8))
        journal.sync()
        assert len(synced) == 3
        journal.append(RecordingStopped(duration=1, frames=1))
        assert len(synced) == 4
    assert len(synced) == 4


def test_a_full_disk_is_told_and_the_next_line_stands_alone(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write

    def nearly_full(fd: int, data: bytes) -> int:
        if len(data) < 20:
            raise OSError(28, "No space left on device")
        return real(fd, data[:10])

    with Journal(path, clock=lambda: NOON) as journal:
        first = journal.append(MarkAdded(at=1.0))
        monkeypatch.setattr(os, "write", nearly_full)
        with pytest.raises(DiskFullError, match="the disk is full"):
            journal.append(NoteAdded(at=2.0, text="lost"))
        monkeypatch.setattr(os, "write", real)
        second = journal.append(MarkAdded(at=3.0))
    assert list(read_events(path)) == [first, second]


@pytest.mark.parametrize("how", ["deleted", "moved"])
def test_a_journal_taken_away_while_it_is_written_is_there_again_with_all_its_lines(path: Path, how: str) -> None:
    with Journal(path) as journal:
        journal.append(MarkAdded(at=1.0, text="before"))
        if how == "deleted":
            path.unlink()
        else:
            path.rename(path.with_name("elsewhere"))
        journal.append(MarkAdded(at=2.0, text="after"))
    assert [event.text for event in read_events(path) if isinstance(event, MarkAdded)] == ["before", "after"]
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_journal_goes_on_elsewhere_and_says_so_where_it_was(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.jsonl"
    with Journal(path) as journal:
        journal.append(MarkAdded(at=1.0, text="before"))
        journal.move_to(other, RecordingStopped(at=1.5, duration=1.5, frames=36_000, why="elsewhere"))
        journal.move_to(other)  # once more changes nothing
        journal.append(MarkAdded(at=2.0, text="after"))
        assert len(journal.lines()) == 2
    assert [event.at for event in read_events(other)] == [1.0, 2.0]
    assert [event.at for event in read_events(path)] == [1.0, 1.5]


def test_without_a_place_of_its_own_a_journal_goes_on_where_it_lies(path: Path, tmp_path: Path) -> None:
    with Journal(path) as journal:
        journal.append(MarkAdded(at=1.0, text="before"))
        path.rename(tmp_path / "moved.jsonl")
        path.mkdir()
        journal.append(MarkAdded(at=2.0, text="after"))
        with pytest.raises(StorageError):
            journal.move_to(path)
    assert [event.at for event in read_events(tmp_path / "moved.jsonl")] == [1.0, 2.0]


def test_a_planted_link_is_refused(path: Path, tmp_path: Path) -> None:
    path.symlink_to(tmp_path / "victim")
    with pytest.raises(StorageError, match="symbolic link"):
        Journal(path)
    assert not (tmp_path / "victim").exists()
    with pytest.raises(StorageError, match="symbolic link"):
        list(read_events(path))


@pytest.mark.parametrize("umask", [0o000, 0o022])
def test_it_is_private_whatever_the_umask(path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        Journal(path).close()
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o600


def test_closing_twice_does_no_harm(path: Path) -> None:
    journal = Journal(path)
    journal.close()
    journal.close()
    with pytest.raises(StorageError):
        journal.append(MarkAdded())


WRITER = """
    import sys
    from pathlib import Path
    from meetrec.core.events import CaptionFinal
    from meetrec.storage.journal import Journal
    journal = Journal(Path(sys.argv[1]))
    number = 0
    while True:
        journal.append(CaptionFinal(at=float(number), item=str(number), start=0, end=1, text="words " * 50))
        print(number, flush=True)
        number += 1
"""


def test_a_killed_writer_loses_no_line_it_was_done_with(path: Path) -> None:
    program = [sys.executable, "-c", textwrap.dedent(WRITER), str(path)]
    for lines in (1, 10, 100, 1000):
        path.unlink(missing_ok=True)
        writer = subprocess.Popen(program, stdout=subprocess.PIPE, text=True)
        assert writer.stdout is not None
        told = [int(writer.stdout.readline()) for _ in range(lines)]
        writer.send_signal(signal.SIGKILL)
        writer.communicate()
        read = [int(event.at) for event in read_events(path)]
        assert read == list(range(len(read)))
        assert len(read) > told[-1]
        written(path, [MarkAdded(text="after")])
        assert len(list(read_events(path))) == len(read) + 1
