"""The machine is kept awake while it records, where the system can be asked."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from meetrec.recorder import awake as module
from meetrec.recorder.awake import awake


def inhibitor(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a systemd-inhibit on the PATH that notes how it was called, and when it ends."""
    log = folder / "log"
    program = folder / "systemd-inhibit"
    program.write_text(f'#!/bin/sh\necho "$@" >>{log}\ncat\necho released >>{log}\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(module, "SYSTEMD_RUNS", folder)
    monkeypatch.setattr(module.sys, "platform", "linux")
    return log


def test_sleep_idle_and_the_lid_are_held_off_and_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = inhibitor(tmp_path, monkeypatch)
    with awake() as asked:
        assert asked
    words = log.read_text()
    assert "--what=idle:sleep:handle-lid-switch" in words
    assert "--mode=block" in words
    assert words.endswith("released\n")


def test_a_system_that_offers_nothing_is_no_obstacle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.shutil, "which", lambda _: None)
    monkeypatch.setattr(module.sys, "platform", "linux")
    with awake() as asked:
        assert not asked
