"""What takes a moment waits until nobody types, but not for ever."""

from __future__ import annotations

import pytest

from meetrec.tui.review.quiet import until_quiet


class Typing:
    """A clock that only sleeping moves, and keys pressed at given times."""

    def __init__(self, *presses: float) -> None:
        self.now = 100.0
        self._presses = [self.now + one for one in presses]

    def pressed_at(self) -> float:
        return max((one for one in self._presses if one <= self.now), default=0.0)

    async def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds

    async def waited(self) -> float:
        await until_quiet(self.pressed_at, 0.3, 2.0, clock=lambda: self.now, sleep=self.sleep)
        return self.now - 100.0


@pytest.mark.parametrize(
    ("presses", "waited"),
    [
        ((), 0.3),
        ((-1.0,), 0.3),
        ((0.2,), 0.5),
        ((0.2, 0.4, 0.6), 0.9),
        ([0.1 * count for count in range(100)], 2.0),
    ],
)
async def test_it_waits_for_a_pause_of_a_third_of_a_second_and_two_seconds_at_most(
    presses: tuple[float, ...], waited: float
) -> None:
    assert await Typing(*presses).waited() == pytest.approx(waited)
