"""Doing: carries out what the user wants changed, and says what was done, or why it was refused."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from textual.screen import Screen
from textual.timer import Timer

from meetrec.core.editing.acts import Act
from meetrec.core.errors import MeetrecError
from meetrec.core.transcript import Transcript
from meetrec.tui.notices import tell_error
from meetrec.tui.review.desk import Desk

MINUTES_AFTER_S = 2.0
"""The minutes are written when nothing was changed for so long."""
_LAST_WAIT_S = 20.0


class Doing:
    """Acts of one screen. `tell` shows a line to the user. Every coroutine runs in a worker of the screen."""

    def __init__(self, screen: Screen[None], desk: Desk, tell: Callable[[str], None]) -> None:
        self._screen, self._desk, self.tell = screen, desk, tell
        self._timer: Timer | None = None

    async def act(self, act: Act | Callable[[Transcript], Act], words: str = "") -> bool:
        """Carry out an act and say so in `words`, or in those of the act. Returns False where it was refused."""
        return await self.change(self._desk.act(act), words)

    async def change(self, call: Coroutine[Any, Any, None], words: str = "") -> bool:
        """The same of anything that changes the transcript."""
        before = self._desk.transcript
        try:
            await call
        except MeetrecError as error:
            tell_error(self._screen, error)
            return False
        if self._desk.transcript == before:
            self.tell("That changes nothing.")
        else:
            self.tell(f"{words or self._desk.undo_words} · u takes it back")
            self.save_soon()
        return True

    async def undo(self) -> None:
        await self._step(self._desk.undo(), "Undone", "Ctrl+R does it again", "There is nothing to undo.")

    async def redo(self) -> None:
        await self._step(self._desk.redo(), "Done again", "u takes it back", "There is nothing to do again.")

    async def _step(self, call: Coroutine[Any, Any, str], done: str, then: str, nothing: str) -> None:
        try:
            words = await call
        except MeetrecError as error:
            tell_error(self._screen, error)
            return
        self.tell(f"{done}: {words} · {then}" if words else nothing)
        if words:
            self.save_soon()

    def save_soon(self) -> None:
        """Write the minutes anew once nothing is changed any more."""
        if self._timer is not None:
            self._timer.stop()
        self._timer = self._screen.set_timer(MINUTES_AFTER_S, self._save)

    def _save(self) -> None:
        self._screen.run_worker(self._saved(), group="minutes")

    async def _saved(self) -> None:
        try:
            await self._desk.save_minutes()
        except MeetrecError as error:
            tell_error(self._screen, error)

    async def save_last(self) -> None:
        """Write the minutes before the screen goes; what was changed is safe also without that."""
        try:
            await asyncio.wait_for(self._desk.save_minutes(), _LAST_WAIT_S)
        except (MeetrecError, TimeoutError) as error:
            self._screen.log("the minutes are not written anew", error)
