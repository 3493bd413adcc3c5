"""Running the program as a user does, and sessions on disk for it to work with."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import IO, Any

from meetrec.core.events import CaptionFinal, MarkAdded, MinutesFailed, NoteAdded, RecordingStopped
from meetrec.core.transcript import Segment, Speaker, Transcript
from meetrec.export.markdown import minutes
from meetrec.storage.documents import load_document
from meetrec.storage.paths import Paths
from meetrec.storage.session_folder import SessionFolder
from meetrec.storage.sessions import SessionStore

STARTED = datetime(2026, 11, 20, 14, 5, 33, tzinfo=timezone(timedelta(hours=1)))
PATIENCE_S = 60.0


@dataclasses.dataclass(frozen=True)
class Done:
    """How a run of the program ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as one JSON value."""
        return json.loads(self.out)

    @property
    def events(self) -> list[dict[str, Any]]:
        """Standard output as lines of JSON."""
        return [json.loads(line) for line in self.out.splitlines()]


def command_line(*words: str) -> list[str]:
    """Return the arguments that start the program."""
    return [sys.executable, "-m", "meetrec", *words]


def environment(changes: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment of the test, in which MEETREC_HOME is its own."""
    return {**os.environ, **(changes or {})}


def meetrec(*words: str, env: Mapping[str, str] | None = None, stdin: bytes = b"", cwd: Path | None = None) -> Done:
    """Run the program to its end, without a terminal."""
    done = subprocess.run(
        command_line(*words),
        env=environment(env),
        cwd=cwd,
        input=stdin,
        capture_output=True,
        timeout=PATIENCE_S,
    )
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


def is_refusal(done: Done, code: int) -> bool:
    """Say whether the program said one sentence and what to do next, and nothing else."""
    lines = done.err.splitlines()
    return (
        done.code == code
        and len(lines) == 2
        and lines[0].startswith("meetrec: ")
        and lines[1].startswith("try: ")
        and "Traceback" not in done.err
    )


def store() -> SessionStore:
    """Return the sessions of the test's home."""
    return SessionStore(Paths.from_environment())


def recorded(title: str = "Weekly sync", minute: int = 0) -> SessionFolder:
    """Make a session with captions, a mark and a note, but no minutes."""
    folder = store().create(title, STARTED + timedelta(minutes=minute), captions_model="gpt-live-transcribe")
    with folder.open_journal() as journal:
        journal.append(CaptionFinal(item="1:a", start=0.5, end=3.0, text="Shall we begin?", at=3.5))
        journal.append(MarkAdded(at=4.0, text="begin"))
        journal.append(NoteAdded(at=4.5, text="ask about the budget"))
        journal.append(CaptionFinal(item="1:b", start=5.0, end=8.0, text="Yes, let us.", at=8.5))
        journal.append(RecordingStopped(at=10.0, duration=10.0, frames=240_000))
    return folder


def finished(title: str = "Weekly sync", minute: int = 0) -> SessionFolder:
    """Make a session with minutes in which two people speak."""
    folder = recorded(title, minute)
    folder.save_transcript(
        Transcript(
            segments=(
                Segment(0, 0.5, 3.0, "S1", "Shall we begin?"),
                Segment(1, 5.0, 8.0, "S2", "Yes, let us."),
            ),
            speakers=(Speaker("S1", "Speaker 1"), Speaker("S2", "Speaker 2")),
            duration=10.0,
            model="gpt-4o-transcribe-diarize",
        )
    )
    folder.save_minutes(minutes(load_document(folder)))
    return folder


def failed(title: str = "Weekly sync", why: str = "no key is set") -> SessionFolder:
    """Make a session whose minutes could not be made."""
    folder = recorded(title)
    with folder.open_journal() as journal:
        journal.append(MinutesFailed(at=10.0, why=why, hint="set OPENAI_API_KEY"))
    return folder


def sessions_left() -> list[str]:
    """Return the IDs of the sessions in the test's home."""
    return store().ids()


class Live:
    """The program while it runs headless with --json or without; used as a context manager."""

    def __init__(self, *words: str, env: Mapping[str, str] | None = None) -> None:
        self.lines: list[str] = []
        self._err: list[str] = []
        self._changed = threading.Condition()
        self._process = subprocess.Popen(
            command_line(*words),
            env=environment(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._readers = [
            threading.Thread(target=self._read, args=(self._process.stdout, self.lines)),
            threading.Thread(target=self._read, args=(self._process.stderr, self._err)),
        ]
        for reader in self._readers:
            reader.start()

    def __enter__(self) -> Live:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: object) -> None:
        if error is not None:
            error.add_note("\n".join([*self.lines[-30:], *self._err]))
        self._process.kill()
        self.end()

    def _read(self, stream: IO[str], lines: list[str]) -> None:
        for line in stream:
            with self._changed:
                lines.append(line.rstrip("\n"))
                self._changed.notify_all()
        stream.close()

    def wait_for(self, words: str, times: int = 1) -> str:
        """Return the line of standard output that holds the words for the n-th time, when it is there."""
        with self._changed:
            found = self._changed.wait_for(lambda: len(self.holding(words)) >= times, PATIENCE_S)
            assert found, f"{words!r} did not come"
            return self.holding(words)[times - 1]

    def holding(self, words: str) -> list[str]:
        """Return the lines of standard output so far that hold the words."""
        return [line for line in self.lines if words in line]

    def signal(self, number: int) -> None:
        """Send a signal to the front end alone."""
        self._process.send_signal(number)

    def end(self) -> Done:
        """Wait for the program's end."""
        code = self._process.wait(PATIENCE_S)
        for reader in self._readers:
            reader.join(PATIENCE_S)
        return Done(code, "".join(f"{line}\n" for line in self.lines), "".join(f"{line}\n" for line in self._err))


def until(condition: Callable[[], object], seconds: float = PATIENCE_S) -> None:
    """Wait until the condition holds; fails where it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true"
        time.sleep(0.05)
