"""Driving the app in a test: start it on fakes, look at what it shows, wait for what should come."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from textual.pilot import Pilot

from meetrec.tui.app import MeetrecApp, Start
from tests.tui.fakes import FakeLibrary, FakeRecorder, FakeRunning
from tests.tui.scenes import RUNNING_ID, Stage, screen_text
from tests.waiting import until


class Look:
    """A running app with its fakes."""

    def __init__(self, stage: Stage, pilot: Pilot[Any], app: MeetrecApp) -> None:
        self.library = stage.library
        self.recorder = stage.recorder
        self.pilot = pilot
        self.app = app

    @property
    def running(self) -> FakeRunning:
        assert self.recorder.running is not None
        return self.recorder.running

    @property
    def text(self) -> str:
        """What the screen shows."""
        return screen_text(self.app)

    async def until(self, condition: Callable[[], object]) -> None:
        await until(condition)

    async def see(self, *wanted: str) -> None:
        """Wait until all of these are on the screen."""
        await self._look_for(lambda: all(one in self.text for one in wanted), f"{wanted} did not appear")

    async def see_no_more(self, unwanted: str) -> None:
        """Wait until this is not on the screen."""
        await self._look_for(lambda: unwanted not in self.text, f"{unwanted!r} stays")

    async def _look_for(self, condition: Callable[[], object], what: str) -> None:
        deadline = time.monotonic() + 60
        while not condition():
            assert time.monotonic() < deadline, f"{what}:\n{self.text}"
            await self.pilot.pause(0.01)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def type(self, text: str) -> None:
        await self.pilot.press(*("space" if one == " " else one for one in text))


@asynccontextmanager
async def looking(stage: Stage, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Look]:
    """Run the app on a stage."""
    app = stage.app()
    async with app.run_test(size=size, notifications=True) as pilot:
        yield Look(stage, pilot, app)
        await asyncio.sleep(0)


@asynccontextmanager
async def recording(*events: Any, size: tuple[int, int] = (80, 24), library: Any = None) -> AsyncIterator[Look]:
    """Run the app on a recording that has sent these events."""
    stage = Stage(
        library=library or FakeLibrary(),
        recorder=FakeRecorder(FakeRunning(RUNNING_ID, events)),
        start=Start("record", "Weekly sync"),
    )
    async with looking(stage, size) as look:
        if events:
            await look.until(look.running.queue.empty)
            await look.see("REC")
        yield look
