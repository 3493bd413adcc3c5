"""Imports that run side by side send no more requests at a time than the setting allows, all of them together.

A request has a place while it is under way: a lock of the kernel, so that a process that is killed leaves its place to
others. Waiting costs a look at a few files, ten times a second.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from pathlib import Path

from meetrec.core.errors import BusyError
from meetrec.storage.locks import Lock, acquire
from meetrec.workflow.ports import Answer, Transcribe

LOOK_S = 0.1


def in_turn(transcribe: Transcribe, folder: Path, places: int) -> Transcribe:
    """Return `transcribe` so that at most `places` of it run at a time in all processes that use this folder."""

    async def send(path: Path, seconds: float, known: Sequence[tuple[str, bytes]], unanswered: int = 0) -> Answer:
        with await _free_place(folder, places):
            return await transcribe(path, seconds, known, unanswered)

    return send


async def _free_place(folder: Path, places: int) -> Lock:
    while True:
        for number in range(places):
            with contextlib.suppress(BusyError):
                return acquire(folder / f"request.{number}.lock")
        await asyncio.sleep(LOOK_S)
