"""The last gate before the terminal: whatever a widget was given, no control character leaves the app."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_KEPT = frozenset("\u200c\u200d")  # joiners: Persian, Indic scripts and emoji sequences need them
_REFUSED = frozenset({"Cc", "Cf", "Cs"})


@lru_cache(4096)
def harmless(text: str) -> str:
    """Return `text` without control and format characters; blanks stand where they took room in the layout.

    C0, C1 and DEL would drive the terminal; overrides of direction would let a line read as what it is not; half a
    surrogate pair could not be written.
    """
    return "".join(
        char if char in _KEPT or unicodedata.category(char) not in _REFUSED else " " * cell_len(char) for char in text
    )


class HarmlessFilter(LineFilter):
    """Textual passes control characters of any text on to the terminal; this filter, last in line, does not."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments with harmless text and without hyperlinks, which only outside markup could have made."""
        return [segment if _is_harmless(segment) else _cleaned(segment) for segment in segments]


def _is_harmless(segment: Segment) -> bool:
    return segment.text.isprintable() and (segment.style is None or segment.style.link is None)


def _cleaned(segment: Segment) -> Segment:
    style = segment.style
    if style is not None and style.link is not None:
        style = style.update_link(None)
    return Segment(harmless(segment.text), style, segment.control)
