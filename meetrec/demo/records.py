"""What arrived at the simulated service, so that a test can tell what was sent, lost, or sent twice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from meetrec.demo.locate import Piece
from meetrec.demo.truth import Truth

Span = tuple[float, float]


@dataclass
class Upload:
    """A transcription request. `auth` is "bearer", "api-key" or "": the key itself is not kept."""

    method: str
    path: str
    auth: str
    headers: dict[str, str]
    """Lower-case names; without Authorization and api-key."""
    fields: dict[str, list[str]] = field(default_factory=dict)
    """Form fields by name; each reference is given as its length only."""
    field_order: list[str] = field(default_factory=list)
    file_name: str | None = None
    file_type: str = ""
    bytes: int = 0
    seconds: float = 0.0
    model: str = ""
    pieces: list[Piece] = field(default_factory=list)
    references: dict[str, str | None] = field(default_factory=dict)
    """Name sent → speaker found in the clip."""
    labels: dict[str, str] = field(default_factory=dict)
    """Label answered → true speaker."""
    status: int = 0
    """HTTP status answered, 0 while there is none."""
    fault: str = "ok"
    body: Any = None
    """The JSON answered, if it was one."""
    started: float = 0.0
    answered: float = 0.0
    """Seconds of the monotonic clock."""


@dataclass
class Item:
    """A turn of a link: from `start` to `end` seconds of the link's audio."""

    id: str
    previous: str | None
    start: float
    end: float = 0.0
    text: str = ""
    outcome: str = ""
    """"" until it is "completed", "failed" or "lost"."""
    pieces: list[Piece] = field(default_factory=list)


@dataclass
class LinkRecord:
    """A realtime link. `auth` as in Upload; `path` without the query."""

    number: int
    path: str
    query: dict[str, str]
    auth: str
    headers: dict[str, str]
    updates: list[dict[str, Any]] = field(default_factory=list)
    """The session.update events as they came."""
    events: dict[str, int] = field(default_factory=dict)
    """Client events by type."""
    bad_events: list[str] = field(default_factory=list)
    """Messages of the errors sent."""
    items: list[Item] = field(default_factory=list)
    seconds: float = 0.0
    audio: bytearray = field(default_factory=bytearray)
    """All PCM received, if the service was told to keep it."""
    pieces: list[Piece] = field(default_factory=list)
    """Where the audio comes from; complete once the link is closed."""
    status: int = 101
    closed: bool = False
    close_code: int | None = None


@dataclass(frozen=True)
class Coverage:
    """How much of a known recording arrived, in seconds of that recording."""

    arrived: list[Span]
    missing: list[Span]
    """Between 0 and the end of the recording."""
    repeated: list[Span]

    def missing_words(self, truth: Truth) -> list[str]:
        """The words that did not arrive."""
        return _words_in(truth, self.missing)

    def repeated_words(self, truth: Truth) -> list[str]:
        """The words that arrived more than once."""
        return _words_in(truth, self.repeated)


def coverage(truth: Truth, pieces: Iterable[Piece], least: float = 0.002) -> Coverage:
    """What of `truth` is in the pieces; spans shorter than `least` seconds are not counted as missing or repeated."""
    arrived: list[Span] = []
    repeated: list[Span] = []
    for start, end in sorted((p.truth_start, p.truth_end) for p in pieces if p.truth is truth):
        if arrived and start < arrived[-1][1]:
            repeated.append((start, min(end, arrived[-1][1])))
        if arrived and start <= arrived[-1][1] + least:
            arrived[-1] = (arrived[-1][0], max(end, arrived[-1][1]))
        else:
            arrived.append((start, end))
    edges = [0.0, *(edge for span in arrived for edge in span), truth.duration]
    missing = [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    return Coverage(arrived, [s for s in missing if s[1] - s[0] > least], [s for s in repeated if s[1] - s[0] > least])


def _words_in(truth: Truth, spans: list[Span]) -> list[str]:
    return [
        word.text
        for segment in truth.segments
        for word in segment.words
        if any(start <= word.middle < end for start, end in spans)
    ]
