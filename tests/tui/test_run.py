"""A real terminal: whatever ends the app, the terminal comes back whole and the exit status is true."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.terminal import Terminal

ROOT = Path(__file__).parents[2]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "screen.log"


@pytest.fixture
def terminal(log: Path) -> Iterator[Terminal]:
    """The app in a terminal, recording."""
    command = (sys.executable, "-m", "tests.tui.play", "record-live", "--log", str(log))
    with Terminal(*command, cwd=ROOT) as one:
        one.wait_for("hearing you")
        yield one


def test_the_app_takes_the_terminal_and_gives_it_back(terminal: Terminal) -> None:
    assert terminal.alternate_screen
    terminal.keys("C-q")
    assert terminal.wait_for_exit() == 0
    assert terminal.is_restored()
    assert "The recording goes on" in terminal.screen()


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"])
def test_a_signal_restores_the_terminal_and_tells_its_number(terminal: Terminal, name: str) -> None:
    number = getattr(signal, name)
    os.kill(terminal.pid, number)
    assert terminal.wait_for_exit() == 128 + number
    assert terminal.is_restored()
    for off in (b"\x1b[?1049l", b"\x1b[?1000l", b"\x1b[?1003l", b"\x1b[?2004l", b"\x1b[?25h"):
        assert off in terminal.output()


def test_a_signal_ends_the_app_also_while_something_in_it_never_ends(terminal: Terminal) -> None:
    terminal.keys("F9")
    os.kill(terminal.pid, signal.SIGTERM)
    assert terminal.wait_for_exit() == 128 + signal.SIGTERM
    assert terminal.is_restored()


@pytest.mark.parametrize(("key", "where"), [("F6", "in an action"), ("F7", "in a task"), ("F8", "in a thread")])
def test_a_crash_restores_the_terminal_is_told_and_is_no_success(
    terminal: Terminal, key: str, where: str, log: Path
) -> None:
    terminal.keys(key)
    assert terminal.wait_for_exit() == 1
    assert terminal.is_restored()
    shown = " ".join(terminal.screen().split())
    assert f"meetrec: the screen crashed: ZeroDivisionError: {where}" in shown
    assert "try: a recording goes on" in shown
    assert "Traceback" not in shown
    assert "Traceback" in log.read_text()


def test_what_c_libraries_print_goes_to_the_log_and_not_over_the_screen(terminal: Terminal, log: Path) -> None:
    terminal.keys("F5")
    terminal.wait_for("noise was made")
    assert b"pcm.c:8570" not in terminal.output()
    assert log.read_bytes().count(b"pcm.c:8570") == 3
    assert log.stat().st_mode & 0o777 == 0o600
    terminal.keys("C-q")
    assert terminal.wait_for_exit() == 0


def test_after_the_screen_standard_error_is_the_terminal_again(log: Path) -> None:
    program = (
        "import os, sys; from meetrec.tui.run import stderr_kept_off_screen; from pathlib import Path\n"
        f"with stderr_kept_off_screen(Path({str(log)!r})):\n"
        "    os.write(2, b'to the log\\n'); print('to the terminal', file=sys.stderr)\n"
        "os.write(2, b'after\\n'); print('after too', file=sys.stderr)"
    )
    with Terminal(sys.executable, "-c", program, cwd=ROOT) as one:
        assert one.wait_for_exit() == 0
        shown = one.wait_for("after too")
    assert "to the terminal\nafter\nafter too" in shown
    assert log.read_text() == "to the log\n"


def test_ctrl_c_is_a_key_and_ends_nothing(terminal: Terminal) -> None:
    terminal.keys("C-c")
    terminal.wait_for("Ctrl+C does nothing here")
    assert terminal.exit_status is None


def test_stopping_the_process_and_going_on_leaves_the_screen_intact(terminal: Terminal) -> None:
    os.kill(terminal.pid, signal.SIGSTOP)
    os.kill(terminal.pid, signal.SIGCONT)
    terminal.keys("m")
    terminal.wait_for("◆ Mark")
    assert terminal.exit_status is None


def test_the_keys_at_the_bottom_can_be_clicked(terminal: Terminal) -> None:
    lines = terminal.wait_for("n Note").splitlines()
    row = next(number for number, line in enumerate(lines) if "n Note" in line)
    terminal.click(lines[row].index("n Note") + 3, row)
    terminal.wait_for("A note, at this moment")
    terminal.type("typed after a click")
    terminal.keys("Enter")
    terminal.wait_for("▸ Note: typed after a click")


def test_a_window_of_any_size_is_borne(terminal: Terminal) -> None:
    for size in ((20, 5), (200, 60), (1, 1), (40, 10), (80, 24)):
        terminal.resize(*size)
        terminal.wait_until(lambda size=size: terminal.size == size, "the new size")  # type: ignore[misc]
    terminal.wait_for("hearing you")
    assert terminal.exit_status is None
