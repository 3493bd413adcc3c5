"""Look at a scene in a terminal: python -m tests.tui.play record-live [--theme meetrec-light] [--log FILE].

Some keys of this program make trouble on purpose: F5 writes to file descriptor 2 as libraries written in C do; F6, F7
and F8 raise in an action, in a task and in a thread; F9 leaves a task that never ends.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from pathlib import Path
from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from meetrec.core.errors import MeetrecError
from meetrec.tui.app import MeetrecApp
from meetrec.tui.run import run_app
from tests.tui.hostile import HOSTILE_SCENES
from tests.tui.scenes import SCENES


class TroubledApp(MeetrecApp):
    """The app, with keys that make trouble."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5", "noise", show=False),
        Binding("f6", "crash", show=False),
        Binding("f7", "crash_in_task", show=False),
        Binding("f8", "crash_in_thread", show=False),
        Binding("f9", "hang", show=False),
    ]

    def action_noise(self) -> None:
        os.write(2, b"ALSA lib pcm.c:8570: noise\n" * 3)
        self.notify("noise was made")

    def action_crash(self) -> None:
        raise ZeroDivisionError("in an action")

    def action_crash_in_task(self) -> None:
        async def crash() -> None:
            raise ZeroDivisionError("in a task")

        self.screen.run_worker(crash())

    def action_crash_in_thread(self) -> None:
        def crash() -> None:
            raise ZeroDivisionError("in a thread")

        self.screen.run_worker(crash, thread=True)

    def action_hang(self) -> None:
        self.screen.run_worker(asyncio.sleep(3600))


def main() -> int:
    names = {scene.name: scene for scene in (*SCENES, *HOSTILE_SCENES)}
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scene", choices=sorted(names))
    parser.add_argument("--theme", default="meetrec-dark")
    parser.add_argument("--log", type=Path, default=Path(tempfile.gettempdir()) / "meetrec-play.log")
    options = parser.parse_args()
    stage = names[options.scene].stage()

    def make() -> Any:
        return TroubledApp(
            stage.library,
            stage.recorder,
            settings_theme=options.theme,
            start=stage.start,
            simulated=stage.simulated,
        )

    try:
        outcome = run_app(make, options.log)
    except MeetrecError as error:
        sys.stderr.write(f"meetrec: {error.message}\ntry: {error.hint}\n")
        return int(error.exit_code)
    if outcome.farewell:
        sys.stdout.write(outcome.farewell + "\n")
    return outcome.code


if __name__ == "__main__":
    sys.exit(main())
