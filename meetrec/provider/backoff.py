"""How long to wait before trying again, and how fast to send what is already recorded."""

from __future__ import annotations

from collections.abc import Callable

_FIRST_S = 0.5
_FACTOR = 1.6
SERVICE_LIMIT_S = 30.0
"""The longest wait for a service that answered with an error."""
NETWORK_LIMIT_S = 1.9
"""The longest wait where nothing answered: the network may be back any moment, and nobody is burdened by asking.

Captions are to be back two seconds after it.
"""
_ASKED_LIMIT_S = 120.0


class Backoff:
    """Growing waits with jitter: the first at most half a second."""

    def __init__(self, random: Callable[[], float]) -> None:
        self._random = random
        self._next = _FIRST_S

    def reset(self) -> None:
        """A link worked: begin anew."""
        self._next = _FIRST_S

    def delay(self, *, limit: float, asked: float | None = None) -> float:
        """Return the seconds to wait; `asked` is the service's Retry-After."""
        wait = min(self._next, limit) * (0.5 + 0.5 * self._random())
        self._next = min(self._next * _FACTOR, SERVICE_LIMIT_S)
        return wait if asked is None else max(wait, min(asked, _ASKED_LIMIT_S))


class Pace:
    """Lets audio through at `speed` times real time, after a short burst."""

    def __init__(self, speed: float, clock: Callable[[], float], burst_s: float = 1.0) -> None:
        self._speed = speed
        self._clock = clock
        self._burst_s = burst_s
        self._due = clock()

    def delay(self, seconds: float) -> float:
        """Return how long to wait after `seconds` of audio were sent."""
        now = self._clock()
        self._due = max(self._due, now - self._burst_s / self._speed) + seconds / self._speed
        return max(0.0, self._due - now)
