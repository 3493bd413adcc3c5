"""Minutes as plain text: one line a turn."""

from __future__ import annotations

from meetrec.core.clock import format_clock
from meetrec.core.document import Document
from meetrec.export.flow import Entry, entries, gap_words, headline, plain, remarks_on


def plain_text(document: Document) -> str:
    """Return the whole file."""
    head = [plain(document.session.title), headline(document), *(f"({one})" for one in remarks_on(document))]
    lines = [_line(entry, document) for entry in entries(document)]
    return "\n".join([*head, "", *lines] if lines else head) + "\n"


def _line(entry: Entry, document: Document) -> str:
    at = f"[{format_clock(entry.start)}]"
    if entry.kind == "gap":
        return f"{at} ({gap_words(entry, document)})"
    if entry.kind == "mark":
        return f"{at} ★ {entry.text}".rstrip()
    if entry.kind == "note":
        return f"{at} ✎ {entry.text}".rstrip()
    return f"{at} {entry.name}: {entry.text}" if entry.name else f"{at} {entry.text}"
