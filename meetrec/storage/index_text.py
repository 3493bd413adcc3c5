"""What of a session can be searched, and how text goes into the index.

SQLite's tokenizer ends words at blanks. Languages that write none get one, invisible, around each character, so that
any stretch of them is found as a phrase; `marked` takes them out again.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:  # the first screen is there sooner
    from meetrec.core.document import Document


LINES_LIMIT = 1 << 20
BREAK = "\ue000"
"""Between the lines of a session: no phrase goes over it. `sanitize` lets no such character into a text."""
OPENING, CLOSING = "\x02", "\x03"
_APART = "\u200b"
_SHOWN_BEFORE, _SHOWN = 80, 240
_MARKS = "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd\u102b-\u103e\u17b6-\u17d3"
_CHARS = re.compile(
    # Thai, Lao, Myanmar, Khmer, kana, Han, Hangul
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
    f"\U00020000-\U0003ffff][{_MARKS}]*)"
)


class Line(NamedTuple):
    """What was said, noted or marked at a time; `said` and `speaker` are as the index wants them."""

    at: float
    kind: str
    said: str
    speaker: str


def apart(text: str) -> str:
    """Return the text for the index."""
    if text.isascii():
        return text
    return _CHARS.sub(f"{_APART}\\1{_APART}", unicodedata.normalize("NFC", text))


def phrase(text: str) -> str:
    """Return words that stand together, as an expression of FTS5; whatever they are, nothing in them is one."""
    return '"' + apart(text).replace('"', " ") + '"'


def lines_of(document: Document) -> list[Line]:
    """Return all that can be found in a session, by time: the captions only as long as there is no transcript."""
    lines = [Line(one.at, "note", apart(one.text), "") for one in document.notes]
    lines += [Line(one.at, "mark", apart(one.text), "") for one in document.marks if one.text]
    transcript = document.transcript
    if transcript is None:
        lines += [Line(one.start, "caption", apart(one.text), "") for one in document.captions]
    else:
        names = {one.id: apart(one.name) for one in transcript.speakers}
        lines += [
            Line(one.start, "said", apart(one.text), names.get(one.speaker, one.speaker)) for one in transcript.segments
        ]
    return sorted(lines, key=lambda line: line.at)[:LINES_LIMIT]


def marked(highlighted: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Return a line as it is read, cut around what was found, and the spans of what was found.

    `highlighted` is what FTS5's highlight() made with OPENING and CLOSING.
    """
    text, spans, at = "", [], 0
    pieces = re.split(f"([{OPENING}{CLOSING}])", highlighted.replace(_APART, ""))
    for piece in pieces:
        if piece == OPENING:
            at = len(text)
        elif piece == CLOSING:
            spans.append((at, len(text)))
        else:
            text += piece
    return _cut(text, spans)


def _cut(text: str, spans: list[tuple[int, int]]) -> tuple[str, tuple[tuple[int, int], ...]]:
    if len(text) <= _SHOWN:
        return text, tuple(spans)
    first = max(0, (spans[0][0] if spans else 0) - _SHOWN_BEFORE)
    if first:
        first = text.find(" ", first, first + 20) + 1 or first
    head = "… " if first else ""
    shown = text[first : first + _SHOWN].rstrip()
    tail = " …" if first + _SHOWN < len(text) else ""
    moved = [(start - first + len(head), end - first + len(head)) for start, end in spans]
    return head + shown + tail, tuple(span for span in moved if span[1] <= len(head) + len(shown))
