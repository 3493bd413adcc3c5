from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from meetrec import __version__
from tests.cli.conftest import Command
from tests.cli.program import is_refusal, meetrec


def test_the_version_is_told() -> None:
    assert meetrec("--version").out == f"meetrec {__version__}\n"


def test_the_installed_command_is_the_module() -> None:
    installed = Path(sys.executable).with_name("meetrec")
    done = subprocess.run([installed, "--version"], capture_output=True, text=True, timeout=60)
    assert done.stdout == meetrec("--version").out


def test_a_defect_is_told_in_words_and_kept_for_a_report(
    command: Command, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> int:
        raise ZeroDivisionError("a defect\x1b[2J")

    monkeypatch.setattr("meetrec.cli.sessions.list_sessions", broken)
    done = command("list")
    assert is_refusal(done, 1)
    assert "\x1b" not in done.err
    kept = home / "state" / "logs" / "defect.txt"
    assert str(kept) in done.err
    assert "ZeroDivisionError" in kept.read_text()


def test_ctrl_c_ends_quietly_with_130(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("meetrec.cli.sessions.list_sessions", interrupted)
    done = command("list")
    assert (done.code, done.out, done.err) == (130, "", "")
