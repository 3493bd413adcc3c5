"""CaptionTrack: the captions of a session in spoken order, whatever order their events arrive in."""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from meetrec.core.events import CaptionFinal, CaptionInterim, Event


@dataclass(frozen=True, slots=True)
class Caption:
    """The text of one turn, `start` to `end` in seconds on the recording's clock."""

    item: str
    start: float
    end: float
    text: str
    final: bool = False
    uncertain: bool = False

    @property
    def rank(self) -> tuple[bool, bool, int, str, float, float]:
        """What decides between two versions of one item: final over interim, certain over uncertain, longer text."""
        return (self.final, not self.uncertain, len(self.text), self.text, self.end, -self.start)

    @property
    def place(self) -> tuple[float, float, str]:
        """Where the caption stands among the others."""
        return (self.start, self.end, self.item)


class CaptionTrack:
    """Joins caption events. The result is the same for every order of arrival and for repeated events.

    Each item keeps its highest-ranking version (a join in the sense of a semilattice); a final without text hides it.
    Adding at the end, the usual case, costs no more with 10,000 captions than with ten.
    """

    def __init__(self) -> None:
        self._versions: dict[str, Caption] = {}
        self._ordered: list[Caption] = []

    def __len__(self) -> int:
        return len(self._ordered)

    def __iter__(self) -> Iterator[Caption]:
        return iter(self._ordered)

    @property
    def captions(self) -> Sequence[Caption]:
        """All captions with text, in spoken order."""
        return self._ordered

    @property
    def finals(self) -> list[Caption]:
        """The captions that will not change any more, in spoken order."""
        return [caption for caption in self._ordered if caption.final]

    def apply(self, event: Event) -> int | None:
        """Take in one event. Returns the index of the first caption that changed place or text, None for none."""
        if isinstance(event, CaptionInterim):
            new = Caption(event.item, event.start, event.end, event.text)
        elif isinstance(event, CaptionFinal):
            new = Caption(event.item, event.start, event.end, event.text, final=True, uncertain=event.uncertain)
        else:
            return None
        old = self._versions.get(new.item)
        if old is not None and new.rank <= old.rank:
            return None
        self._versions[new.item] = new
        removed = self._remove(old) if old is not None and old.text else None
        inserted = self._insert(new) if new.text else None
        changed = [index for index in (removed, inserted) if index is not None]
        return min(changed, default=None)

    def _remove(self, caption: Caption) -> int:
        index = bisect.bisect_left(self._ordered, caption.place, key=lambda one: one.place)
        del self._ordered[index]
        return index

    def _insert(self, caption: Caption) -> int:
        index = bisect.bisect_left(self._ordered, caption.place, key=lambda one: one.place)
        self._ordered.insert(index, caption)
        return index
