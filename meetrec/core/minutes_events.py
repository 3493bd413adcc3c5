"""The part of the vocabulary that tells how the minutes are made; use it through meetrec.core.events."""

from __future__ import annotations

from dataclasses import dataclass

from meetrec.core.event import Event


@dataclass(frozen=True, kw_only=True)
class MinutesStarted(Event):
    """Minutes are being made: `parts` requests, of which `done` were answered in an earlier run."""

    type = "minutes.started"
    parts: int
    done: int = 0
    model: str = ""


@dataclass(frozen=True, kw_only=True)
class PartSent(Event):
    """Part `part` (from `start` to `end` seconds) is on its way; `of` is how many there are, 0 while unknown."""

    type = "part.sent"
    part: int
    of: int = 0
    start: float
    end: float
    bytes: int = 0


@dataclass(frozen=True, kw_only=True)
class PartDone(Event):
    """The answer to part `part` is kept."""

    type = "part.done"
    part: int
    of: int = 0
    start: float
    end: float
    segments: int = 0
    took: float = 0.0
    """Seconds from the request to the answer."""
    unanswered: int = 0
    """How many requests before had no answer, and may be charged."""


@dataclass(frozen=True, kw_only=True)
class PartFailed(Event):
    """Part `part` has no answer: why, and what to do."""

    type = "part.failed"
    part: int
    of: int = 0
    start: float
    end: float
    why: str
    hint: str = ""
    unanswered: int = 0
    """How many requests had no answer, and may be charged."""


@dataclass(frozen=True, kw_only=True)
class MinutesReady(Event):
    """The minutes stand in `path`. `missing` counts the parts that could not be transcribed."""

    type = "minutes.ready"
    path: str
    segments: int = 0
    speakers: int = 0
    missing: int = 0


@dataclass(frozen=True, kw_only=True)
class MinutesFailed(Event):
    """Recorded, minutes not made: why, and what to do."""

    type = "minutes.failed"
    why: str
    hint: str = ""
