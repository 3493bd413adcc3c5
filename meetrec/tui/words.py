"""The states of sessions told in words, so that nothing is told by color alone. Values in, words out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from meetrec.core.session import SessionState, SortKey

if TYPE_CHECKING:  # the first screen is there sooner
    from meetrec.core.document import Document

Tone = Literal["good", "warn", "bad", "quiet"]


def refusal_words(*sentences: str) -> str:
    """Return sentences of an error as lines of their own, each with a capital and a full stop; the first has none."""
    lines = [one[:1].upper() + one[1:] for one in sentences if one]
    return "\n".join([*lines[:1], *(one if one.endswith((".", "?", "!")) else f"{one}." for one in lines[1:])])


def moment_words(kind: str, text: str) -> str:
    """Return how a mark, a note, a remark or a fault is shown among captions and turns."""
    match kind:
        case "mark":
            return f"◆ Mark: {text}" if text else "◆ Mark"
        case "note":
            return f"▸ Note: {text}"
        case "fault":
            return f"! {text}"
        case _:
            return f"– {text}"


def state_words(state: SessionState) -> tuple[str, str, Tone]:
    """Return shape, two words and tone of a session's state in the library."""
    match state:
        case "recording":
            return "●", "recording", "bad"
        case "finishing":
            return "○", "in the making", "quiet"
        case "finished":
            return "✓", "minutes", "good"
        case "failed":
            return "×", "failed", "bad"
        case "recorded":
            return "!", "no minutes", "warn"


def state_sentence(state: SessionState, problem: str) -> tuple[str, Tone]:
    """Return a session's state in a sentence, for the preview."""
    because = f": {problem}" if problem else ""
    match state:
        case "recording":
            return "● Recording now", "bad"
        case "finishing":
            return "○ The minutes are being made", "quiet"
        case "finished":
            return "✓ Minutes ready", "good"
        case "failed":
            return f"× Failed{because}", "bad"
        case "recorded":
            return f"! Recorded, minutes not made{because}", "warn"


def people_words(names: Sequence[str]) -> str:
    """Return "Ana, Ben +2"."""
    return ", ".join(names[:2]) + (f" +{len(names) - 2}" if len(names) > 2 else "")


def shelf_words(shown: int, count: int, narrowed: str, sort: SortKey) -> tuple[str, str]:
    """Return how many sessions are shown, and which, in which order."""
    if not count:
        return "", ""
    order = {"date": "newest first", "title": "by title", "length": "longest first"}[sort]
    if narrowed:
        return f"{shown:,} of {count:,} sessions", f"{narrowed} · {order} · Esc shows all"
    return f"{count:,} session{'s' if count != 1 else ''}", f"Your meetings, {order}"


def draft_words(document: Document) -> str:
    """Return the sentence that says that captions stand in for the minutes; empty where minutes are there."""
    if not document.is_draft:
        return document.problem and f"! {document.problem}"
    draft = "First draft from live captions" if document.captions else "No captions were kept"
    if document.state == "finishing":
        return f"{draft}; the minutes are being made."
    why = f": {document.problem}" if document.problem else ""
    return f"! {draft}; minutes not made{why}. Press f to make them."


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def date_words(at: datetime) -> str:
    """Return "Fri 20 Nov 2026, 14:05" whatever the locale: sessions look alike on every machine."""
    return f"{_DAYS[at.weekday()]} {at.day} {_MONTHS[at.month - 1]} {at.year}, {at:%H:%M}"


def short_date_words(at: datetime) -> str:
    """Return "20 Nov, 14:05" for narrow places."""
    return f"{at.day} {_MONTHS[at.month - 1]}, {at:%H:%M}"
