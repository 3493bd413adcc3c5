"""Running the app so that the terminal comes back whole and the exit status is true, whatever happens."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from meetrec.core.errors import MeetrecError
from meetrec.core.sanitize import one_line
from meetrec.tui.app import MeetrecApp


class ScreenCrashedError(MeetrecError):
    """A fault in the screen ended it. The recorder process, and with it the recording, is not touched by that."""


class Outcome(NamedTuple):
    """The exit status of the screen, and a sentence to print after it (may be empty)."""

    code: int
    farewell: str


def run_app(make_app: Callable[[], MeetrecApp], log: Path) -> Outcome:
    """Run the app on the terminal until the user leaves it.

    What libraries written in C print goes to `log` meanwhile, not over the screen, and so does the traceback of a
    crash, which is told as a ScreenCrashedError. The status is 0, or 128 + n after signal n. The app is made here
    because Textual takes hold of standard error when it is made.
    """
    with stderr_kept_off_screen(log):
        app = make_app()
        app.run()
        if app.crash:
            os.write(2, app.crash.encode("utf-8", "replace"))
    if app.crash:
        why = one_line(app.crash.strip().rpartition("\n")[2])
        raise ScreenCrashedError(f"the screen crashed: {why}", f"a recording goes on (meetrec attach); see {log}")
    return Outcome(app.return_code or 0, app.farewell)


@contextmanager
def stderr_kept_off_screen(log: Path) -> Iterator[None]:
    """Point file descriptor 2 at a log file, and Python's standard error, on which Textual draws, at the terminal."""
    if not sys.stderr.isatty():
        yield
        return
    sys.stderr.flush()
    terminal = os.dup(2)
    old, old_original = sys.stderr, sys.__stderr__
    log_fd = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.dup2(log_fd, 2)
    os.close(log_fd)
    screen = os.fdopen(os.dup(terminal), "w", buffering=1, encoding="utf-8", errors="replace")
    sys.stderr = screen
    sys.__stderr__ = screen  # type: ignore[misc]
    try:
        yield
    finally:
        with suppress(OSError):  # the terminal may be gone
            screen.flush()
        sys.stderr = old
        sys.__stderr__ = old_original  # type: ignore[misc]
        os.dup2(terminal, 2)
        os.close(terminal)
        with suppress(OSError):
            screen.close()
