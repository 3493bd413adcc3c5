"""The line of keys keeps what matters, however narrow the screen."""

from __future__ import annotations

import pytest

from tests.tui import material as made
from tests.tui.looking import recording


@pytest.mark.parametrize(("size", "wanted"), [
    ((40, 12), ("s Stop", "Space Pause", "Esc Leave", "? Help")),
    ((30, 12), ("s Stop", "Space Pause")),
    ((80, 24), ("m Mark", "n Note", "s Stop", "Space Pause", "Esc Leave", "? Help")),
])  # fmt: skip
async def test_a_recording_can_always_be_stopped_and_paused(size: tuple[int, int], wanted: tuple[str, ...]) -> None:
    async with recording(*made.live_events(3), size=size) as look:
        await look.see(*wanted)
        last = look.text.splitlines()[-1]
        assert len(last.rstrip()) <= size[0]
