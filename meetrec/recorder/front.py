"""How front ends find recorder processes and start them: the app, the headless command, status bars."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from meetrec.core.errors import AudioDeviceError, BusyError, ExitCode, MeetrecError, UsageError
from meetrec.recorder.client import Address, ask, follow
from meetrec.recorder.job import ENVIRONMENT, Job
from meetrec.storage.files import open_private
from meetrec.storage.locks import RunningJob, running_jobs
from meetrec.storage.paths import Paths

if TYPE_CHECKING:
    from meetrec.core.event import Event

START_S = 30.0
"""How long a recorder process may take until its sound runs: slow devices, and a key command that asks."""
_ERRORS: dict[int, type[MeetrecError]] = {ExitCode.USAGE: UsageError, ExitCode.NO_AUDIO_DEVICE: AudioDeviceError}


class Running:
    """A living recorder process."""

    def __init__(self, session_id: str, kind: str, address: Address) -> None:
        self.session_id = session_id
        self.kind = kind
        self._address = address

    def ask(self, command: str, text: str = "") -> dict[str, Any]:
        """Ask for "status", or to stop, pause, resume, mark or note. Blocks; raises BusyError without an answer."""
        return ask(self._address, command, text)

    def follow(self) -> AsyncIterator[Event]:
        """Yield the events of the session so far, then live ones, until the job ended."""
        return follow(self._address)


class RecorderFront:
    """Starts recorder processes and finds them. `environment` is what they inherit."""

    def __init__(self, paths: Paths, environment: dict[str, str] | None = None) -> None:
        self._paths = paths
        self._environment = environment

    def running(self, session_id: str = "") -> list[Running]:
        """Return the living recorder processes, of one session where it is named; the recording one comes first."""
        jobs = [job for job in running_jobs(self._paths) if job.port and session_id in ("", job.session)]
        return [_running(job) for job in jobs]

    def end_all(self, patience_s: float = 10.0) -> bool:
        """Tell all recorder processes to end now, as the system does when it shuts down; say whether they did in time.

        What they recorded stays; minutes are not made. Blocks.
        """
        deadline = time.monotonic() + patience_s
        for job in running_jobs(self._paths):
            with contextlib.suppress(ProcessLookupError):
                os.kill(job.pid, signal.SIGTERM)
        while running_jobs(self._paths):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    def spawn(self, job: Job) -> Running:
        """Start a recorder process and wait until its work has begun. Blocks.

        It has a session of its own (setsid), so that neither a closed terminal nor Ctrl+C reaches it. Raises what kept
        it from beginning.
        """
        environment = dict(os.environ if self._environment is None else self._environment)
        environment[ENVIRONMENT] = job.to_json()
        self._paths.make()
        with _open_log(self._paths.logs / "recorder.log") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "meetrec.recorder"],
                stdin=None if job.source == "stdin" else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                env=environment,
                text=True,
                encoding="utf-8",
                **_detached(),
            )
        greeting = _read_hello(process)
        threading.Thread(target=process.wait, name="recorder", daemon=True).start()  # it is reaped when it ends
        if "error" in greeting:
            kind = _ERRORS.get(greeting.get("code", 1), MeetrecError)
            error = kind(str(greeting["error"]), str(greeting.get("hint", "")))
            error.exit_code = ExitCode(greeting.get("code", 1))
            raise error
        return Running(greeting["session"], job.kind, Address(greeting["port"], greeting["secret"]))


def _running(job: RunningJob) -> Running:
    return Running(job.session, job.kind, Address(job.port, job.secret))


def _read_hello(process: subprocess.Popen[str]) -> dict[str, Any]:
    """Read the line a recorder process begins with; a process that says nothing is ended."""
    stdout: IO[str] = process.stdout  # type: ignore[assignment]  # it was opened as a pipe
    too_late = threading.Timer(START_S, process.kill)
    too_late.start()
    try:
        greeting = json.loads(stdout.readline() or "null")
    except ValueError:
        greeting = None
    finally:
        too_late.cancel()
        stdout.close()
    if not isinstance(greeting, dict):
        raise BusyError("the recorder process did not start", "recorder.log in the state folder says why")
    return greeting


def _open_log(path: Path) -> IO[bytes]:
    """Open the log of the recorder processes for appending, mode 0600; a large one begins anew."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    if path.exists() and path.stat().st_size > 1 << 20:
        flags |= os.O_TRUNC
    return os.fdopen(open_private(path, flags), "ab")


def _detached() -> dict[str, Any]:
    """Return what lets a process outlive its terminal."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}
