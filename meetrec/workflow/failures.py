"""The parts of a run that have no answer: why, how often that was asked for in vain, and what it may have cost."""

from __future__ import annotations

from collections import Counter
from typing import Any

from meetrec.core.cost import maybe_charged_words
from meetrec.core.errors import MeetrecError, ProviderError, RefusedError, TooLongError
from meetrec.core.models import Model
from meetrec.core.stitching.parts import Part

MOST_UNANSWERED = 2
"""Requests for a part that may be lost in a run, while recording and afterwards together: each may be charged."""


class Failures(dict[int, MeetrecError]):
    """Why parts have no answer, by their numbers.

    `refused` is what the service refuses every part for; `unanswered` counts the requests for each part whose answers
    never came in this run.
    """

    def __init__(self, model: Model) -> None:
        super().__init__()
        self.refused: MeetrecError | None = None
        self.unanswered: Counter[int] = Counter()
        self._model = model

    def note(self, part: Part, error: MeetrecError) -> dict[str, Any]:
        """Keep why a part has no answer; returns what to tell of it, with what may have been charged."""
        self[part.number] = error
        if isinstance(error, RefusedError) and not isinstance(error, TooLongError):
            self.refused = RefusedError(error.message, error.hint)  # without the requests, which were this part's
        lost = error.unanswered if isinstance(error, ProviderError) else 0
        self.unanswered[part.number] += lost
        perhaps = maybe_charged_words(self._model, part.seconds, self.unanswered[part.number])
        why = f"{error.message}; {perhaps}" if perhaps else error.message
        return {"why": why, "hint": error.hint, "unanswered": lost}

    def forget_all_but_charged(self) -> None:
        """Forget what is tried again after stop: all but the parts that may have been charged twice."""
        for number in [number for number in self if self.unanswered[number] < MOST_UNANSWERED]:
            del self[number]
