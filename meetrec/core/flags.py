"""What in a transcript deserves a second look: speakers in doubt, uncertain words, and text that repeats itself.

Speech models, left with silence or music, may say a phrase over and over. A phrase said four times in a row is flagged,
a single word six times ("no, no, no" is how people speak). Nothing is hidden or changed.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import eq
from typing import Literal

from meetrec.core.editing.retext import WIDE
from meetrec.core.transcript import Segment, Transcript

PHRASE_TIMES, WORD_TIMES = 4, 6
LONGEST_PHRASE = 24
UNCERTAIN, REPEATED, UNSURE = "speaker uncertain", "text repeats itself", "text uncertain"
_WORD = re.compile(rf"[{WIDE}]|[^\W{WIDE}]+")

FlagKind = Literal["speaker", "text", "loop"]


@dataclass(frozen=True, slots=True)
class Flag:
    """Why a segment deserves a second look; `words` say it to a person, `why` says more where more is known."""

    kind: FlagKind
    words: str
    why: str = ""


def flags(transcript: Transcript) -> dict[int, tuple[Flag, ...]]:
    """Return the flags of each segment that has any, by segment id, in the order of the transcript.

    80,000 words take about 0.2 s; after an act that changes no text, `with_doubts` is enough.
    """
    return with_doubts(transcript, repeated(transcript.segments))


def with_doubts(transcript: Transcript, loops: frozenset[int]) -> dict[int, tuple[Flag, ...]]:
    """Return the flags where it is known which segments repeat themselves (`repeated`)."""
    found: dict[int, tuple[Flag, ...]] = {}
    for one in transcript.segments:
        if one.doubt or one.unsure or one.id in loops:
            told = [Flag("speaker", UNCERTAIN, one.doubt)] if one.doubt else []
            told += [Flag("text", UNSURE, one.unsure)] if one.unsure else []
            found[one.id] = (*told, Flag("loop", REPEATED)) if one.id in loops else tuple(told)
    return found


def repeated(segments: Sequence[Segment]) -> frozenset[int]:
    """Return the ids of the segments that are part of a loop, within one or over several."""
    words: list[str] = []
    ends: list[int] = []
    for segment in segments:
        words += _WORD.findall(segment.text.casefold())
        ends.append(len(words))
    found: set[int] = set()
    for start, end in _suspicious(words):
        for first, last in _loops(words[start:end]):
            one, other = bisect_right(ends, start + first), bisect_left(ends, start + last)
            found.update(segments[place].id for place in range(one, min(other, len(segments) - 1) + 1))
    return frozenset(found)


def _suspicious(words: Sequence[str]) -> list[tuple[int, int]]:
    """Return the stretches in which every word has been said shortly before: only there a loop can be."""
    last: dict[str, int] = {}
    stretches: list[tuple[int, int]] = []
    begin = None
    for place, word in enumerate([*words, ""]):
        again = place - last.get(word, -LONGEST_PHRASE - 1) <= LONGEST_PHRASE and place < len(words)
        last[word] = place
        if again and begin is None:
            begin = place
        elif not again and begin is not None:
            if place - begin >= WORD_TIMES - 1:
                stretches.append((max(0, begin - LONGEST_PHRASE), place))
            begin = None
    return stretches


def _loops(words: Sequence[str]) -> list[tuple[int, int]]:
    """Return the stretches that are one phrase, again and again."""
    found = []
    for length in range(1, LONGEST_PHRASE + 1):
        times = WORD_TIMES if length == 1 else PHRASE_TIMES
        same = bytes(map(eq, words, words[length:]))  # a regular expression finds the runs ten times faster than a loop
        for run in re.finditer(rb"\x01{%d,}" % ((times - 1) * length), same):
            whole = (run.end() - run.start()) // length + 1
            found.append((run.start(), run.start() + whole * length))
    return found


def next_flagged(transcript: Transcript, found: Mapping[int, object], at: int, *, back: bool = False) -> int | None:
    """Return the place of the next flagged segment after place `at` (before it, with `back`), around the end.

    `at` may be -1, for the first. None where nothing is flagged.
    """
    places = [place for place, one in enumerate(transcript.segments) if one.id in found]
    if not places:
        return None
    if back:
        return places[bisect_left(places, at) - 1]
    return places[bisect_right(places, at) % len(places)]
