"""Who works on what is known while they live, and no longer."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from meetrec.core.errors import BusyError
from meetrec.storage.locks import RunningJob, acquire, running_jobs, start_job
from meetrec.storage.paths import Paths

HOLDER = """
    import sys, time
    from pathlib import Path
    from meetrec.storage.locks import start_job
    from meetrec.storage.paths import Paths
    lease = start_job(Paths.under(Path(sys.argv[1])), sys.argv[2], sys.argv[3])
    lease.publish(port=4711, secret="hush")
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths.under(tmp_path / "home")


@pytest.fixture
def other(paths: Paths) -> Iterator[subprocess.Popen[str]]:
    """A process that records session "one"."""
    command = [sys.executable, "-c", textwrap.dedent(HOLDER), str(paths.data.parent), "one", "record"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def kill(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()


def test_a_running_job_is_found_with_its_address(paths: Paths, other: subprocess.Popen[str]) -> None:
    (job,) = running_jobs(paths)
    assert job == RunningJob(session="one", kind="record", pid=other.pid, port=4711, secret="hush")
    assert "hush" not in repr(job)


def test_only_the_owner_may_read_the_secret(paths: Paths, other: subprocess.Popen[str]) -> None:
    for path in paths.running.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(paths.running.stat().st_mode) == 0o700


def test_a_session_at_work_and_a_second_recording_are_refused_in_words(
    paths: Paths, other: subprocess.Popen[str]
) -> None:
    began = time.monotonic()
    with pytest.raises(BusyError, match="another meetrec process"):
        start_job(paths, "one", "finish")
    with pytest.raises(BusyError, match="a recording is already running") as caught:
        start_job(paths, "two", "record")
    assert "meetrec attach" in caught.value.hint
    assert time.monotonic() - began < 30  # not until the other is done
    with start_job(paths, "two", "finish"):  # what was refused is not held
        assert [job.session for job in running_jobs(paths)] == ["one", "two"]


def test_a_killed_process_holds_nothing(paths: Paths, other: subprocess.Popen[str]) -> None:
    kill(other)
    assert (paths.running / "one.json").exists()
    assert running_jobs(paths) == []
    assert not (paths.running / "one.json").exists()
    with start_job(paths, "one", "record"):
        assert [job.pid for job in running_jobs(paths)] == [os.getpid()]


def test_looking_never_disturbs_a_job_that_begins(paths: Paths) -> None:
    looker = f"""
from pathlib import Path
from meetrec.storage.locks import running_jobs
from meetrec.storage.paths import Paths
print("looks", flush=True)
while True:
    running_jobs(Paths.under(Path({str(paths.data.parent)!r})))
"""
    process = subprocess.Popen([sys.executable, "-c", looker], stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        process.stdout.readline()
        for _ in range(50):
            with start_job(paths, "one", "record") as lease:
                lease.publish(port=1, secret="x")
                assert (paths.running / "one.json").exists()
    finally:
        process.kill()
        process.communicate()


def test_a_job_that_is_done_recording_lets_others_record(paths: Paths) -> None:
    with start_job(paths, "one", "record") as lease:
        assert [job.records for job in running_jobs(paths)] == [True]
        lease.done_recording()
        assert [(job.session, job.kind) for job in running_jobs(paths)] == [("one", "finish")]
        with start_job(paths, "two", "record"):
            assert [job.session for job in running_jobs(paths)] == ["two", "one"]
    assert running_jobs(paths) == []
    assert not list(paths.running.glob("*.json"))
    lease.close()


@pytest.mark.parametrize(
    "text",
    ["", "null", "{}", "[1]", '{"session": "two", "kind": "record", "pid": 1, "port": 1, "secret": "x"}', "\xff"],
)
def test_a_file_that_tells_of_no_job_is_passed_over(paths: Paths, text: str) -> None:
    paths.make()
    (paths.running / "one.json").write_text(text, encoding="latin-1")
    assert running_jobs(paths) == []


def test_a_lock_is_exclusive_and_comes_back(tmp_path: Path) -> None:
    with acquire(tmp_path / "lock"), pytest.raises(BusyError):
        acquire(tmp_path / "lock", holder="somebody")
    lock = acquire(tmp_path / "lock")
    lock.release()
    lock.release()
    acquire(tmp_path / "lock").release()


def test_waiting_for_a_lock_ends_when_its_holder_does(tmp_path: Path) -> None:
    code = f"""
import time
from pathlib import Path
from meetrec.storage.locks import acquire
acquire(Path({str(tmp_path / "lock")!r}))
print("held", flush=True)
time.sleep(0.3)
"""
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    acquire(tmp_path / "lock", wait_s=10).release()
    process.communicate()
