"""A player without sound: it plays as fast as a test says."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from meetrec.core.errors import MeetrecError
from meetrec.core.playing import Playing


class FakePlayer:
    """Does what a player does but for the sound. `hear` lets time pass, `fail` takes the output away."""

    def __init__(self, duration: float) -> None:
        self.status = Playing(duration=duration)
        self.spans: list[tuple[float, float]] = []
        self.refusal: MeetrecError | None = None
        self.closed = False
        self.ahead_s = 0.0
        """How much of what is to be played has been heard at once."""
        self.gone = ""
        """Why nothing can be played."""

    def play(self, spans: Sequence[tuple[float, float]] | None = None) -> None:
        if spans is not None:
            self.spans = list(spans)
            self._now(position=self.spans[0][0] + self.ahead_s)
        if self.gone:
            self.fail(self.gone)
        else:
            self._now(state="playing", problem="", hint="")

    def pause(self) -> None:
        self._now(state="paused")

    def seek(self, seconds: float) -> None:
        self._now(position=min(max(seconds, 0.0), self.status.duration))
        if self.status.state == "ended":
            self._now(state="paused")

    def set_speed(self, speed: float) -> None:
        if self.refusal is not None:
            raise self.refusal
        self._now(speed=speed)

    def close(self) -> None:
        self.closed = True

    def hear(self, position: float) -> None:
        """Let it play on to a position."""
        self._now(position=position)

    def end(self) -> None:
        self._now(state="ended")

    def fail(self, problem: str, hint: str = "") -> None:
        self._now(state="no output", problem=problem, hint=hint)

    def _now(self, **changes: Any) -> None:
        self.status = dataclasses.replace(self.status, **changes)
