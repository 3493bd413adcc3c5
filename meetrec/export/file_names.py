"""File names for exports: whatever the title, one harmless component that any system takes."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

from meetrec.core.sanitize import sanitize

CHARS_LIMIT = 120
BYTES_LIMIT = 200  # of the 255 that file systems take: room for a suffix and " (2)"
_FORBIDDEN = re.compile(r'[/\\:*?"<>|\x00-\x1f\x7f]+')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?=\.|$)", re.IGNORECASE)


def file_name(title: str, suffix: str, started_at: datetime | None = None) -> str:
    """Return "2026-11-20 Weekly sync.md": the day where it is given, what is harmless of the title, the suffix.

    Never empty, hidden, an option, a reserved name of Windows, or longer than 200 bytes and the suffix.
    """
    day = f"{started_at:%Y-%m-%d} " if started_at is not None else ""
    return safe_component(f"{day}{title}") + suffix


def safe_component(text: str) -> str:
    """Return a name for a file made of `text`, without anything that a shell or a file system could take amiss."""
    shown = unicodedata.normalize("NFC", sanitize(text))
    name = " ".join(_FORBIDDEN.sub(" ", shown).split())
    name = _cut(name.lstrip(".-~ "))
    if _RESERVED.match(name):
        name = f"_{name}"
    return name or "meeting"


def _cut(name: str) -> str:
    """Return at most 120 characters and 200 bytes, ending in neither a dot nor a blank (Windows drops those)."""
    cut = name[:CHARS_LIMIT].encode()[:BYTES_LIMIT].decode("utf-8", "ignore")
    return cut.rstrip(". \u200d")
