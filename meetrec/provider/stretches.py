"""Stretches of the recording, in frames, and the holes that are still to be captioned."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

GIVE_UP_AFTER = 3
"""How often a stretch is sent again to a service that took it and never answered."""
FAILURE_WEIGHT = 2
"""A stretch that the service says it cannot transcribe is sent again once: it counts like two without an answer."""


@dataclass(frozen=True, slots=True, order=True)
class Stretch:
    """Frames `start` to `end`. `unanswered` counts how often the service took it and said nothing."""

    start: int
    end: int
    unanswered: int = 0

    @property
    def frames(self) -> int:
        return self.end - self.start


class Holes:
    """What was recorded and has no captions yet: sorted, without overlaps."""

    def __init__(self) -> None:
        self._stretches: list[Stretch] = []
        self.given_up = 0
        """Frames that the service never answered for."""

    def __len__(self) -> int:
        return len(self._stretches)

    @property
    def frames(self) -> int:
        return sum(one.frames for one in self._stretches)

    def add(self, stretches: Iterable[Stretch]) -> None:
        """Put stretches in; those that touch become one."""
        fresh = []
        for one in stretches:
            if one.unanswered >= GIVE_UP_AFTER:
                self.given_up += one.frames
            elif one.frames > 0:
                fresh.append(one)
        self._stretches = joined_stretches([*self._stretches, *fresh])

    def take(self) -> list[Stretch]:
        """Take all of them out, earliest first."""
        taken, self._stretches = self._stretches, []
        return taken


def joined_stretches(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Return `stretches` sorted; those that overlap, or touch and were asked for equally often, made one."""
    result: list[Stretch] = []
    for one in sorted(stretches):
        last = result[-1] if result else None
        if last and (one.start < last.end or (one.start == last.end and one.unanswered == last.unanswered)):
            result[-1] = Stretch(last.start, max(last.end, one.end), max(last.unanswered, one.unanswered))
        else:
            result.append(one)
    return result
