"""What was done and undone: a stack of acts over a transcript as received, with every state within reach.

Undo has no limit and gives exactly what was there before, for a state is never computed backwards: it is the transcript
as received with the acts before it carried out. Some states are kept, so that a step never carries out many.
"""

from __future__ import annotations

from collections.abc import Iterable

from meetrec.core.editing.acts import Act
from meetrec.core.editing.edits import apply
from meetrec.core.transcript import Transcript

RECENT, EVERY = 32, 16
"""Kept are the states around the current one, and each 16th: a state of 20,000 segments is 160 kB."""


class History:
    """`done` are the acts that hold, oldest first; `undone` those that redo would do, the next one last."""

    def __init__(self, base: Transcript, done: Iterable[Act] = (), undone: Iterable[Act] = ()) -> None:
        """`done` and `undone` are as stored; reading `current` carries them out."""
        self.base = base
        self.done, self.undone = list(done), list(undone)
        self._states = {0: base}

    @property
    def current(self) -> Transcript:
        """The transcript as it is now. Raises UsageError where an act makes no sense."""
        return self.state(len(self.done))

    def state(self, count: int) -> Transcript:
        """Return the transcript after the first `count` acts."""
        if count not in self._states:
            known = max(one for one in self._states if one <= count)
            transcript = self._states[known]
            for place in range(known, count):
                transcript = apply(transcript, self.done[place])
                self._keep(place + 1, transcript, around=count)
        return self._states[count]

    def _keep(self, place: int, transcript: Transcript, around: int) -> None:
        if place % EVERY == 0 or around - place < RECENT:
            self._states[place] = transcript

    def push(self, act: Act, after: Transcript) -> None:
        """Take over an act that gave `after`; what was undone can't be redone any more."""
        self.undone.clear()
        self._add(act, after)

    def _add(self, act: Act, after: Transcript) -> None:
        self.done.append(act)
        count = len(self.done)
        for place in [one for one in self._states if one >= count or (one % EVERY and count - one >= RECENT)]:
            del self._states[place]
        self._states[count] = after

    def before(self) -> Transcript:
        """Return the transcript as undo would give it."""
        return self.state(max(0, len(self.done) - 1))

    def after(self) -> Transcript:
        """Return the transcript as redo would give it."""
        return apply(self.current, self.undone[-1]) if self.undone else self.current

    def undo(self) -> Act | None:
        """Go one act back and return it; None where there is none."""
        if not self.done:
            return None
        before = self.before()
        self._states.pop(len(self.done), None)
        self._states[len(self.done) - 1] = before
        self.undone.append(self.done.pop())
        return self.undone[-1]

    def redo(self) -> Act | None:
        """Do again what was undone last and return it; None where there is none."""
        if not self.undone:
            return None
        after = self.after()
        act = self.undone.pop()
        self._add(act, after)
        return act
