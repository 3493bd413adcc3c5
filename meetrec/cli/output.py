"""The one place that prints. Whatever is printed passes one filter, the last before the terminal.

Standard output carries results, standard error carries what went wrong. A reader that goes away (`| head`) is no
error, and never the end of a recording: what is printed after that is dropped.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, NamedTuple, TextIO

from meetrec.core.errors import ExitCode, MeetrecError
from meetrec.core.sanitize import one_line, sanitize

if TYPE_CHECKING:
    from meetrec.core.event import Event

Style = Literal["bold", "dim", "red", "green", "yellow"]
_CODES: dict[Style, str] = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33"}
_GONE = {errno.EPIPE, errno.EIO, errno.ESHUTDOWN, errno.EBADF}  # the reader, or the terminal, is no longer there
_MESSAGE_LIMIT = 500


class Styled(NamedTuple):
    """Text in a style; the style is left out where colors are not wanted."""

    text: str
    style: Style


Piece = str | Styled


class Output:
    """Prints lines, documents, JSON, errors, and one status line that is rewritten in place."""

    def __init__(self, *, json_events: bool = False, quiet: bool = False) -> None:
        """`json_events` prints errors as events as well; `quiet` drops lines meant for people."""
        self.json_events = json_events
        self.quiet = quiet
        self.failure: OSError | None = None
        """Why standard output could not be written, where that is worth telling (no space left)."""
        self.nobody_reads = False
        """Whether the reader of standard output went away."""
        self._status = ""
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")  # a terminal that knows few letters is no reason to fail

    @property
    def rewrites(self) -> bool:
        """Whether a line of standard output can be rewritten in place."""
        return _is_terminal(sys.stdout) and os.environ.get("TERM", "") != "dumb"

    @property
    def columns(self) -> int:
        """How wide the terminal is."""
        return shutil.get_terminal_size().columns

    # -- results ---------------------------------------------------------------------------------------------------

    def line(self, *pieces: str | Styled) -> None:
        """Print one line made of the pieces."""
        if not self.quiet:
            self._above_status("".join(_clean(piece, sys.stdout) for piece in pieces))

    def caption(self, text: str) -> None:
        """Print one line even where other lines are dropped."""
        self._above_status(sanitize(text))

    def document(self, text: str) -> None:
        """Print a text of several lines as it is, but harmless."""
        self._write(sys.stdout, "".join(f"{_tabbed(line)}\n" for line in text.removesuffix("\n").split("\n")))

    def data(self, content: bytes) -> None:
        """Write what is no text, as it is."""
        if sys.stdout is not None:
            self._write(sys.stdout, "")  # what was printed before it comes before it
            self._write(sys.stdout.buffer, content)

    def json_value(self, value: Any) -> None:
        """Print a value as JSON, indented for people and for `diff`."""
        self.json_text(json.dumps(value, ensure_ascii=False, indent=2))

    def json_text(self, text: str) -> None:
        """Print JSON that is text already; what a terminal could act on becomes an escape, so nothing is lost."""
        self._write(sys.stdout, "\n".join(_escaped(line) for line in text.removesuffix("\n").split("\n")) + "\n")

    def event(self, event: Event) -> None:
        """Print an event as one line of JSON."""
        self._write(sys.stdout, _escaped(event.to_json()) + "\n")

    def status(self, *pieces: str | Styled) -> None:
        """Show the pieces in the line that is rewritten; without a terminal nothing is shown."""
        text = "".join(_clean(piece, sys.stdout) for piece in pieces)
        if self.rewrites and not self.quiet and text != self._status:
            self._status = text
            self._write(sys.stdout, f"\r\x1b[2K{text}")

    def end_status(self) -> None:
        """Take the rewritten line away."""
        if self._status:
            self._status = ""
            self._write(sys.stdout, "\r\x1b[2K")

    # -- what went wrong -------------------------------------------------------------------------------------------

    def error(self, error: MeetrecError) -> None:
        """Say what went wrong and what to do; with JSON also as an event."""
        self.end_status()
        if self.json_events:
            from meetrec.core.events import Fault  # most commands print no event

            now = datetime.now().astimezone().isoformat(timespec="milliseconds")
            self.event(Fault(time=now, what=error.message, hint=error.hint))
        self.warn(error.message, error.hint)

    def warn(self, message: str, hint: str = "") -> None:
        """Print `meetrec: message` and `try: hint` on standard error."""
        self.end_status()
        text = f"meetrec: {one_line(message, _MESSAGE_LIMIT)}\n"
        if hint:
            text += f"try: {one_line(hint, _MESSAGE_LIMIT)}\n"
        self._write(sys.stderr, text)

    def ask(self, question: str) -> bool:
        """Ask a yes-or-no question on standard error; anything but yes is no."""
        self._write(sys.stderr, f"{one_line(question, _MESSAGE_LIMIT)} [y/N] ")
        return sys.stdin.readline().strip().lower() in {"y", "yes"}

    def end(self, code: int) -> int:
        """Return the exit status after all was printed: what could not be printed turns success into failure."""
        self.end_status()
        if self.failure is None:
            return code
        why = self.failure.strerror or str(self.failure)
        self._write(sys.stderr, f"meetrec: standard output could not be written: {why}\ntry: write it elsewhere\n")
        return code or ExitCode.FAILED

    # -- writing ---------------------------------------------------------------------------------------------------

    def _above_status(self, text: str) -> None:
        if self._status:
            self._write(sys.stdout, f"\r\x1b[2K{text}\n{self._status}")
        else:
            self._write(sys.stdout, f"{text}\n")

    def _write(self, stream: TextIO | BinaryIO | None, content: Any) -> None:
        if stream is None:  # Python starts so where the descriptor was closed (`>&-`)
            return
        try:
            stream.write(content)
            stream.flush()
        except OSError as error:
            if stream is not sys.stderr:
                self.nobody_reads = True
                self.failure = self.failure or (None if error.errno in _GONE else error)
            _drop_from_now_on(stream)


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and not stream.closed and stream.isatty()


def stdin_is_terminal() -> bool:
    """Whether somebody can type an answer."""
    return _is_terminal(sys.stdin)


def stdout_is_terminal() -> bool:
    """Whether standard output is a terminal."""
    return _is_terminal(sys.stdout)


def _drop_from_now_on(stream: TextIO | BinaryIO) -> None:
    """Send what follows nowhere, also what is flushed while Python ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _clean(piece: str | Styled, stream: TextIO) -> str:
    if isinstance(piece, str):
        return sanitize(piece)
    text = sanitize(piece.text)
    colored = _is_terminal(stream) and not os.environ.get("NO_COLOR") and os.environ.get("TERM", "") != "dumb"
    return f"\x1b[{_CODES[piece.style]}m{text}\x1b[0m" if colored and text else text


def _tabbed(line: str) -> str:
    return "\t".join(sanitize(cell) for cell in line.split("\t"))


def _escaped(line: str) -> str:
    r"""Return a line of JSON in which everything invisible is written as \u…; JSON keeps its meaning."""
    plain = (sys.stdout.encoding or "ascii").lower().replace("-", "") in {"utf8", "utf8sig"}
    if line.isprintable() and (plain or line.isascii()):
        return line
    return "".join(
        char if char.isprintable() and (plain or char.isascii()) else json.dumps(char)[1:-1] for char in line
    )
