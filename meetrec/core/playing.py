"""Listening to a session: what is being heard, and which words those are."""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from meetrec.core.transcript import Segment

SPEEDS = (0.75, 1.0, 1.25, 1.5, 1.75, 2.0)
"""How many times faster than it was spoken a session can be heard; the pitch stays."""
SKIP_S = 5.0
SAMPLE_S = 5.0
"""How much of a voice is played to tell whose it is."""
_JOIN_S = 0.6
_LONG_WORD = 24
_NARROW = 6

PlayState = Literal["stopped", "starting", "playing", "paused", "ended", "no output"]


@dataclass(frozen=True, slots=True)
class Playing:
    """What a player does. `position` is what is heard now, in seconds on the recording's clock, `duration` the length.

    `problem` and `hint` say why nothing is heard; they are empty while all is well.
    """

    state: PlayState = "stopped"
    position: float = 0.0
    duration: float = 0.0
    speed: float = 1.0
    problem: str = ""
    hint: str = ""

    @property
    def is_on(self) -> bool:
        """Whether sound is heard, or is about to be."""
        return self.state in ("starting", "playing")


def next_speed(speed: float, step: int) -> float:
    """Return the speed that is `step` places further in SPEEDS, the last one at either end."""
    nearest = min(range(len(SPEEDS)), key=lambda place: abs(SPEEDS[place] - speed))
    return SPEEDS[min(max(nearest + step, 0), len(SPEEDS) - 1)]


def speed_words(speed: float) -> str:
    """Return "1.25×"."""
    return f"{speed:g}×"


def spoken_spans(segments: Iterable[Segment], speaker: str, start: float = 0.0) -> list[tuple[float, float]]:
    """Return when `speaker` (an id) speaks from `start` on; pauses of less than 0.6 s divide nothing."""
    spans: list[tuple[float, float]] = []
    for one in segments:
        if one.speaker != speaker or one.end <= start:
            continue
        if spans and one.start - spans[-1][1] < _JOIN_S:
            spans[-1] = spans[-1][0], max(spans[-1][1], one.end)
        else:
            spans.append((max(one.start, start), one.end))
    return spans


def segment_at(segments: Sequence[Segment], starts: Sequence[float], seconds: float) -> int | None:
    """Return the index of the segment that is heard at a time: the last that began; None before the first.

    `starts` are the segments' starts, sorted as the segments are.
    """
    place = bisect_right(starts, seconds) - 1
    return place if place >= 0 and segments else None


def word_at(segment: Segment, seconds: float) -> tuple[int, int] | None:
    """Return where in the text of a segment the word stands that is heard at a time, None once the segment is over.

    Services tell when a segment begins and ends, not when each word does. So it is supposed that every letter takes the
    same time: in a segment of a few seconds that is right to within a word or two. Where no spaces divide words, a few
    letters stand for the word.
    """
    length = segment.end - segment.start
    if not segment.text or not math.isfinite(seconds) or not segment.start <= seconds < segment.end or length <= 0:
        return None
    place = min(int((seconds - segment.start) / length * len(segment.text)), len(segment.text) - 1)
    for word in re.finditer(r"\S+", segment.text):
        if word.end() > place:
            if word.end() - word.start() <= _LONG_WORD:
                return word.span()
            first = max(word.start(), place - place % _NARROW)
            return first, min(first + _NARROW, word.end())
    return None
