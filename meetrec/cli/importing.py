"""`meetrec import`: existing recordings become sessions, several of them side by side.

While the service works at some files the next ones are read. How many requests are under way at a time is what
`minutes.parallel` allows, for all of them together (recorder/sharing.py).
"""

from __future__ import annotations

import asyncio
import signal
from argparse import Namespace
from collections import deque
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from meetrec.cli.following import HANGUP, caught_signals, until_ended
from meetrec.cli.import_progress import ImportProgress
from meetrec.cli.output import Output
from meetrec.cli.record import readable_file, reason, run_headless
from meetrec.core.errors import ExitCode, MeetrecError
from meetrec.recorder.job import Job
from meetrec.storage.paths import Paths
from meetrec.storage.settings_file import load_settings

if TYPE_CHECKING:
    from meetrec.recorder.front import RecorderFront

_IMPORTED = (ExitCode.DONE, ExitCode.MINUTES_MISSING)


def import_files(options: Namespace, output: Output) -> int:
    """Make a session of each file, with the title and date it bears. What is wrong is named, the rest goes on."""
    paths = Paths.from_environment()
    at_once = load_settings(paths.settings).minutes.parallel + 1
    if len(options.files) == 1:
        return run_headless(paths, _job(options.files[0], options), output)
    from meetrec.cli.trusting import confirm_host
    from meetrec.recorder.front import RecorderFront

    confirm_host(paths, Job(kind="import", finish=options.finish, captions=False), output)
    return asyncio.run(_Imports(RecorderFront(paths), options, output).run(at_once))


def _job(name: str, options: Namespace) -> Job:
    from meetrec.audio.tags import read_tags

    path = readable_file(name)
    tags = read_tags(path)
    return Job(
        kind="import",
        title=tags.title or path.stem,
        source="file",
        path=str(path),
        speed=0.0,
        captions=False,
        finish=options.finish,
        model=options.model,
        started_at=tags.recorded_at.isoformat() if tags.recorded_at else "",
    )


class _Imports:
    """Several files, a few at a time."""

    def __init__(self, front: RecorderFront, options: Namespace, output: Output) -> None:
        self._front, self._options, self._output = front, options, output
        self._files = list(options.files)
        self._waiting = deque(range(len(self._files)))
        self._codes: dict[int, int] = {}
        self._progress = ImportProgress(output, self._files)
        self._signals: asyncio.Queue[int] = asyncio.Queue()
        self._interrupted = 0

    async def run(self, at_once: int) -> int:
        """Import all files, `at_once` at a time, and return the exit status: that of the first with something wrong."""
        with caught_signals(self._signals):
            work = asyncio.gather(*(self._worker() for _ in range(min(at_once, len(self._files)))))
            try:
                while not work.done() and not await self._leaves(work):
                    pass
                if not work.done():
                    return self._interrupted
                work.result()
            finally:
                work.cancel()
                self._progress.end()
        return self._sum_up()

    async def _worker(self) -> None:
        while self._waiting:
            number = self._waiting.popleft()
            self._codes[number] = await self._one(number)

    async def _one(self, number: int) -> int:
        """Import one file and return the exit status of that."""
        try:
            job = _job(
                self._files[number], self._options
            )  # in no thread: decoders are kept quiet, and all else with them
            self._progress.begin(number, job)
            running = await asyncio.to_thread(self._front.spawn, job)
            ended = await until_ended(running, partial(self._progress.show, number))
        except MeetrecError as error:
            self._progress.failed(number, error)
            return error.exit_code
        if ended.code == ExitCode.DONE:
            self._progress.done(number)
        else:
            self._progress.failed(number, reason(ended))
        return ended.code

    async def _leaves(self, work: asyncio.Future[list[None]]) -> bool:
        """Wait until all is done or a signal came; tell whether this program ends before the imports do."""
        signaled = asyncio.ensure_future(self._signals.get())
        either: list[asyncio.Future[Any]] = [work, signaled]
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if not signaled.done():
            signaled.cancel()
            return False
        number = signaled.result()
        again = self._interrupted and number == signal.SIGINT
        self._interrupted = ExitCode.INTERRUPTED if number == signal.SIGINT else 128 + number
        if again or number == HANGUP:
            self._progress.say("what has begun goes on in the background: meetrec status")
            return True
        self._waiting.clear()
        self._progress.say("finishing what has begun… (Ctrl+C again leaves that to the background)")
        return False

    def _sum_up(self) -> int:
        done = [number for number, code in self._codes.items() if code in _IMPORTED]
        left_out = [Path(name).name for number, name in enumerate(self._files) if number not in done]
        if left_out:
            told = f"{len(done)} of {len(self._files)} files were imported; left out: {', '.join(left_out)}"
            self._output.warn(told)
        return self._interrupted or next((code for _, code in sorted(self._codes.items()) if code), ExitCode.DONE)
