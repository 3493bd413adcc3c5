"""What goes to the clipboard: text that can be pasted anywhere.

The app hands it to the terminal (OSC 52), which may take no more than a certain length and says nothing about that.
"""

from __future__ import annotations

from meetrec.core.document import Document
from meetrec.export.flow import Entry
from meetrec.export.text import line_of, plain_text

TERMINAL_BYTES = 74_994
"""What every terminal with OSC 52 takes: base64 of it fits into the 100,000 bytes that the strictest allow."""


def clipboard_text(document: Document, chosen: list[Entry] | None = None) -> str:
    """Return the session as plain text, or the chosen paragraphs alone, without a line break at the end."""
    if chosen is None:
        return plain_text(document).rstrip("\n")
    return "\n".join(line_of(entry, document) for entry in chosen)


def fits_terminals(text: str) -> bool:
    """Tell whether any terminal takes the text; a longer one may be dropped, so `meetrec export` is the surer way."""
    return len(text.encode()) <= TERMINAL_BYTES
