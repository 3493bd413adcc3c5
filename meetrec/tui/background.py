"""Calls that may block, made in a thread that nobody waits for when the app ends."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")


async def in_background(act: Callable[[], Result]) -> Result:
    """Run `act` in a thread and return what it returns, or raise what it raises.

    `asyncio.to_thread` would make the end of the program wait for a disk that does not answer; a daemon thread is
    left behind. Once the caller is cancelled, the result is dropped.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Result] = loop.create_future()

    def settle(result: Result | None, error: BaseException | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        result, error = None, None
        try:
            result = act()
        except BaseException as caught:  # noqa: BLE001 - it is raised again where the result is awaited
            error = caught
        try:
            loop.call_soon_threadsafe(settle, result, error)
        except RuntimeError:
            return  # the loop is closed: the app has ended, nobody waits any more

    threading.Thread(target=run, name=f"background {act!r}", daemon=True).start()
    return await future
