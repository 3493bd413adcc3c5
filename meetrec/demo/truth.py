"""What was really said in a known recording: the answers of the simulated service are read from here."""

from __future__ import annotations

import json
from bisect import bisect_left
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from meetrec.core.errors import StorageError


@dataclass(frozen=True, slots=True)
class TruthWord:
    """One word with its times, seconds from the start of the recording."""

    text: str
    start: float
    end: float

    @property
    def middle(self) -> float:
        """Where the word counts as spoken: a cut before this point leaves the word to the later side."""
        return (self.start + self.end) / 2


@dataclass(frozen=True, slots=True)
class TruthSegment:
    """What one speaker says in one go. `words` joined by blanks is `text`."""

    speaker: str
    start: float
    end: float
    text: str
    words: tuple[TruthWord, ...]


@dataclass(frozen=True)
class Truth:
    """A known recording: its audio file, and who says what in it and when. Segments are sorted by start."""

    id: str
    title: str
    audio: Path
    duration: float
    speakers: tuple[str, ...]
    segments: tuple[TruthSegment, ...] = field(repr=False)

    def between(self, start: float, end: float) -> list[TruthSegment]:
        """The segments that have something between two times, by start."""
        first = bisect_left(self._starts, start - self._longest)
        last = bisect_left(self._starts, end)
        return [segment for segment in self.segments[first:last] if segment.end > start]

    @cached_property
    def _starts(self) -> list[float]:
        return [segment.start for segment in self.segments]

    @cached_property
    def _longest(self) -> float:
        return max((segment.end - segment.start for segment in self.segments), default=0.0)

    def words(self) -> list[str]:
        """All words in the order of their segments."""
        return [word.text for segment in self.segments for word in segment.words]


def load_truth(path: Path, audio: Path | None = None) -> Truth:
    """Read a truth file; `audio` overrides the recording it names (relative to the file).

    The file is JSON: `id`, `title`?, `audio`?, `duration`, `speakers: [{name}]`, `segments: [{speaker, start, end,
    text, words?: [[word, start, end], …]}]`. Where words have no times they are spread over their segment.
    Raises StorageError if it cannot be read or is something else.
    """
    try:
        with path.open(encoding="utf-8") as file:
            values = json.load(file)
        return Truth(
            id=str(values["id"]),
            title=str(values.get("title", values["id"])),
            audio=audio or path.parent / values.get("audio", path.with_suffix(".wav").name),
            duration=float(values["duration"]),
            speakers=tuple(str(speaker["name"]) for speaker in values["speakers"]),
            segments=tuple(sorted((_segment(row) for row in values["segments"]), key=lambda one: one.start)),
        )
    except OSError as error:
        raise StorageError(f"Cannot read {path}: {error.strerror}.") from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise StorageError(f"{path} is not a truth file: {error!r}.") from error


def _segment(row: dict[str, Any]) -> TruthSegment:
    start, end, text = float(row["start"]), float(row["end"]), str(row.get("text", ""))
    if row.get("words"):
        words = tuple(TruthWord(str(word), float(first), float(last)) for word, first, last in row["words"])
    else:
        spoken = text.split()
        each = (end - start) / max(len(spoken), 1)
        words = tuple(TruthWord(word, start + i * each, start + (i + 1) * each) for i, word in enumerate(spoken))
    return TruthSegment(str(row["speaker"]), start, end, text, words)
