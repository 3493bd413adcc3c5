"""Heights: where each of very many items stands in a list, some of them by guess. Plain numbers; no Textual here."""

from __future__ import annotations

import bisect
from collections.abc import Mapping, Sequence
from itertools import accumulate


class Heights:
    """The first line of each item, and which items' lines are counted and not guessed."""

    def __init__(self) -> None:
        self.tops: list[int] = [0]
        """The first line of each item, and behind the last one the number of lines."""
        self._counted: list[bool] = []

    def __len__(self) -> int:
        return len(self.tops) - 1

    @property
    def lines(self) -> int:
        """How many lines all of them take."""
        return self.tops[-1]

    def is_counted(self, index: int) -> bool:
        """Return whether the item's lines are counted."""
        return self._counted[index]

    def item_at(self, line: int) -> int | None:
        """Return the index of the item that holds a line, None below the last one."""
        if not 0 <= line < self.tops[-1]:
            return None
        return bisect.bisect_right(self.tops, line) - 1

    def replace(self, first: int, stop: int, heights: Sequence[int], *, counted: bool) -> None:
        """Put items of these heights where those from `first` on and before `stop` were."""
        top, shift = self.tops[first], sum(heights) - (self.tops[stop] - self.tops[first])
        below = self.tops[stop + 1 :]
        if shift:
            below = [one + shift for one in below]
        self.tops[first:] = [*accumulate(heights, initial=top), *below]
        self._counted[first:stop] = [counted] * len(heights)

    def count(self, heights: Mapping[int, int]) -> None:
        """Take over the heights of items that were guessed so far, by index."""
        for index in heights:
            self._counted[index] = True
        wrong = {index: height for index, height in heights.items() if height != self._height(index)}
        if not wrong:
            return
        first, last = min(wrong), max(wrong)
        changed = [wrong.get(index, self._height(index)) for index in range(first, last + 1)]
        counted = self._counted[first : last + 1]
        self.replace(first, last + 1, changed, counted=True)
        self._counted[first : last + 1] = counted

    def _height(self, index: int) -> int:
        return self.tops[index + 1] - self.tops[index]
