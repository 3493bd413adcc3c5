"""Which words of a transcript are uncertain: those of which the live captions heard little or nothing.

Captions and minutes come from two models that heard the same sound independently of each other. Where they hardly have
a word in common one of them is wrong; where the captions heard nobody at all, the words may be invented, as models do
with silence. It costs no request. Nothing is said where the two do not compare: no captions, or another language.
"""

from __future__ import annotations

import dataclasses
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate

from meetrec.core.captions import Caption
from meetrec.core.editing.retext import WIDE
from meetrec.core.transcript import Segment, Transcript

OTHERWISE = "the live captions heard something else"
NOTHING = "the live captions heard nobody there"
WORDS_TO_DIFFER, WORDS_FROM_NOWHERE = 5, 3
"""Fewer words prove nothing: "yes, right" is heard in many ways, or not at all."""
ALIKE = 1 / 3
"""The share of words that must be in the captions, too; two good models have nine of ten in common."""
SLACK_S = 2.0
"""Captions and minutes agree on times to about this."""
MOST = 0.2
"""The two do not compare where more than this share of the segments would be uncertain."""
_WORD = re.compile(rf"[{WIDE}]|[^\W{WIDE}]+")


def compared(transcript: Transcript, captions: Sequence[Caption]) -> Transcript:
    """Return the transcript in which `unsure` says of segments what the captions (final ones, by start) make doubtful.

    20,000 segments take about half a second.
    """
    if not captions:
        return transcript
    heard = _Heard(captions)
    found = {one.id: why for one in transcript.segments if not one.unsure and (why := heard.doubt(one))}
    if not found or len(found) > MOST * len(transcript.segments):
        return transcript
    segments = (
        dataclasses.replace(one, unsure=found[one.id]) if one.id in found else one for one in transcript.segments
    )
    return dataclasses.replace(transcript, segments=tuple(segments))


class _Heard:
    """The words of the captions by time."""

    def __init__(self, captions: Sequence[Caption]) -> None:
        self._captions = captions
        self._words = [_words(one.text) for one in captions]
        self._starts = [one.start for one in captions]
        self._ends = list(accumulate((one.end for one in captions), max))  # never falling, so that they can be searched

    def doubt(self, segment: Segment) -> str:
        words = _words(segment.text)
        if len(words) < WORDS_FROM_NOWHERE or segment.end < self._starts[0] or segment.start > self._ends[-1]:
            return ""  # captions began later, or ended before
        first = bisect_left(self._ends, segment.start - SLACK_S)
        last = bisect_left(self._starts, segment.end + SLACK_S)
        if any(one.uncertain for one in self._captions[first:last]):
            return ""
        there = Counter(word for place in range(first, last) for word in self._words[place])
        if not there:
            return NOTHING
        alike = (Counter(words) & there).total()
        return OTHERWISE if len(words) >= WORDS_TO_DIFFER and alike < ALIKE * len(words) else ""


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())
