"""Work beside the screen: calls that may block, in threads, and how the screen answers at once all the same."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import sys
import threading
from collections.abc import Callable, Iterator
from typing import TypeVar

Result = TypeVar("Result")

SWITCH_S = 0.0005
"""So long a thread may go on while another one waits for the interpreter; Python's own is ten times that."""


def answer_soon() -> None:
    """Let no thread that computes hold up the screen: a key's way takes twenty turns of the loop, each may wait."""
    sys.setswitchinterval(SWITCH_S)


@contextlib.contextmanager
def collecting_later() -> Iterator[None]:
    """Look for no garbage while very much is read in: all of it would be looked through again and again."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def settle(*, anew: bool = False) -> None:
    """Spare what is in memory now from being looked through for garbage: with 20,000 lines that takes 30 ms a time.

    For moments at which nobody waits. What is not used any more is freed as ever, but for rings of objects, which
    stay until all is looked through `anew`, or until `unsettle`: call that when what is large goes.
    """
    if anew:
        gc.unfreeze()
    gc.collect()
    gc.freeze()


def unsettle() -> None:
    """Have everything looked through again."""
    gc.unfreeze()


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
