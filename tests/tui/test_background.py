from __future__ import annotations

import asyncio
import subprocess
import sys
import threading

import pytest

from meetrec.tui.background import in_background


async def test_what_is_returned_comes_back_and_the_loop_runs_on() -> None:
    gate = threading.Event()
    task = asyncio.create_task(in_background(lambda: gate.wait(60)))
    await asyncio.sleep(0)
    assert not task.done()
    gate.set()
    assert await task is True


async def test_what_is_raised_is_raised_to_who_waits() -> None:
    def fail() -> None:
        raise ValueError("from the thread")

    with pytest.raises(ValueError, match="from the thread"):
        await in_background(fail)


async def test_who_is_cancelled_hears_no_more_of_it() -> None:
    gate = threading.Event()
    task = asyncio.create_task(in_background(lambda: gate.wait(60)))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    gate.set()


def test_a_call_that_never_ends_does_not_hold_up_the_end_of_the_program() -> None:
    program = (
        "import asyncio, time; from meetrec.tui.background import in_background\n"
        "async def main():\n"
        "    task = asyncio.create_task(in_background(lambda: time.sleep(600)))\n"
        "    await asyncio.sleep(0.05); task.cancel()\n"
        "asyncio.run(main())"
    )
    assert subprocess.run([sys.executable, "-c", program], timeout=90).returncode == 0
