"""The line that says what is played."""

from __future__ import annotations

import pytest

from meetrec.core.playing import Playing
from meetrec.tui.widgets.player_bar import Heard, bar_words


@pytest.mark.parametrize(
    ("heard", "shown"),
    [
        (Heard(Playing("playing", 754.3, 3723.0, 1.25), "Ana"), "▶ 00:12:34 / 01:02:03 · 1.25× · Ana"),
        (Heard(Playing("starting", 0.0, 60.0)), "▶ 00:00:00 / 00:01:00"),
        (Heard(Playing("paused", 5.0, 60.0), "Ben"), "‖ 00:00:05 / 00:01:00 · Ben · paused"),
        (Heard(Playing("ended", 60.0, 60.0), "Ben"), "■ 00:01:00 / 00:01:00 · ended"),
        (Heard(Playing("stopped", 0.0, 60.0)), "■ 00:00:00 / 00:01:00 · stopped"),
        (Heard(Playing("no output", 5.0, 60.0, 1.0, "no output: gone", "x")), "! No output: gone · Space tries again"),
        (Heard(Playing("stopped", 0.0, 0.0, 1.0, "no sound", "import it")), "! No sound · import it"),
    ],
)
def test_every_state_is_told_by_a_sign_and_in_words(heard: Heard, shown: str) -> None:
    assert " ".join(bar_words(heard)) == shown
