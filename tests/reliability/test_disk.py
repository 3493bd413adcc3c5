"""A disk that is full, or fails, while a meeting is recorded and while its minutes are made."""

from __future__ import annotations

import json
import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from meetrec.core.events import DiskChanged, RecordingRescued, RecordingStopped
from meetrec.storage.session_folder import SessionFolder
from tests.cli.program import command_line, environment, is_refusal
from tests.e2e.meeting import RATE, SAMPLE, minutes_words, sample_pcm, words_between
from tests.e2e.program import Live, meetrec, only_session, sessions_left, shown, until, wav_pcm
from tests.e2e.served import Served
from tests.reliability.faulty_disk import FaultyDisk

BYTES_A_MINUTE = RATE * 2 * 60


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyDisk]:
    disk = FaultyDisk(tmp_path / "faults")
    for name, value in disk.environment.items():
        monkeypatch.setenv(name, value)
    yield disk
    disk.order()


def record_whole(*options: str) -> tuple[str, ...]:
    return ("record", "Board", "--from", SAMPLE, "--no-captions", *options)


def assert_stopped_for(folder: SessionFolder, why: str) -> RecordingStopped:
    """What fitted is there and opens, and the journal says where and why it ended."""
    heard = wav_pcm(folder.audio)
    assert heard == sample_pcm()[: len(heard) // 2].tobytes()
    (stopped,) = (one for one in folder.events() if isinstance(one, RecordingStopped))
    assert stopped.frames == len(heard) // 2 > 0
    assert why in stopped.why
    return stopped


def test_a_file_size_limit_stops_the_recording_with_every_byte_that_fitted_and_minutes_come_later(
    served: Served,
) -> None:
    limit = 300 * 1024
    done = subprocess.run(
        command_line(*record_whole("--speed", "0", "--headless")),
        env=environment(),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode != 0
    assert "the disk is full" in done.stdout + done.stderr
    folder = only_session()
    assert folder.audio.stat().st_size == limit
    stopped = assert_stopped_for(folder, "the disk is full")
    assert [one.state for one in folder.events() if isinstance(one, DiskChanged)][-1] == "full"
    again = meetrec("finish", "latest")
    assert again.code == 0, again
    assert minutes_words(shown()) == words_between(0, stopped.duration)


def test_a_full_disk_stops_the_recording_and_it_goes_on_elsewhere(disk: FaultyDisk, tmp_path: Path) -> None:
    with Live(*record_whole("--json", "--no-finish")) as live:
        live.wait_for('"disk.changed"')
        until(lambda: only_session().duration() > 1)
        disk.order(sound="ENOSPC")
        live.wait_for('"recording.stopped"')
        done = live.end()
    assert done.code == 1
    folder = only_session()
    assert_stopped_for(folder, "the disk is full")
    kinds = [one["type"] for one in done.events]
    assert kinds.index("fault") < kinds.index("recording.stopped")
    fault = next(one for one in done.events if one["type"] == "fault")
    assert "free space" in fault["hint"]
    elsewhere = {"MEETREC_HOME": str(tmp_path / "elsewhere")}
    disk.order()
    assert meetrec(*record_whole("--speed", "0", "--no-finish", "--headless"), env=elsewhere).code == 0


def test_a_disk_that_fails_is_left_for_another_place_without_a_missing_sample(disk: FaultyDisk) -> None:
    with Live(*record_whole("--json", "--no-finish")) as live:
        live.wait_for('"disk.changed"')
        until(lambda: only_session().duration() > 1)
        disk.order(sound="EIO")
        said = json.loads(live.wait_for('"recording.rescued"'))
        folder = SessionFolder(Path(said["folder"]))
        at = folder.duration()
        until(lambda: folder.duration() > at + 1)
        assert meetrec("stop").code == 0
        done = live.end()
    assert done.code == 0, done
    assert "Input/output error" in said["why"]
    assert "sessions" not in folder.path.parts  # its disk takes no sound in any session
    stopped = assert_stopped_for(folder, "")
    assert stopped.duration > at + 1
    (rescued,) = (one for one in folder.events() if isinstance(one, RecordingRescued))
    assert rescued.missing == 0
    assert folder.id in sessions_left()


def test_less_than_ten_minutes_of_space_are_no_space_for_a_meeting(disk: FaultyDisk) -> None:
    disk.order(free=round(9.9 * BYTES_A_MINUTE))
    done = meetrec(*record_whole("--headless"))
    assert is_refusal(done, 1), done
    assert "less than 10 minutes" in done.err
    assert sessions_left() == []


@pytest.mark.parametrize(("minutes", "state"), [(59.5, "low"), (70.0, "ok")])
def test_space_is_told_from_the_first_second(disk: FaultyDisk, minutes: float, state: str) -> None:
    disk.order(free=round(minutes * BYTES_A_MINUTE))
    done = meetrec(*record_whole("--speed", "0", "--json", "--no-finish"))
    (told,) = (one for one in done.events if one["type"] == "disk.changed")
    assert (told["state"], round(told["minutes_left"], 1)) == (state, minutes)


def test_a_disk_that_is_full_at_any_write_of_the_minutes_truncates_nothing_and_they_are_made_after_space_is(
    served: Served, disk: FaultyDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEETREC_MINUTES_PARALLEL", "1")
    monkeypatch.setenv("MEETREC_MINUTES_MAX_PART_SECONDS", "45")
    assert meetrec(*record_whole("--speed", "0", "--no-finish")).code == 0
    folder = only_session()
    sound = folder.audio.read_bytes()
    failed = 0
    for after in range(1, 100):
        disk.order(write="ENOSPC", after=after)
        done = meetrec("finish", folder.id)
        disk.order()
        assert folder.audio.read_bytes() == sound
        assert not [path for path in folder.path.rglob("*") if path.name.endswith(".tmp")]
        for path in folder.path.rglob("*.json"):
            json.loads(path.read_text("utf-8"))
        if done.code == 0:
            break
        failed += 1
        assert "disk is full" in done.err, done
        assert "Traceback" not in done.err
    assert failed >= 6  # the journal, the plan, answers, transcript, minutes
    assert minutes_words(shown()) == words_between(0, len(sample_pcm()) / RATE)
    assert folder.versions() == [1]
