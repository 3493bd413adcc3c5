from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from tests.terminal import ScreenError, Terminal


def test_what_is_typed_reaches_the_shell_and_its_answer_the_screen() -> None:
    with Terminal() as terminal:
        terminal.run("echo $((6 * 7)) 'ž'")
        terminal.wait_for("42 ž")


def test_a_program_gets_exactly_the_size_asked_for() -> None:
    with Terminal(size=(61, 19)) as terminal:
        terminal.run("stty size")
        terminal.wait_for("19 61")
        assert terminal.size == (61, 19)
        terminal.resize(100, 30)
        terminal.run("stty size")
        terminal.wait_for("30 100")


def test_the_exit_status_of_the_program_can_be_read() -> None:
    with Terminal("sh", "-c", "echo done; exit 3") as terminal:
        assert terminal.wait_for_exit() == 3
        assert "done" in terminal.screen()


def test_a_signal_counts_as_in_a_shell() -> None:
    with Terminal("sleep", "60") as terminal:
        assert terminal.exit_status is None
        os.kill(terminal.pid, signal.SIGTERM)
        assert terminal.wait_for_exit() == 128 + signal.SIGTERM


def test_modes_a_program_sets_are_seen_and_leaving_them_is_seen_too() -> None:
    with Terminal() as terminal:
        terminal.wait_until(terminal.is_restored, "the shell's prompt")
        terminal.run("printf '\\033[?1049h\\033[?25l\\033[?1000h\\033[?1006h'; read -s")
        terminal.wait_until(lambda: terminal.alternate_screen, "the alternate screen")
        terminal.wait_until(lambda: not terminal.cursor_visible, "the cursor to be hidden")
        terminal.wait_until(lambda: terminal.mouse, "the mouse")
        terminal.wait_until(lambda: not terminal.echo, "echo to be off")
        terminal.keys("Enter")
        terminal.run("printf '\\033[?1049l\\033[?25h\\033[?1000l\\033[?1006l'; sleep 60")
        terminal.wait_until(terminal.is_restored, "the terminal to be restored")


def test_every_byte_written_is_kept() -> None:
    with Terminal("printf", "\\033[31mred\\033[0m") as terminal:
        terminal.wait_for_exit()
        terminal.wait_until(lambda: b"\x1b[31mred\x1b[0m" in terminal.output(), "the program's bytes")
        assert "red" in terminal.screen()
        assert "\x1b[31m" in terminal.screen(styles=True)


def test_a_click_reaches_a_program_that_reads_the_mouse() -> None:
    with Terminal() as terminal:
        terminal.run("printf '\\033[?1000h\\033[?1006h'; cat -v")
        terminal.wait_until(lambda: terminal.mouse, "the mouse")
        terminal.click(4, 2)
        terminal.keys("Enter")
        terminal.wait_for("^[[<0;5;3M^[[<0;5;3m")


HUNG_UP = """
import pathlib, signal, sys, time
signal.signal(signal.SIGHUP, lambda *_: sys.exit(pathlib.Path(sys.argv[1]).write_text("hung up")))
print("up", flush=True)
time.sleep(60)
"""


def test_closing_the_terminal_hangs_up_on_the_program_and_leaves_nothing(tmp_path: Path) -> None:
    heard = tmp_path / "heard"
    with Terminal(sys.executable, "-c", HUNG_UP, str(heard)) as terminal:
        terminal.wait_for("up")
    terminal.wait_until(heard.exists, "the program to hear SIGHUP")
    assert not terminal._folder.exists()


def test_what_never_comes_fails_with_the_screen() -> None:
    with Terminal("echo", "something else") as terminal, pytest.raises(ScreenError, match="│something else"):
        terminal.wait_for("the answer", timeout=0.3)


def test_an_assertion_that_fails_carries_the_screen() -> None:
    terminal = Terminal("echo", "look here")
    terminal.wait_for_exit()
    failure = AssertionError()
    terminal.__exit__(AssertionError, failure, None)
    assert "look here" in failure.__notes__[0]


def test_terminals_do_not_see_each_other() -> None:
    with Terminal() as one, Terminal() as other:
        one.run("echo first")
        one.wait_for("\nfirst")
        assert "first" not in other.screen()
