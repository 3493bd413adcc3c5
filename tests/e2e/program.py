"""Running the program: as tests/cli/program.py, and no output may hold the key."""

from __future__ import annotations

import os
import signal
import wave
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from meetrec.storage.locks import RunningJob, running_jobs
from meetrec.storage.paths import Paths
from meetrec.storage.session_folder import SessionFolder
from tests.cli import program
from tests.cli.program import Done, sessions_left, store, until
from tests.e2e.secret import traces_of_key

__all__ = ["Done", "Live", "jobs", "kill", "meetrec", "only_session", "sessions_left", "shown", "store", "until"]


def meetrec(*words: str, env: Mapping[str, str] | None = None, stdin: bytes = b"", cwd: Path | None = None) -> Done:
    """Run the program to its end, without a terminal."""
    return _keyless(program.meetrec(*words, env=env, stdin=stdin, cwd=cwd))


class Live(program.Live):
    """The program while it runs without a terminal."""

    def end(self) -> Done:
        return _keyless(super().end())


def _keyless(done: Done) -> Done:
    assert not traces_of_key(done.out + done.err), "the key was printed"
    return done


def only_session() -> SessionFolder:
    """Return the folder of the one session there is."""
    (session_id,) = sessions_left()
    return store().folder(session_id)


def shown(wanted: str = "latest") -> dict[str, Any]:
    """Return what `meetrec show --json` prints."""
    value: dict[str, Any] = meetrec("show", wanted, "--json").json
    return value


def jobs() -> list[RunningJob]:
    """Return the living recorder processes."""
    return running_jobs(Paths.from_environment())


def kill(job: RunningJob) -> None:
    """End a recorder process as `kill -9` does, and wait until it is gone."""
    os.kill(job.pid, signal.SIGKILL)
    until(lambda: not jobs())


def wav_pcm(path: Path) -> bytes:
    """Return the samples of a WAV as any program sees them: by its header, unrepaired."""
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        return bytes(file.readframes(file.getnframes()))
