"""What a search finds: sessions, and in each the lines that hold what was looked for."""

from __future__ import annotations

from dataclasses import dataclass

from meetrec.core.session import SessionSummary


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A line in which something was found, `at` seconds on the recording's clock.

    `kind` is "said", "caption" (there is no transcript), "note" or "mark"; `marked` are the spans of `text` that were
    looked for, as (first, behind the last) characters.
    """

    at: float
    kind: str
    text: str
    speaker: str = ""
    marked: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Found:
    """A session in which something was found: `count` lines, of which `hits` are some, by time."""

    session: SessionSummary
    hits: tuple[Hit, ...] = ()
    count: int = 0


@dataclass(frozen=True, kw_only=True)
class Results:
    """Sessions in which a query was found, newest first: some of `sessions` in all.

    `read` of `known` sessions are in the index by now; the others are being read.
    """

    found: tuple[Found, ...] = ()
    sessions: int = 0
    read: int = 0
    known: int = 0
