"""A real terminal for tests: tmux on a server of its own, driven by keys and read as text."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.needs import need

PATIENCE = 60.0
"""Seconds a wait lasts before it fails; nothing takes that long, not even on a busy machine."""

CONFIGURATION = """
set -g status off
set -g default-terminal tmux-256color
set -g history-limit 10000
set -g focus-events on
set -sg escape-time 0
"""

SHELL = ("bash", "--norc", "--noprofile", "--noediting")
"""Without line editing the shell leaves the terminal's modes as the last program left them."""

# Runs the program as a shell would, notes its process and its exit status, and leaves its last screen standing.
# (tmux's own remain-on-exit writes on that screen.) Signals from the keyboard are the program's; a hang-up ends both.
HOLD = """
trap : INT QUIT
sh -c 'echo $$ >"$0/pid"; exec "$@"' "$@"
echo $? >"$1/status.new" && mv "$1/status.new" "$1/status"
while :; do sleep 60; done
"""

_numbers = itertools.count(1)


class Terminal:
    """A terminal of `size` (columns, rows) running `command`, by default a plain shell with the prompt "$".

    Use it as a context manager: leaving it ends the program and the terminal, and an assertion that failed inside
    carries the last screen. When the program ends, its last screen and exit status can still be read.
    """

    def __init__(
        self,
        *command: str,
        size: tuple[int, int] = (80, 24),
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        need("tmux")
        self._folder = Path(tempfile.mkdtemp(prefix="terminal-"))
        self._env = {**os.environ, "TMUX_TMPDIR": str(self._folder), "PS1": "$ ", "LC_ALL": "C.UTF-8", **(env or {})}
        self._env.pop("TMUX", None)
        self._socket = f"test-{os.getpid()}-{next(_numbers)}"
        self._output = self._folder / "output"
        try:
            self._start(command or SHELL, size, cwd or self._folder)
            if not command:
                self.wait_for("$")
        except BaseException:
            self.close()
            raise

    def _start(self, command: tuple[str, ...], size: tuple[int, int], cwd: Path) -> None:
        configuration = self._folder / "tmux.conf"
        configuration.write_text(CONFIGURATION)
        columns, rows = (str(length) for length in size)
        self._tmux("-f", str(configuration), "new-session", "-d", "-x", columns, "-y", rows, "sleep", "600")
        # All output is recorded from the first byte on: the program starts only when the recording runs.
        self._tmux("pipe-pane", "-o", f"exec cat >{self._output}")
        self._tmux("respawn-pane", "-k", "-c", str(cwd), "sh", "-c", HOLD, "sh", str(self._folder), *command)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is not None and not isinstance(error, ScreenError):
                error.add_note(self._framed())
        finally:
            self.close()

    def close(self) -> None:
        """End the program and the terminal; its children get SIGHUP, as when a window is closed."""
        self._tmux("kill-server", check=False)
        shutil.rmtree(self._folder, ignore_errors=True)

    # -- keys, mouse, window -----------------------------------------------------------------------------------------

    def type(self, text: str) -> None:
        """Type `text` literally."""
        self._tmux("send-keys", "-l", "--", text)

    def keys(self, *names: str) -> None:
        """Press keys by tmux's names: "Enter", "Escape", "C-c", "PageUp", "F1", "q"."""
        self._tmux("send-keys", "--", *names)

    def run(self, command: str) -> None:
        """Type a command line into the shell and press Enter."""
        self.type(command)
        self.keys("Enter")

    def paste(self, text: str) -> None:
        """Paste `text`, bracketed if the program asked for that."""
        self._tmux("set-buffer", "--", text)
        self._tmux("paste-buffer", "-p", "-d")

    def click(self, column: int, row: int) -> None:
        """Click the left mouse button on a cell (0, 0 is the upper left) of a program that reads the mouse."""
        assert self.mouse, "the program does not read the mouse" + self._framed()
        at = f"{column + 1};{row + 1}"
        for event in (f"\x1b[<0;{at}M", f"\x1b[<0;{at}m"):
            self._tmux("send-keys", "-H", *(f"{byte:02x}" for byte in event.encode()))

    def resize(self, columns: int, rows: int) -> None:
        """Give the window another size."""
        self._tmux("resize-window", "-x", str(columns), "-y", str(rows))

    # -- what is seen ------------------------------------------------------------------------------------------------

    def screen(self, *, styles: bool = False, history: bool = False) -> str:
        """Return the screen's text, a line a row without trailing blanks, with colors as escape sequences if asked."""
        options = ["-e"] * styles + ["-S", "-"] * history
        return self._tmux("capture-pane", "-p", *options)

    def output(self) -> bytes:
        """Return every byte the program has written so far."""
        return self._output.read_bytes() if self._output.exists() else b""

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows."""
        columns, rows = self._ask("#{pane_width} #{pane_height}").split()
        return int(columns), int(rows)

    @property
    def alternate_screen(self) -> bool:
        """Whether the program shows the alternate screen, as full-screen programs do."""
        return self._ask("#{alternate_on}") == "1"

    @property
    def cursor_visible(self) -> bool:
        """Whether the cursor is shown."""
        return self._ask("#{cursor_flag}") == "1"

    @property
    def mouse(self) -> bool:
        """Whether the program gets mouse events."""
        return self._ask("#{mouse_any_flag}") == "1"

    @property
    def echo(self) -> bool:
        """Whether the line discipline echoes what is typed and edits lines, as a shell's child finds it."""
        tty = self._ask("#{pane_tty}")
        done = subprocess.run(["stty", "-a", "-F", tty], capture_output=True, text=True, check=True)
        return {"echo", "icanon"} <= set(done.stdout.replace(";", " ").split())

    @property
    def title(self) -> str:
        """The title the program gave the window."""
        return self._ask("#{pane_title}")

    @property
    def pid(self) -> int:
        """The process of the program."""
        self.wait_until((self._folder / "pid").exists, "the program to start")
        return int((self._folder / "pid").read_text())

    @property
    def exit_status(self) -> int | None:
        """The program's exit status (128 + the signal that ended it), None while it runs."""
        status = self._folder / "status"
        return int(status.read_text()) if status.exists() else None

    def is_restored(self) -> bool:
        """Say whether the terminal is as a program finds it: normal screen, cursor shown, no mouse, echo."""
        return self.cursor_visible and self.echo and not self.alternate_screen and not self.mouse

    # -- waiting -----------------------------------------------------------------------------------------------------

    def wait_until(self, condition: Callable[[], object], what: str, timeout: float = PATIENCE) -> None:
        """Wait until `condition()` holds; fail with the screen if it does not within `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while not condition():
            if time.monotonic() > deadline:
                raise ScreenError(f"after {timeout:g} s still waiting for: {what}{self._framed()}")
            time.sleep(0.02)

    def wait_for(self, wanted: str | re.Pattern[str], timeout: float = PATIENCE) -> str:
        """Wait until the screen shows a text, or matches a pattern; return the screen."""
        pattern = re.compile(re.escape(wanted)) if isinstance(wanted, str) else wanted
        screen = ""

        def shown() -> bool:
            nonlocal screen
            screen = self.screen()
            return pattern.search(screen) is not None

        self.wait_until(shown, f"{pattern.pattern!r} on the screen", timeout)
        return screen

    def wait_until_gone(self, unwanted: str, timeout: float = PATIENCE) -> None:
        """Wait until the screen shows `unwanted` no more."""
        self.wait_until(lambda: unwanted not in self.screen(), f"{unwanted!r} to go from the screen", timeout)

    def wait_for_exit(self, timeout: float = PATIENCE) -> int:
        """Wait until the program has ended; return its exit status."""
        self.wait_until(lambda: self.exit_status is not None, "the program to end", timeout)
        status = self.exit_status
        assert status is not None
        return status

    # -- tmux --------------------------------------------------------------------------------------------------------

    def _ask(self, wanted: str) -> str:
        return self._tmux("display-message", "-p", wanted).rstrip("\n")

    def _tmux(self, *arguments: str, check: bool = True) -> str:
        command = ["tmux", "-L", self._socket, *arguments]
        done = subprocess.run(command, env=self._env, capture_output=True, text=True, timeout=PATIENCE)
        assert done.returncode == 0 or not check, f"{' '.join(command)}: {done.stderr}"
        return done.stdout

    def _framed(self) -> str:
        columns, _ = self.size
        edge = "─" * columns
        rows = "\n".join(f"│{line:<{columns}}│" for line in self.screen().rstrip("\n").split("\n"))
        status = self.exit_status
        ended = "" if status is None else f"\nthe program has ended with status {status}"
        return f"\n┌{edge}┐\n{rows}\n└{edge}┘{ended}"


class ScreenError(AssertionError):
    """What was waited for did not come; the message holds the screen."""
