"""Subtitle cues: what is read at once on a screen. Times rise, never overlap, and no cue ends before it starts."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from meetrec.core.document import Document
from meetrec.core.transcript import Segment
from meetrec.export.flow import plain, speaker_names, spoken

LINE_CHARS = 42
LINES = 2
LONGEST_MS = 7000
SHORTEST_MS = 400
NAME_CHARS = 24
STEP = 3
"""Lines are even to so many characters: nobody sees one more, and each look costs time."""


@dataclass(frozen=True, slots=True)
class Cue:
    """At most two lines of at most 42 characters, shown for at most seven seconds. `name` is who speaks, if known."""

    start_ms: int
    end_ms: int
    name: str
    lines: tuple[str, ...]


def cues(document: Document, *, names_in_text: bool) -> list[Cue]:
    """Return the cues of the transcript, or of the captions while there is none.

    With `names_in_text` a change of speaker is told in the text ("Ana: …"), for formats that have no place for it.
    """
    transcript = spoken(document)
    names = speaker_names(transcript)
    raw: list[Cue] = []
    before = ""
    for segment in transcript.segments:
        name = names.get(segment.speaker, "")
        told = f"{_short(name)}: " if names_in_text and name and name != before else ""
        raw += _cut(segment, name, told + plain(segment.text)) if plain(segment.text) else []
        before = name
    raw.sort(key=lambda cue: cue.start_ms)
    return list(_apart(raw))


def _short(name: str) -> str:
    return name if len(name) <= NAME_CHARS else name[: NAME_CHARS - 1] + "…"


def _cut(segment: Segment, name: str, text: str) -> list[Cue]:
    """Divide one segment into cues, its time by the length of the text."""
    groups = _groups(text)
    start, total = max(0.0, segment.start) * 1000, sum(len(line) for group in groups for line in group)
    length = max(0.0, segment.end * 1000 - start)
    found, done = [], 0
    for group in groups:
        size = sum(map(len, group))
        begin, end = start + length * done / total, start + length * (done + size) / total
        found.append(Cue(round(begin), round(end), name, group))
        done += size
    return found


def _groups(text: str) -> list[tuple[str, ...]]:
    """Return the lines of as few cues as hold the text, none much longer than the others: no word flashes up alone."""
    lines = wrapped(text)
    groups = [tuple(lines[at : at + LINES]) for at in range(0, len(lines), LINES)]
    word = max(map(len, text.split()), default=0)
    if len(lines) < 2 or word > LINE_CHARS:  # words that must be cut stay as they were cut
        return groups
    for longest in range(max(word, len(text) // len(groups)), LINE_CHARS * LINES, STEP):
        packed = wrapped(text, longest)
        if len(packed) <= len(groups):
            balanced = [_even(one) for one in packed]
            if all(len(one) <= LINES for one in balanced):
                return balanced
    return groups


def _even(text: str) -> tuple[str, ...]:
    """Return the text in as few lines as it needs, of about the same length."""
    as_it_comes = wrapped(text)
    if len(as_it_comes) < 2:
        return tuple(as_it_comes)
    word = max(map(len, text.split()))
    for width in range(max(word, len(text) // len(as_it_comes)), LINE_CHARS, STEP):
        even = wrapped(text, width)
        if len(even) <= len(as_it_comes):
            return tuple(even)
    return tuple(as_it_comes)


def _apart(raw: list[Cue]) -> Iterator[Cue]:
    """Let no cue overlap the next: who speaks at the same time follows as soon as the other could be read."""
    free_ms = 0
    for index, cue in enumerate(raw):
        start = max(cue.start_ms, free_ms)
        end = min(cue.end_ms, start + LONGEST_MS)
        if index + 1 < len(raw):
            end = min(end, raw[index + 1].start_ms)
        free_ms = max(end, start + SHORTEST_MS)
        yield Cue(start, free_ms, cue.name, cue.lines)


def wrapped(text: str, width: int = LINE_CHARS) -> list[str]:
    """Return the text in lines of at most `width` characters, cut inside a word only where it is longer than that."""
    lines: list[str] = []
    line = ""
    used = 0
    for word in text.split():
        size = len(word)
        if used and used + size < width:
            line = f"{line} {word}"
            used += size + 1
            continue
        if used:
            lines.append(line)
        if size > width:
            *whole, line = _pieces(word, width)
            lines += whole
        else:
            line = word
        used = len(line)
    return [*lines, line] if used else lines


def _pieces(word: str, width: int) -> Iterator[str]:
    while len(word) > width:
        at = _cut_before(word, width)
        yield word[:at]
        word = word[at:]
    yield word


def _cut_before(word: str, width: int) -> int:
    """Return where to cut so that no mark or joiner is torn from its letter, `width` where there is no such place."""
    for at in range(width, width // 2, -1):
        if not _clings(word[at]) and word[at - 1] != "\u200d":
            return at
    return width


def _clings(char: str) -> bool:
    return unicodedata.combining(char) > 0 or unicodedata.category(char) in {"Mn", "Mc", "Me"} or char == "\u200d"
