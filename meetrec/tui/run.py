"""Running the app so that the terminal comes back whole and the exit status is true, whatever happens."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from meetrec.tui.app import MeetrecApp


class Outcome(NamedTuple):
    """The exit status of the screen, and a sentence to print after it (may be empty)."""

    code: int
    farewell: str


def run_app(make_app: Callable[[], MeetrecApp], log: Path) -> Outcome:
    """Run the app on the terminal until the user leaves it.

    What libraries written in C print goes to `log` meanwhile, not over the screen. The status is 0, 1 after a crash,
    128 + n after signal n. The app is made here because Textual takes hold of standard error when it is made.
    """
    with stderr_kept_off_screen(log):
        app = make_app()
        app.run()
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
        screen.flush()
        sys.stderr = old
        sys.__stderr__ = old_original  # type: ignore[misc]
        os.dup2(terminal, 2)
        os.close(terminal)
        screen.close()
