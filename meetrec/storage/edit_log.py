"""`edits.jsonl`: what was changed in review, one JSON object a line, append only (docs/files.md).

A line is on the disk itself before the change is told as done. A last line without its end was never told as done: it
is passed over, and cut off by the next one. Any other line that cannot be read makes the log read-only from there on:
nothing is guessed, nothing is overwritten.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from meetrec.core.editing.acts import Act, UnknownActError, from_dict, to_dict
from meetrec.core.editing.edits import NAME_LIMIT
from meetrec.core.errors import StorageError
from meetrec.core.sanitize import one_line
from meetrec.storage.files import open_private, read_bytes, storage_error, sync_folder, write_all

SCHEMA = 1
NAME = "edits.jsonl"

Kind = Literal["begin", "act", "undo", "redo"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. `n` counts the lines; `version` is the transcript's; `of` is the line that is undone or redone.

    A "begin" stands before the first act on a version: `base` is the SHA-256 of its file, `names` are the names that
    the speakers had by then.
    """

    n: int
    version: int
    kind: Kind
    time: str = ""
    act: Act | None = None
    of: int = 0
    base: str = ""
    names: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> str:
        """Return the line without its newline."""
        values: dict[str, Any] = {"v": SCHEMA, "n": self.n, "time": self.time, "version": self.version}
        if self.act is not None:
            values["act"] = to_dict(self.act)
        elif self.kind == "begin":
            values["begin"] = {"base": self.base, "names": self.names}
        else:
            values[self.kind] = self.of
        text = json.dumps(values, ensure_ascii=False)
        try:
            text.encode()
        except UnicodeEncodeError:  # half a surrogate pair
            return json.dumps(values)
        return text


@dataclass(frozen=True, slots=True)
class EditLog:
    """What the file holds: `size` bytes of whole lines. `problem` says in words why it can't be gone on with."""

    entries: tuple[Entry, ...] = ()
    size: int = 0
    problem: str = ""


def read_log(path: Path) -> EditLog:
    """Read the file; a missing one is empty. Never fails on what it holds.

    Raises StorageError where it can't be read at all.
    """
    try:
        data = read_bytes(path)
    except StorageError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            return EditLog()
        raise
    size = data.rfind(b"\n") + 1
    entries: list[Entry] = []
    for number, line in enumerate(data[:size].split(b"\n")[:-1], 1):
        try:
            entry = _entry(line)
            if entry.n != number:
                raise ValueError(f"it is numbered {entry.n}")
        except UnknownActError:
            return EditLog(tuple(entries), size, f"{NAME} was written by a newer version of meetrec")
        except (ValueError, RecursionError):
            return EditLog(tuple(entries), size, f"line {number} of {NAME} cannot be read")
        entries.append(entry)
    return EditLog(tuple(entries), size)


def _entry(line: bytes) -> Entry:
    values = json.loads(line)
    if not isinstance(values, dict):
        raise ValueError("not an object")
    if isinstance(values.get("v"), int) and values["v"] > SCHEMA:
        raise UnknownActError("a newer version")
    kinds: list[Kind] = [kind for kind in ("begin", "act", "undo", "redo") if kind in values]
    n, version, time = values.get("n"), values.get("version"), values.get("time", "")
    if len(kinds) != 1 or type(n) is not int or type(version) is not int or not isinstance(time, str):
        raise ValueError("not an entry")
    kind, content = kinds[0], values[kinds[0]]
    if kind == "act":
        return Entry(n, version, kind, time, act=from_dict(content))
    if kind == "begin":
        names = content.get("names") if isinstance(content, dict) else None
        if not isinstance(names, dict) or not all(isinstance(one, str) for one in names.values()):
            raise ValueError("not a beginning")
        clean = {key: one_line(name, NAME_LIMIT) for key, name in names.items()}
        return Entry(n, version, kind, time, base=str(content.get("base", "")), names=clean)
    if type(content) is not int:
        raise ValueError(f"not an {kind}")
    return Entry(n, version, kind, time, of=content)


def append_entries(path: Path, size: int, entries: Sequence[Entry]) -> int:
    """Write the entries behind the first `size` bytes, sync, and return the new size. The caller holds the lock.

    Raises StorageError, DiskFullError where no space is left: then nothing was added.
    """
    data = "".join(f"{entry.to_json()}\n" for entry in entries).encode()
    try:
        fd = _open(path)
        try:
            os.ftruncate(fd, size)  # what a killed process left of a line
            os.lseek(fd, size, os.SEEK_SET)
            try:
                write_all(fd, data)
                os.fsync(fd)
            except OSError:
                os.ftruncate(fd, size)
                raise
        finally:
            os.close(fd)
    except OSError as error:
        raise storage_error(error, path, "written") from error
    return size + len(data)


def has_grown(path: Path, size: int) -> bool:
    """Tell whether the file is another than the one that was read to `size`: longer by whole lines, or shorter."""
    try:
        fd = open_private(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError:
        return size > 0
    except OSError as error:
        raise storage_error(error, path, "read") from error
    with os.fdopen(fd, "rb") as file:
        there = os.fstat(file.fileno()).st_size
        if there <= size:
            return there < size
        file.seek(size)
        return b"\n" in file.read()


def _open(path: Path) -> int:
    try:
        fd = open_private(path, os.O_RDWR | os.O_CREAT | os.O_EXCL)
    except FileExistsError:
        return open_private(path, os.O_RDWR)
    sync_folder(path.parent)
    return fd
