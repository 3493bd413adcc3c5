"""Who works on what: locks that end with their process, and the files by which a running job is found.

A lock is the kernel's (flock; LockFileEx on Windows), so a killed process leaves none behind; the files themselves may
lie about and mean nothing. A job holds `running/ID.lock` and describes itself in `running/ID.json` (mode 0600: it holds
the secret for talking to it). Only one job records at a time: it holds `running/recording.lock`, too.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from meetrec.core.errors import BusyError, StorageError
from meetrec.core.fields import coerced
from meetrec.storage.files import FILE_MODE, make_folder, read_text, storage_error, write_whole
from meetrec.storage.paths import Paths

if TYPE_CHECKING:
    from filelock import BaseFileLock

PROBE_S = 1.0
"""How long a starting job waits for its lock: another process may hold it for an instant, to see whether it is held."""
RECORDING_LOCK = "recording.lock"


@dataclass(frozen=True, kw_only=True)
class RunningJob:
    """A recorder process at work on session `session`: where it listens on 127.0.0.1, and the secret it wants.

    `kind` is "record", "import" or "finish"; `port` is 0 until it listens.
    """

    session: str
    kind: str
    pid: int = 0
    port: int = 0
    secret: str = dataclasses.field(default="", repr=False)

    @property
    def records(self) -> bool:
        """Whether the job uses the microphone."""
        return self.kind == "record"


def acquire(path: Path, *, wait_s: float = 0.0, holder: str = "another meetrec") -> Lock:
    """Take the lock at `path` or raise BusyError that says `holder` has it. Waits at most `wait_s` seconds."""
    import filelock  # costs 60 ms, and `list` needs none where nothing runs

    make_folder(path.parent)
    lock = filelock.FileLock(path, timeout=wait_s, mode=FILE_MODE, thread_local=False)
    try:
        lock.acquire(poll_interval=0.02)
    except filelock.Timeout as error:
        raise BusyError(f"{holder} is at work here", "wait until it is done, or run meetrec attach") from error
    except OSError as error:
        raise storage_error(error, path, "locked") from error
    return Lock(lock)


class Lock:
    """A held lock; it ends with `release`, with the `with` block, or with the process."""

    def __init__(self, lock: BaseFileLock) -> None:
        self._lock = lock

    def release(self) -> None:
        """Give the lock back. May be called again."""
        self._lock.release()

    def __enter__(self) -> Lock:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.release()


class JobLease:
    """The right to work on a session, held by its recorder process; ends with `close` or with the process."""

    def __init__(self, job: RunningJob, described_in: Path, locks: list[Lock]) -> None:
        self.job = job
        self._path, self._locks = described_in, locks

    def publish(self, *, port: int, secret: str) -> None:
        """Tell front ends where this job listens. Raises StorageError."""
        self.job = dataclasses.replace(self.job, port=port, secret=secret)
        write_whole(self._path, json.dumps(dataclasses.asdict(self.job)) + "\n")

    def done_recording(self) -> None:
        """Let another recording begin while this job goes on to make the minutes. Raises StorageError."""
        while len(self._locks) > 1:
            self._locks.pop().release()
        self.job = dataclasses.replace(self.job, kind="finish")
        write_whole(self._path, json.dumps(dataclasses.asdict(self.job)) + "\n")

    def move_to(self, paths: Paths, session: str) -> None:
        """Work on another session from now on, as which this one goes on. Raises BusyError, StorageError."""
        lock = acquire(_lock_path(paths, session), wait_s=PROBE_S, holder="another meetrec process")
        before, self._path = self._path, _json_path(paths, session)
        self._locks[0].release()
        self._locks[0] = lock
        self.job = dataclasses.replace(self.job, session=session)
        write_whole(self._path, json.dumps(dataclasses.asdict(self.job)) + "\n")
        with contextlib.suppress(OSError):
            before.unlink(missing_ok=True)

    def close(self) -> None:
        """Stop being found, and let others work on the session. May be called again."""
        if not self._locks:
            return
        with contextlib.suppress(OSError):  # what stays of the file means nothing without the lock
            self._path.unlink(missing_ok=True)
        while self._locks:
            self._locks.pop().release()

    def __enter__(self) -> JobLease:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def start_job(paths: Paths, session: str, kind: str) -> JobLease:
    """Take the right to work on the session; "record" also takes the one right to record.

    Raises BusyError where another process holds it, in words for the person who asked.
    """
    locks = [acquire(_lock_path(paths, session), wait_s=PROBE_S, holder="another meetrec process")]
    try:
        if kind == "record":
            try:
                locks.append(acquire(paths.running / RECORDING_LOCK, wait_s=PROBE_S))
            except BusyError as error:
                hint = "meetrec attach shows it, meetrec stop ends it"
                raise BusyError("a recording is already running", hint) from error
        lease = JobLease(RunningJob(session=session, kind=kind, pid=os.getpid()), _json_path(paths, session), locks)
        lease.publish(port=0, secret="")
    except BaseException:
        for lock in locks:
            lock.release()
        raise
    return lease


def running_jobs(paths: Paths) -> list[RunningJob]:
    """Return the jobs whose process lives, the recording one first; what dead ones left is removed."""
    jobs = []
    for path in sorted(paths.running.glob("*.json")):
        job = _read_job(path)
        if job is not None and _is_held(path.with_suffix(".lock"), path):
            jobs.append(job)
    return sorted(jobs, key=lambda job: not job.records)


def _is_held(lock: Path, described_in: Path) -> bool:
    """Tell whether a process holds the lock; where none does, what it left is removed under the lock."""
    try:
        with acquire(lock):
            described_in.unlink(missing_ok=True)
    except BusyError:
        return True
    except (StorageError, OSError):  # it can't be ours to use: another user's, or a read-only disk
        return False
    return False


def _read_job(path: Path) -> RunningJob | None:
    try:
        values = json.loads(read_text(path, limit=1 << 16))
        known = {spec.name: coerced(values[spec.name], str(spec.type)) for spec in dataclasses.fields(RunningJob)}
    except (StorageError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return None if None in known.values() or known["session"] != path.stem else RunningJob(**known)


def _lock_path(paths: Paths, session: str) -> Path:
    return paths.running / f"{session}.lock"


def _json_path(paths: Paths, session: str) -> Path:
    return paths.running / f"{session}.json"
