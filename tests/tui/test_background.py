from __future__ import annotations

import asyncio
import gc
import os
import subprocess
import sys
import threading

import pytest

from meetrec.tui.app import MeetrecApp
from meetrec.tui.background import SWITCH_S, collecting_later, in_background, settle, unsettle
from tests.tui.fakes import FakeLibrary, FakeRecorder


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


def test_what_is_settled_is_spared_until_it_is_unsettled() -> None:
    settle()
    try:
        assert gc.get_freeze_count() > 1000
        settle(anew=True)
        assert gc.get_freeze_count() > 1000
    finally:
        unsettle()
    assert gc.get_freeze_count() == 0


@pytest.mark.parametrize(("wanted", "got"), [("", "120"), ("30", "30")])
def test_the_app_paints_soon_what_follows_unless_the_user_says_otherwise(wanted: str, got: str) -> None:
    program = "import meetrec.tui.app; from textual import constants; print(constants.MAX_FPS)"
    environment = {key: value for key, value in os.environ.items() if key != "TEXTUAL_FPS"}
    environment |= {"TEXTUAL_FPS": wanted} if wanted else {}
    ran = subprocess.run([sys.executable, "-c", program], env=environment, timeout=90, capture_output=True, text=True)
    assert ran.stdout.strip() == got


async def test_no_thread_holds_up_the_app_for_long() -> None:
    before = sys.getswitchinterval()
    try:
        async with MeetrecApp(FakeLibrary([]), FakeRecorder()).run_test():
            assert sys.getswitchinterval() == pytest.approx(SWITCH_S)
    finally:
        sys.setswitchinterval(before)


def test_no_garbage_is_looked_for_while_much_is_read_even_where_that_fails() -> None:
    def read() -> None:
        with collecting_later():
            assert not gc.isenabled()
            raise ValueError("unreadable")

    with pytest.raises(ValueError, match="unreadable"):
        read()
    assert gc.isenabled()
