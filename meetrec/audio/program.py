"""What is to be played: spans of a recording, one after the other, as if they were one piece of sound."""

from __future__ import annotations

from collections.abc import Sequence

Span = tuple[float, float]
"""Start and end in seconds on the recording's clock; the end may be infinite."""
TO_THE_END = float("inf")
_NOTHING_S = 1e-4
"""Less than this is no sound: what rounding leaves of a span."""


class Program:
    """Spans in a row. What has been played of them is counted in seconds, `done`."""

    def __init__(self, spans: Sequence[Span]) -> None:
        bounds = [(max(start, 0.0), end) for start, end in spans]
        self._spans = [(start, end) for start, end in bounds if end > start]

    @classmethod
    def since(cls, seconds: float) -> Program:
        """Return everything from a time on."""
        return cls([(seconds, TO_THE_END)])

    def place(self, done: float) -> tuple[float, float]:
        """Return where in the recording one is after `done` seconds, and how much of that span is left (0: the end)."""
        end = 0.0
        for start, end in self._spans:
            if done < end - start - _NOTHING_S:
                return start + max(done, 0.0), end - start - max(done, 0.0)
            done -= end - start
        return end, 0.0
