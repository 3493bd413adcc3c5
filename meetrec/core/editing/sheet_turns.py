"""Which turns of an edited sheet can be compared each by itself.

Words may have been moved from turn to turn, so that turns have to be compared together. A turn that has its time and
its neighbors, and that has neither gained what these lost, nor lost what these gained, was only corrected.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from meetrec.core.editing.edit_sheet import Block
from meetrec.core.editing.retext import key, tokens
from meetrec.core.transcript import Turn

Numbered = Sequence[tuple[int, Block]]


@dataclass(frozen=True, slots=True)
class _Change:
    """Which words came and went; of a turn that is gone all went, of one that is new all came."""

    came: Counter[str] = field(default_factory=Counter)
    went: Counter[str] = field(default_factory=Counter)


def apart(turns: Sequence[Turn], blocks: Numbered) -> Iterator[tuple[Sequence[Turn], Numbered]]:
    """Yield what is to be compared with each other: a turn that was corrected by itself, those between together."""
    before = [_words([one.text for one in turn.segments]) for turn in turns]
    after = [_words(block.texts) for _, block in blocks]
    pairs = _pairs(turns, blocks)
    gone = [_Change(went=words) for words in before]
    new = [_Change(came=words) for words in after]
    for place, number in pairs:
        gone[place] = new[number] = _Change(after[number] - before[place], before[place] - after[number])
    begin, first = 0, 0
    for place, number in pairs:
        likely = 2 * (before[place] & after[number]).total() >= before[place].total()
        if likely and _is_apart(gone, place) and _is_apart(new, number):
            yield turns[begin:place], blocks[first:number]
            yield turns[place : place + 1], blocks[number : number + 1]
            begin, first = place + 1, number + 1
    yield turns[begin:], blocks[first:]


def _pairs(turns: Sequence[Turn], blocks: Numbered) -> list[tuple[int, int]]:
    """Return the places of turns and of the blocks that have their times, in order."""
    places: dict[int, int] = {}
    for place, turn in enumerate(turns):
        places.setdefault(int(turn.start), place)
    pairs: list[tuple[int, int]] = []
    last = -1
    for number, (_, block) in enumerate(blocks):
        place = places.get(int(block.at), -1)
        if place > last:
            last = place
            pairs.append((place, number))
    return pairs


def _words(texts: Sequence[str]) -> Counter[str]:
    return Counter(key(token) for text in texts for token in tokens(text))


def _is_apart(changed: Sequence[_Change], place: int) -> bool:
    """Tell whether no words went from or to a neighbor; beyond the ends nothing changed."""
    one = changed[place]
    beside = (changed[at] for at in (place - 1, place + 1) if 0 <= at < len(changed))
    return not any(one.came & other.went or one.went & other.came for other in beside)
