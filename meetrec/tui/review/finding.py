"""Finding text in the lines of a session, whatever its case and accents. Values in, values out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from meetrec.core.query import fold
from meetrec.tui.turns import Line

Marked = tuple[tuple[int, int], ...]


class Finder:
    """Remembers how texts are compared: while somebody types, the same thousands are looked through again and again."""

    def __init__(self) -> None:
        self._folded: dict[str, str] = {}

    def found(self, lines: Sequence[Line], text: str) -> list[int]:
        """Return which lines hold the text, as indexes."""
        wanted = fold(" ".join(text.split()))
        if not wanted:
            return []
        return [index for index, line in enumerate(lines) if wanted in self._of(line.text)]

    def prepare(self, lines: Sequence[Line]) -> None:
        """Do now, in a thread, what the first letter would wait for: accents are taken from 20,000 lines in 0.1 s."""
        for line in lines:
            self._of(line.text)

    def _of(self, text: str) -> str:
        if text.isascii():
            return text.lower()
        known = self._folded.get(text)
        if known is None:
            known = self._folded[text] = fold(text)
        return known


def marked(text: str, wanted: str) -> Marked:
    """Return where the text holds what is wanted: (first, behind the last) characters."""
    pattern = fold(" ".join(wanted.split()))
    if not pattern:
        return ()
    folded, owners = text.lower(), None
    if not text.isascii():
        pieces = [fold(char) for char in text]
        folded = "".join(pieces)
        owners = [place for place, piece in enumerate(pieces) for _ in piece]
    spans = [found.span() for found in re.finditer(re.escape(pattern), folded)]
    if owners is None:
        return tuple(spans)
    return tuple((owners[start], owners[end - 1] + 1) for start, end in spans)


def in_lines(lines: Sequence[str], text: str, spans: Marked) -> list[Marked]:
    """Return the spans of a text as spans of the lines into which it was wrapped."""
    placed: list[Marked] = []
    at = 0
    for line in lines:
        start = text.find(line, at)
        start, end = (start, start + len(line)) if start >= 0 else (at, at)
        placed.append(
            tuple(
                (max(one, start) - start, min(other, end) - start)
                for one, other in spans
                if one < end and other > start
            )
        )
        at = end
    return placed
