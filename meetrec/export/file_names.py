"""File names for exports: whatever the title, one harmless component that any system takes."""

from __future__ import annotations

import re
import unicodedata

from meetrec.core.document import Document
from meetrec.core.errors import SettingsError
from meetrec.core.sanitize import sanitize
from meetrec.export.flow import speaker_names, spoken
from meetrec.export.placeholders import check_names, filled, placeholders

WORDS = ("title", "date", "time", "id", "speakers")
"""The placeholders of a pattern."""

CHARS_LIMIT = 120
BYTES_LIMIT = 200  # of the 255 that file systems take: room for a suffix and " (2)"
_FORBIDDEN = re.compile(r'[/\\:*?"<>|\x00-\x1f\x7f]+')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?=\.|$)", re.IGNORECASE)


def file_name(document: Document, suffix: str, pattern: str = "{title}") -> str:
    """Return "Weekly sync.md": the pattern with its placeholders filled in, what is harmless of it, the suffix.

    Never empty, hidden, an option, a reserved name of Windows, or longer than 200 bytes and the suffix; of a long title
    less is kept, so that what stands behind it stays.
    """
    session = document.session
    values = {
        "title": "",
        "date": f"{session.started_at:%Y-%m-%d}",
        "time": f"{session.started_at:%H-%M}",
        "id": session.id,
        "speakers": ", ".join(dict.fromkeys(speaker_names(spoken(document)).values())),
    }
    rest = filled(pattern, values)
    times = max(1, placeholders(pattern).count("title"))
    room, room_bytes = CHARS_LIMIT - len(rest), BYTES_LIMIT - len(rest.encode("utf-8", "replace"))
    title = _cut(_harmless(session.title), max(0, room // times), max(0, room_bytes // times))
    return safe_component(filled(pattern, {**values, "title": title})) + suffix


def check_pattern(pattern: str) -> None:
    """Raise SettingsError where the pattern cannot make file names."""
    check_names(pattern, WORDS, "export.file_name")
    if "/" in pattern or "\\" in pattern:
        raise SettingsError("export.file_name is a path, it must be a name", "choose the folder with -o FOLDER")


def safe_component(text: str) -> str:
    """Return a name for a file made of `text`, without anything that a shell or a file system could take amiss."""
    name = _cut(_harmless(text).lstrip(".-~ "))
    if _RESERVED.match(name):
        name = f"_{name}"
    return name or "meeting"


def _harmless(text: str) -> str:
    shown = unicodedata.normalize("NFC", sanitize(text))
    return " ".join(_FORBIDDEN.sub(" ", shown).split())


def _cut(name: str, chars: int = CHARS_LIMIT, size: int = BYTES_LIMIT) -> str:
    """Return at most so many characters and bytes, ending in neither a dot nor a blank (Windows drops those)."""
    cut = name[:chars].encode()[:size].decode("utf-8", "ignore")
    return cut.rstrip(". \u200d")
