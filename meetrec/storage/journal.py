"""The journal of a session, `events.jsonl`: one event a line, append only, each line whole by itself.

A line is handed to the system at once, so that no kill of the process can lose it; marks, notes and everything else
but captions are also on the disk itself when `append` returns. Captions get there within a second (`sync`).
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO

from meetrec.core.errors import StorageError
from meetrec.storage.files import open_private, storage_error, write_all, write_whole

if TYPE_CHECKING:
    from meetrec.core.event import Event

SYNC_S = 1.0
LINE_LIMIT = 1 << 20
TAIL_BYTES = 64 << 10
"""Enough of its end to know how a session ended, cheap however long it was."""


def local_time() -> datetime:
    """Return the time now, with its offset from UTC."""
    return datetime.now().astimezone()


class Journal:
    """Appends events to `path`, which is made (mode 0600) where it is missing.

    All methods but `lines` belong to one thread. `clock` stamps events that have no time yet. Every method raises
    StorageError, DiskFullError where no space is left.
    """

    def __init__(
        self,
        path: Path,
        *,
        clock: Callable[[], datetime] = local_time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.path = path
        self._clock, self._monotonic = clock, monotonic
        self._synced_at = monotonic()
        self._pending = False
        try:
            self._fd = _open(path)
            # A killed process may have left half a line: it stays, but nothing may be glued to it.
            self._torn = not _ends_with_newline(self._fd)
        except OSError as error:
            raise storage_error(error, path, "written") from error

    def append(self, event: Event) -> Event:
        """Write the event unless its type is never stored, and return it with its time."""
        event = self._stamped(event)
        if event.stored:
            if not self._in_place():
                with contextlib.suppress(StorageError):  # then it goes on where it lies now
                    self.move_to(self.path)
            self._write(event.to_json())
            self._pending = True
            if event.type != "caption.final" or self._monotonic() - self._synced_at >= SYNC_S:
                self.sync()
        return event

    def move_to(self, path: Path, farewell: Event | None = None) -> None:
        """Go on in another file that gets all lines so far; nothing happens where the journal is there already.

        The lines are read through the open file, which a deleted or moved one still is. `farewell` becomes the last
        line of the file that is left, where it can still be written.
        """
        if path == self.path and self._in_place():
            return
        try:
            content = b"".join(_chunks(self._fd))
            write_whole(path, content, new=True)
            fd = _open(path)
        except OSError as error:
            raise storage_error(error, path, "written") from error
        with contextlib.suppress(OSError):
            if farewell is not None:
                write_all(self._fd, b"\n" * self._torn + self._stamped(farewell).to_json().encode() + b"\n")
        os.close(self._fd)
        self._fd, self.path, self._torn = fd, path, not _ends_with_newline(fd)

    def _stamped(self, event: Event) -> Event:
        if event.time:
            return event
        return dataclasses.replace(event, time=self._clock().isoformat(timespec="milliseconds"))

    def _in_place(self) -> bool:
        try:
            here, there = self.path.lstat(), os.fstat(self._fd)
        except OSError:
            return False
        return (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino)

    def _write(self, line: str) -> None:
        data = b"\n" * self._torn + line.encode() + b"\n"
        self._torn = True
        try:
            write_all(self._fd, data)
        except OSError as error:
            raise storage_error(error, self.path, "written") from error
        self._torn = False

    def sync(self) -> None:
        """Wait until all lines are on the disk itself; costs nothing where they are. Call it about once a second."""
        self._synced_at = self._monotonic()
        if not self._pending:
            return
        try:
            getattr(os, "fdatasync", os.fsync)(self._fd)
        except OSError as error:
            raise storage_error(error, self.path, "written") from error
        self._pending = False

    def lines(self) -> list[str]:
        """Return the stored events as lines, oldest first. May be called from any thread."""
        from meetrec.core.events import from_json

        return [line for line in read_lines(self.path) if from_json(line) is not None]

    def close(self) -> None:
        """Sync and close. May be called again."""
        if self._fd < 0:
            return
        try:
            self.sync()
        finally:
            os.close(self._fd)
            self._fd = -1

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def read_events(path: Path) -> Iterator[Event]:
    """Yield the events of a journal; torn, foreign and oversized lines are passed over, a missing file holds none."""
    from meetrec.core.events import from_json  # the kinds of events load longer than a list of sessions takes

    for line in read_lines(path):
        event = from_json(line)
        if event is not None:
            yield event


def read_lines(path: Path, *, tail: int | None = None) -> Iterator[str]:
    """Yield the complete lines of a journal as they stand; of the last `tail` bytes only where that is given.

    A last line without its end is torn, or being written at this moment: it is left out.
    """
    try:
        fd = open_private(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError:
        return
    except OSError as error:
        raise storage_error(error, path, "read") from error
    with os.fdopen(fd, "rb") as file:
        try:
            yield from _lines(file, tail)
        except OSError as error:
            raise storage_error(error, path, "read") from error


def _lines(file: BinaryIO, tail: int | None) -> Iterator[str]:
    if tail is not None and file.seek(0, os.SEEK_END) > tail:
        file.seek(-tail - 1, os.SEEK_END)
        file.readline(tail + 1)  # what is left of a line that began before
    elif tail is not None:
        file.seek(0)
    whole = True
    while line := file.readline(LINE_LIMIT):
        begins, whole = whole, line.endswith(b"\n")
        if begins and whole:
            yield line.decode("utf-8", "replace").rstrip("\r\n")


def _open(path: Path) -> int:
    try:
        return open_private(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_EXCL)
    except FileExistsError:
        return open_private(path, os.O_RDWR | os.O_APPEND)


def _ends_with_newline(fd: int) -> bool:
    size = os.fstat(fd).st_size
    if size == 0:
        return True
    os.lseek(fd, size - 1, os.SEEK_SET)
    return os.read(fd, 1) == b"\n"


def _chunks(fd: int) -> Iterator[bytes]:
    os.lseek(fd, 0, os.SEEK_SET)  # it is open for appending: where it is read does not matter to what is written
    while chunk := os.read(fd, 1 << 20):
        yield chunk
