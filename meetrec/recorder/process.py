"""The recorder process: one job, from its first event to its last, whoever watches.

It tells the front end that started it one line on standard output, `{"port": …, "secret": …, "session": …}` once the
work has begun or `{"error": …, "hint": …, "code": …}` where it can't, and from then on talks over loopback only.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

from meetrec.core.errors import DEFECT, ExitCode, MeetrecError, UsageError
from meetrec.core.events import (
    Event,
    Fault,
    JobEnded,
    MinutesFailed,
    MinutesReady,
    RecordingRescued,
    RecordingStarted,
    RecordingStopped,
)
from meetrec.recorder.assembly import Assembly, Started
from meetrec.recorder.host import Host
from meetrec.recorder.job import Job
from meetrec.storage.session_folder import SessionFolder
from meetrec.workflow.finish import Finish
from meetrec.workflow.record import Recording

FOLLOWER_S = 2.0
"""How long a job that is done waits for the front end that started it, to tell it how it ended."""


log = logging.getLogger(__name__)


class Process:
    """Runs one job."""

    def __init__(self, job: Job, assembly: Assembly) -> None:
        self._job = job
        self._assembly = assembly
        self._host = Host(job, on_control=self._control)
        self._started: Started | None = None
        self._finishing: asyncio.Task[None] | None = None
        self._end = JobEnded(code=ExitCode.DONE)

    async def run(self, hello: Callable[[dict[str, Any]], None]) -> int:
        """Do the job and return the exit status. `hello` is called once."""
        try:
            async with contextlib.AsyncExitStack() as stack:
                self._started = await self._assembly.begin(self._job, stack)
                await self._host.open_journal(self._started.open_journal)
                await self._host.server.start()
                for event in await asyncio.to_thread(self._assembly.recover, self._started):
                    await self._host.emit(event)
                await self._work(self._started, hello)
            if self._host.defect and self._end.code == ExitCode.DONE:
                await self._failed(self._host.defect)
            await self._host.server.first_follower(FOLLOWER_S)
        except MeetrecError as error:
            hello({"error": error.message, "hint": error.hint, "code": int(error.exit_code)})
            self._end = JobEnded(code=error.exit_code, why=error.message, hint=error.hint)
        except Exception as error:
            log.exception("the recorder failed")
            await self._failed(f"{DEFECT} ({type(error).__name__}); what was recorded is safe")
            hello({"error": self._end.why, "hint": self._end.hint, "code": int(ExitCode.FAILED)})
        await self._host.emit(self._end)
        await self._host.close()
        return self._end.code

    async def _failed(self, why: str) -> None:
        """Tell of a defect, also those who read the journal later."""
        self._end = JobEnded(code=ExitCode.FAILED, why=why, hint="recorder.log in the state folder says more")
        await self._host.emit(Fault(what=why, hint=self._end.hint))

    async def _work(self, started: Started, hello: Callable[[dict[str, Any]], None]) -> None:
        finish = self._assembly.finish(started) if self._job.finish else None
        server = self._host.server
        self._catch_signals()

        async def begun() -> None:
            started.lease.publish(port=server.port, secret=server.secret)
            hello({"port": server.port, "secret": server.secret, "session": started.session_id})
            for warning in self._assembly.warnings(started, self._job):
                await self._host.emit(warning)

        if started.recording is None:
            await begun()
        else:
            if finish is not None and started.settings.minutes.while_recording:
                self._finishing = asyncio.create_task(self._make_minutes(finish))
            await self._record(started.recording, finish, begun)
            started.lease.done_recording()
        if finish is not None:
            finish.complete(started.folder.duration())
            self._finishing = self._finishing or asyncio.create_task(self._make_minutes(finish))
            with contextlib.suppress(asyncio.CancelledError):
                await self._finishing

    async def _record(self, recording: Recording, finish: Finish | None, begun: Callable[[], Awaitable[None]]) -> None:
        """Pass the events of the recording on; `begun` is called when its sound runs and its first event is stored."""
        recording.watched = lambda: self._host.server.followed
        async for event in recording.run():
            if isinstance(event, RecordingRescued):
                await self._go_on_elsewhere(event)
            await self._host.emit(event)
            self._note_end(event)
            if isinstance(event, RecordingStarted):
                await begun()
            if finish is not None:
                finish.advanced(recording.clock)

    async def _go_on_elsewhere(self, event: RecordingRescued) -> None:
        """The sound is in another folder by now: let everything else of the session follow it."""
        started = self._started
        if started is None:
            return
        frames = round(event.at * started.recording.started.rate) if started.recording is not None else 0
        why = f"{event.why}; it goes on in {event.folder}"
        left = RecordingStopped(at=event.at, duration=event.at, frames=frames, why=why)
        await self._host.move_journal(SessionFolder(Path(event.folder)).events_path, left)
        try:
            await asyncio.to_thread(self._assembly.rescued, started, Path(event.folder))
        except MeetrecError as error:  # it can't be found by that name then; what is attached goes on
            await self._host.emit(Fault(at=event.at, what=error.message, hint=error.hint))

    async def _make_minutes(self, finish: Finish) -> None:
        async for event in finish.run():
            for notice in self._started.notices if self._started and isinstance(event, MinutesReady) else ():
                await self._host.emit(notice)
            await self._host.emit(event)
            self._note_end(event)

    def _note_end(self, event: Event) -> None:
        """Remember what the event means for the exit status."""
        again = f"meetrec finish {self._started.session_id if self._started else 'latest'}"
        if isinstance(event, MinutesFailed):
            hint = f"{event.hint}; then run {again}" if event.hint else f"run {again}"
            self._end = JobEnded(
                code=ExitCode.MINUTES_MISSING, why=f"recorded, minutes not made: {event.why}", hint=hint
            )
        elif isinstance(event, MinutesReady) and event.missing:
            why = f"{event.missing} parts of the recording are not transcribed"
            self._end = JobEnded(code=ExitCode.MINUTES_MISSING, why=why, hint=f"run {again}")
        elif isinstance(event, Fault):
            self._end = JobEnded(code=ExitCode.FAILED, why=event.what, hint=event.hint)
        elif isinstance(event, RecordingStopped) and not event.why and self._passed:
            self._end = JobEnded(code=ExitCode.DONE)  # a fault that did not end the recording

    @property
    def _passed(self) -> bool:
        """Whether what went wrong so far was a fault from outside, which the recording has survived."""
        return self._end.code == ExitCode.FAILED and not self._end.why.startswith(DEFECT)

    # -- controls ----------------------------------------------------------------------------------------------------

    def _control(self, command: str, text: str) -> None:
        recording = self._started.recording if self._started is not None else None
        if command == "stop":
            self._stop()
        elif recording is None:
            raise UsageError("nothing is being recorded", "meetrec record starts a recording")
        elif command == "pause":
            recording.pause()
        elif command == "resume":
            recording.resume()
        elif command == "mark":
            recording.mark(text)
        elif command == "note" and text:
            recording.note(text)
        else:
            raise UsageError(f"the recorder knows no {command!r}", "see meetrec --help")

    def _stop(self, *, signaled: bool = False) -> None:
        """Stop the recording; asked again, wait no longer for its captions. Its minutes are made all the same.

        Only another signal leaves them for later, and stopping a job that does nothing else.
        """
        recording = self._started.recording if self._started is not None else None
        if recording is not None and not recording.stopped:
            recording.stop()
        elif recording is not None and not recording.over:
            recording.hurry()
        elif self._finishing is not None and (signaled or self._job.kind != "record"):
            self._end = JobEnded(
                code=ExitCode.MINUTES_MISSING,
                why="recorded, minutes not made: stopped",
                hint=f"run meetrec finish {self._started.session_id if self._started else 'latest'}",
            )
            self._finishing.cancel()

    def _catch_signals(self) -> None:
        """SIGTERM and SIGINT stop cleanly; a closed terminal is none of the recorder's business."""
        loop = asyncio.get_running_loop()
        for name in ("SIGTERM", "SIGINT"):
            with contextlib.suppress(NotImplementedError):  # Windows: asyncio has no signal handlers there
                loop.add_signal_handler(getattr(signal, name), partial(self._stop, signaled=True))
        if hasattr(signal, "SIGHUP"):
            signal.signal(signal.SIGHUP, signal.SIG_IGN)


def hello_on_stdout(line: dict[str, Any]) -> None:
    """Tell the front end, then let go of its pipe."""
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.close(null)
