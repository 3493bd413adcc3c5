"""Waiting until nobody types: what takes a moment to work out would make each key in that moment slower."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable


async def until_quiet(
    pressed_at: Callable[[], float],
    quiet_s: float,
    longest_s: float,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Return when no key was pressed for `quiet_s` seconds, but `longest_s` seconds from now at the latest.

    At least `quiet_s` pass. `pressed_at` says on `clock` when a key was pressed last.
    """
    began = clock()
    while (wait := min(max(began, pressed_at()) + quiet_s, began + longest_s) - clock()) > 0:
        await sleep(wait)
