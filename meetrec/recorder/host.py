"""What every job of a recorder process needs: keep each event, publish it, know the state, take controls."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

from meetrec.core.errors import DEFECT, MeetrecError
from meetrec.core.events import AudioLevel, Event, Fault
from meetrec.recorder.job import Job
from meetrec.recorder.server import Server
from meetrec.recorder.status import Status

log = logging.getLogger(__name__)


class Journal(Protocol):
    """The `events.jsonl` of the session (storage/journal.py)."""

    def append(self, event: Event) -> Event:
        """Store the event; returns it with its wall time. Raises StorageError."""

    def lines(self) -> list[str]:
        """Return the stored lines."""

    def move_to(self, path: Path, farewell: Event | None = None) -> None:
        """Go on in another file, which gets all lines so far. Raises StorageError."""

    def sync(self) -> None:
        """Wait until all lines are on the disk itself."""

    def close(self) -> None:
        """Sync and close."""


SYNC_S = 1.0
"""Seconds: what a power cut may cost of the captions."""


class Host:
    """Keeps and publishes events. The disk is written on one thread of its own, in order."""

    def __init__(self, job: Job, *, on_control: Callable[[str, str], None]) -> None:
        """`on_control(command, text)` carries out a control or raises MeetrecError."""
        self.status = Status(job)
        self.journal: Journal | None = None
        self.server = Server(control=self._control, stored=self._stored)
        self._on_control = on_control
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="journal")
        self._journal_failed = False
        self._unsynced = False
        self._syncing: asyncio.Task[None] | None = None
        self.defect = ""
        """What of this object failed in the background; empty where nothing did."""

    async def open_journal(self, open_it: Callable[[], Journal]) -> None:
        """Open the journal of the session on the writing thread."""
        self.journal = await asyncio.get_running_loop().run_in_executor(self._disk, open_it)
        self.server.stored_lines = len(await asyncio.get_running_loop().run_in_executor(self._disk, self._stored))
        self._syncing = asyncio.create_task(self._keep_synced(self.journal))
        self._syncing.add_done_callback(self._tell_failure)

    async def move_journal(self, path: Path, farewell: Event) -> None:
        """Go on with the journal in another file, which gets all lines so far; a refusal is told, and it stays.

        `farewell` is the last line of the file that is left.
        """
        if self.journal is None:
            return
        try:
            await asyncio.get_running_loop().run_in_executor(self._disk, self.journal.move_to, path, farewell)
        except MeetrecError as error:
            self.server.publish(Fault(at=0.0, what=error.message, hint=error.hint), stored=False)

    async def emit(self, event: Event) -> None:
        """Keep the event where it is one to keep, and tell every front end."""
        if isinstance(event, AudioLevel) and not self.server.followed:
            return
        stored = False
        if event.stored and self.journal is not None:
            event, stored = await self._keep(event, self.journal)
        self.status.apply(event)
        self.server.publish(event, stored=stored)

    async def _keep(self, event: Event, journal: Journal) -> tuple[Event, bool]:
        """Store the event; a journal that fails is told of once, and costs neither sound nor captions."""
        try:
            kept = await asyncio.get_running_loop().run_in_executor(self._disk, journal.append, event)
        except MeetrecError as error:
            if not self._journal_failed:
                self._journal_failed = True
                self.server.publish(Fault(at=event.at, what=error.message, hint=error.hint), stored=False)
            return event, False
        self._journal_failed = False
        self._unsynced = True
        return kept, True

    async def _keep_synced(self, journal: Journal) -> None:
        while True:
            await asyncio.sleep(SYNC_S)
            if not self._unsynced:
                continue  # in most seconds: no thread is woken for nothing
            self._unsynced = False
            with contextlib.suppress(MeetrecError):  # the next event that can't be stored tells of it
                await asyncio.get_running_loop().run_in_executor(self._disk, journal.sync)

    def _tell_failure(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None:
            log.error("the journal is no longer synced", exc_info=error)
            self.defect = f"{DEFECT} ({type(error).__name__}); what was recorded is safe"
            self.server.publish(Fault(what=self.defect, hint="recorder.log says more"), stored=False)

    async def close(self) -> None:
        """Write the journal out and end the conversation with the front ends."""
        if self._syncing is not None:
            self._syncing.cancel()
        if self.journal is not None:
            await asyncio.get_running_loop().run_in_executor(self._disk, self.journal.close)
        await self.server.close()
        self._disk.shutdown()

    def _stored(self) -> list[str]:
        return [] if self.journal is None else self.journal.lines()

    def _control(self, command: str, text: str) -> dict[str, Any]:
        if command == "status":
            return self.status.values
        try:
            self._on_control(command, text)
        except MeetrecError as error:
            return {"error": error.message, "hint": error.hint}
        return {"ok": True}
