"""What is in a session's folder, in words: whoever deletes it is told first."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path

from meetrec.storage.session_folder import SessionFolder

_MEGA = 1_000_000


def contents(folder: SessionFolder, *, audio_only: bool = False) -> list[str]:
    """Return what deleting the session, or its sound alone, takes away: "58 MB of sound", "the minutes"."""
    told = []
    sound = _bytes(folder.path.glob("audio*.wav"))
    if sound:
        told.append(f"{sound / _MEGA:,.0f} MB of sound" if sound >= _MEGA else "the sound")
    if audio_only:
        return told or ["no sound is there"]
    versions = len(folder.versions())
    if folder.minutes.exists() or versions:
        told.append("the minutes" + (f" in {versions} versions" if versions > 1 else ""))
    if folder.events_path.exists():
        told.append("captions, marks and notes")
    return told or ["an empty folder"]


def _bytes(paths: Iterable[Path]) -> int:
    total = 0
    for path in paths:
        with contextlib.suppress(OSError):  # it went in this moment
            total += path.stat().st_size
    return total
