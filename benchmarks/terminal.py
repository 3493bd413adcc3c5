"""A program in a pseudo-terminal, whose output is read as fast as it comes."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence


class Terminal:
    """Runs `command` in `columns` by `rows` cells. Times are those of `time.perf_counter`."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str], columns: int = 120, rows: int = 40) -> None:
        self.started = time.perf_counter()
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.execvpe(command[0], list(command), {**env, "TERM": "xterm-256color"})
        self.output = b""
        """What was read and not yet looked through."""

    def wait_for(self, text: str, seconds: float = 30.0) -> float:
        """Read until `text` appears in what is new; returns the moment it was there."""
        wanted = text.encode()
        deadline = time.perf_counter() + seconds
        while wanted not in self.output:
            if time.perf_counter() > deadline:
                raise TimeoutError(f"{text!r} did not appear; the terminal shows {self.output[-2000:]!r}")
            self.read(0.5)
        seen = time.perf_counter()
        self.output = self.output.partition(wanted)[2]
        return seen

    def read(self, seconds: float) -> None:
        """Take what comes next, waiting at most `seconds` for it."""
        if select.select([self._fd], [], [], max(seconds, 0))[0]:
            try:
                self.output += os.read(self._fd, 1 << 16)
            except OSError as error:  # Linux says so when the program has ended
                raise EOFError(f"the program has ended; its last words are {self.output[-2000:]!r}") from error

    def run_for(self, seconds: float) -> None:
        """Let the program run for so long, throwing away what it paints."""
        deadline = time.perf_counter() + seconds
        while (left := deadline - time.perf_counter()) > 0:
            self.read(left)
            self.output = b""

    def press(self, keys: str) -> float:
        """Press keys; returns the moment."""
        pressed = time.perf_counter()
        os.write(self._fd, keys.encode())
        return pressed

    def end(self) -> None:
        """Kill the program, not what it has started."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        os.close(self._fd)
        os.waitpid(self.pid, 0)
