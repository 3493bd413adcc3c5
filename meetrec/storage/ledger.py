"""The ledger: one line for every request that left this machine. It holds where and how much, never a key or a word."""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from meetrec.core.events import RequestSent, from_dict
from meetrec.core.sanitize import one_line
from meetrec.storage.files import make_folder, open_private, storage_error, write_all
from meetrec.storage.journal import local_time, read_lines

SHOWN_QUERY = frozenset({"intent", "model", "api-version"})
UNREADABLE = "(unreadable address)"


class Ledger:
    """Appends to and reads `path`. Several processes may append at the same time: a line is one write."""

    def __init__(self, path: Path, *, clock: Callable[[], datetime] = local_time) -> None:
        self.path = path
        self._clock = clock

    def append(self, sent: RequestSent) -> None:
        """Note a request. Raises StorageError."""
        row = {
            "time": sent.time or self._clock().isoformat(timespec="milliseconds"),
            "method": one_line(sent.method, 16),
            "url": without_secrets(sent.url),
            "purpose": one_line(sent.purpose, 100),
            "bytes": sent.bytes,
            "status": sent.status,
            "session": one_line(sent.session, 200),
        }
        make_folder(self.path.parent)
        try:
            fd = self._open()
            try:
                write_all(fd, json.dumps(row, ensure_ascii=False).encode() + b"\n")
            finally:
                os.close(fd)
        except OSError as error:
            raise storage_error(error, self.path, "written") from error

    def _open(self) -> int:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        try:
            return open_private(self.path, flags | os.O_EXCL)
        except FileExistsError:
            return open_private(self.path, flags)

    def read(self, limit: int | None = None) -> list[RequestSent]:
        """Return the last `limit` requests (all of them for None), oldest first; unreadable lines are passed over."""
        rows: deque[RequestSent] = deque(maxlen=limit)
        for line in read_lines(self.path):
            try:
                values = json.loads(line)
            except (ValueError, RecursionError):
                continue
            row = from_dict({**values, "type": RequestSent.type}) if isinstance(values, dict) else None
            if isinstance(row, RequestSent):
                rows.append(row)
        return list(rows)


def without_secrets(url: str) -> str:
    """Return the address without user, password, fragment, and the values of all but a few harmless parameters."""
    try:
        parts = urlsplit(one_line(url, 2000))
        host = parts.hostname or ""
        place = f"[{host}]" if ":" in host else host
        place += f":{parts.port}" if parts.port is not None else ""
        query = [(one_line(key, 40), value if key in SHOWN_QUERY else "***") for key, value in parse_qsl(parts.query)]
    except ValueError:
        return UNREADABLE
    return urlunsplit((parts.scheme, place, parts.path, urlencode(query, safe="*"), "")) if host else UNREADABLE
