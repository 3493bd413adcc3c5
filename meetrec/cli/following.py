"""Start a recorder process, follow it to its end, and do what signals ask for meanwhile.

The recorder outlives its front end: Ctrl+C and SIGTERM ask it to stop and then wait for the minutes, a second Ctrl+C
leaves it to finish alone, and a closed terminal (SIGHUP) leaves it recording.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from meetrec.cli.views import View
from meetrec.core.errors import BusyError, ExitCode, MeetrecError
from meetrec.core.events import Event, JobEnded, RecordingStopped

if TYPE_CHECKING:
    from meetrec.recorder.front import Running

HANGUP = getattr(signal, "SIGHUP", None)
_SIGNALS = [number for number in (signal.SIGINT, signal.SIGTERM, HANGUP) if number is not None]


class Left(Exception):  # noqa: N818 - nothing went wrong: the front end leaves, the recorder goes on
    """The front end ends before the job does. `code` is the exit status, 128 + signal or 130."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def follow_to_the_end(start: Callable[[], Running], view: View) -> JobEnded:
    """Start a job, show it until it ended, and return how it ended.

    Raises what `start` raises, Left where a signal ends the front end alone, BusyError where the recorder vanished.
    """
    return asyncio.run(_Following(start, view).run())


class _Following:
    def __init__(self, start: Callable[[], Running], view: View) -> None:
        self._start, self._view = start, view
        self._signals: asyncio.Queue[int] = asyncio.Queue()
        self._began = datetime.now().astimezone() - timedelta(milliseconds=1)
        self._asked = False
        self._making_minutes = False

    async def run(self) -> JobEnded:
        with caught_signals(self._signals):
            running = await asyncio.to_thread(self._start)
            job = asyncio.create_task(self._follow(running))
            try:
                while not job.done():
                    await self._wait(job, running)
                return job.result()
            finally:
                job.cancel()
                self._view.end()

    async def _follow(self, running: Running) -> JobEnded:
        def show(event: Event) -> None:
            if self._is_old(event):
                return
            self._view.show(event)
            if isinstance(event, RecordingStopped) and running.kind == "record":
                self._making_minutes = True

        return await until_ended(running, show)

    def _is_old(self, event: Event) -> bool:
        """Tell what the session's earlier runs left in its journal from what happens now."""
        try:
            return bool(event.time) and datetime.fromisoformat(event.time) < self._began
        except (ValueError, TypeError):
            return False

    async def _wait(self, job: asyncio.Task[JobEnded], running: Running) -> None:
        """Wait until the job ended or a signal came, and do what the signal asks."""
        signaled = asyncio.create_task(self._signals.get())
        await asyncio.wait({job, signaled}, return_when=asyncio.FIRST_COMPLETED)
        if not signaled.done():
            signaled.cancel()
            return
        number = signaled.result()
        if number == HANGUP:
            raise Left(128 + number)
        if self._asked and number == signal.SIGINT:
            self._view.say("the recorder goes on in the background: meetrec status")
            raise Left(ExitCode.INTERRUPTED)
        await self._stop(running)

    async def _stop(self, running: Running) -> None:
        if self._asked:
            return
        self._asked = True
        if self._making_minutes:  # asked to stop now, the recorder would give them up
            self._view.say("the minutes are being made (Ctrl+C again leaves that to the background)")
            return
        self._view.say("stopping… (Ctrl+C again leaves the rest to the background)")
        try:
            await asyncio.to_thread(running.ask, "stop")
        except MeetrecError as error:  # it ended by itself just now, or it tells so through its events
            self._view.say(error.message)


async def until_ended(running: Running, show: Callable[[Event], None]) -> JobEnded:
    """Show the events of a job until it ended, and return how. Raises BusyError where the recorder vanished."""
    try:
        async for event in running.follow():
            show(event)
            if isinstance(event, JobEnded):
                return event
    except OSError as error:
        raise _lost() from error
    raise _lost()


def _lost() -> BusyError:
    return BusyError(
        "the recorder has ended without a word; what it recorded is safe on disk",
        "run meetrec list, then meetrec finish latest",
    )


@contextlib.contextmanager
def caught_signals(queue: asyncio.Queue[int]) -> Iterator[None]:
    """Put the signals into the queue instead of ending the program."""
    loop = asyncio.get_running_loop()

    def caught(number: int, _: object) -> None:
        loop.call_soon_threadsafe(queue.put_nowait, number)

    before = {number: signal.signal(number, caught) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
