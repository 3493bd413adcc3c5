"""Joining two neighboring parts that overlap by a few seconds: no word lost, none twice.

The cut between them lies in the quietest place of the overlap. A segment belongs to the side that has its middle. What
only one side heard is kept from that side; what both kept, because each heard but a piece of a long segment, is joined
where their words agree.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from meetrec.core.transcript import Said

NEAR_S = 1.5
"""How far apart two services' times of the same words may lie."""
SAME_SHARE = 0.5
"""The share of a segment's words that must stand in another for the two to be the same speech."""


@dataclass(frozen=True, slots=True)
class Placed:
    """What was said, and in which part's answer it stands."""

    part: int
    said: Said


def join(before: Sequence[Placed], after: Sequence[Placed], *, cut: float, start: float, end: float) -> list[Placed]:
    """Join what two parts heard; `start` to `end` is the time that both heard, `cut` the place between them."""
    left = [one for one in before if _middle(one.said) < cut or not _both_heard(one.said, start, end)]
    right = [one for one in after if _middle(one.said) >= cut or not _both_heard(one.said, start, end)]
    left += [one for one in before if one not in left and not _stands_in(one.said, right)]
    right += [one for one in after if one not in right and not _stands_in(one.said, left)]
    near = [one for one in left if one.said.end > start - NEAR_S]
    trimmed = [_without_repeated(one, near) if one.said.start < end + NEAR_S else one for one in right]
    joined = [*left, *(one for one in trimmed if one is not None)]
    return sorted(joined, key=lambda one: (one.said.start, one.said.end))


def words_of(text: str) -> list[str]:
    """Return the words of a text as they are compared: lower case, without punctuation at their ends."""
    return [word for word in (raw.lower().strip(".,?!;:\"'()[]{}…–—-“”’ ") for raw in text.split()) if word]


def _middle(said: Said) -> float:
    return (said.start + said.end) / 2


def _both_heard(said: Said, start: float, end: float) -> bool:
    return said.end > start and said.start < end


def _stands_in(said: Said, others: Sequence[Placed]) -> bool:
    """Tell whether most of the words stand in segments of the other side at the same time."""
    words = words_of(said.text)
    heard = [word for one in others if _meet(said, one.said) for word in words_of(one.said.text)]
    if not words or not heard:
        return not words
    matcher = difflib.SequenceMatcher(None, words, heard, autojunk=False)
    return sum(block.size for block in matcher.get_matching_blocks()) >= SAME_SHARE * len(words)


def _meet(one: Said, other: Said) -> bool:
    return one.start < other.end + NEAR_S and other.start < one.end + NEAR_S


def _without_repeated(placed: Placed, before: Sequence[Placed]) -> Placed | None:
    """Take from the beginning of a segment the words with which an earlier one ends; None where nothing is left."""
    said = placed.said
    for one in before:
        if one.said.start > said.start or not _meet(one.said, said):
            continue
        repeated = _shared_run(words_of(one.said.text), words_of(said.text))
        if repeated:
            kept = _drop_words(said.text, repeated)
            if not kept:
                return None
            begin = min(max(said.start, one.said.end), said.end)
            return replace(placed, said=said._replace(start=begin, text=kept))
    return placed


def _shared_run(ends: Sequence[str], begins: Sequence[str]) -> int:
    """Return how many words at the end of one text are those at the beginning of the other; one alone may be chance."""
    for size in range(min(len(ends), len(begins)), 1, -1):
        if list(ends[-size:]) == list(begins[:size]):
            return size
    return 0


def _drop_words(text: str, count: int) -> str:
    """Return the text without its first `count` words; signs between them that are no words go, too."""
    raw = text.split()
    while raw and count:
        count -= bool(words_of(raw[0]))
        raw.pop(0)
    return " ".join(raw)
