"""What tells whether a session changed: the times and sizes of its files, nothing of which is opened."""

from __future__ import annotations

import os
import time
from pathlib import Path

_FILES = frozenset({"session.toml", "events.jsonl", "edits.jsonl", "minutes.md"})
SETTLED_NS = 2_000_000_000
"""File systems tell time in steps of up to two seconds; a file younger than that may change without a new stamp."""


def stamp_of(folder: Path) -> str:
    """Return what tells whether a session's files are the same as before; empty where there is no folder."""
    parts, latest = [], 0
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name in _FILES or entry.name.startswith(("transcript", "audio")):
                    status = entry.stat(follow_symlinks=False)
                    parts.append(f"{entry.name} {status.st_mtime_ns} {status.st_size}")
                    latest = max(latest, status.st_mtime_ns)
    except FileNotFoundError:
        return "" if not folder.is_dir() else "changing"
    except NotADirectoryError:
        return ""
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    settling = abs(time.time_ns() - latest) < SETTLED_NS
    return " ".join(sorted(parts)) + (f" settling {time.time_ns()}" if settling else " settled")
