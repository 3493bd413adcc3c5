"""Keep the machine from sleeping while it records, where the system offers that."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

log = logging.getLogger(__name__)

# A closed lid suspends in spite of "sleep:idle" alone (systemd: Inhibit, handle-lid-switch).
_LINUX = ("systemd-inhibit", "--what=idle:sleep:handle-lid-switch", "--who=meetrec", "--why=recording", "--mode=block")
SYSTEMD_RUNS = Path("/run/systemd/system")  # sd_booted(3)
_MACOS = ("caffeinate", "-i", "-m", "-s", "-w")
_WINDOWS_STATE = 0x80000000 | 0x00000001  # ES_CONTINUOUS | ES_SYSTEM_REQUIRED of SetThreadExecutionState


@contextlib.contextmanager
def awake() -> Iterator[bool]:
    """Hold the machine awake; yields whether the system could be asked. A refusal costs nothing but that."""
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.kernel32.SetThreadExecutionState(_WINDOWS_STATE)
        try:
            yield True
        finally:
            ctypes.windll.kernel32.SetThreadExecutionState(0x80000000)
        return
    command = _command()
    if command is None:
        yield False
        return
    holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield True
    finally:
        # Its standard input ends with us, also when we are killed; then it lets go by itself.
        with contextlib.suppress(OSError):
            holder.communicate(timeout=2)
        holder.kill()
        holder.wait()


def _command() -> list[str] | None:
    """Return what holds this system awake for as long as this process lives, None where there is nothing."""
    if sys.platform == "darwin" and shutil.which(_MACOS[0]):
        return [*_MACOS, str(os.getpid())]
    if shutil.which(_LINUX[0]) and SYSTEMD_RUNS.is_dir():
        return [*_LINUX, "cat"]
    return None
