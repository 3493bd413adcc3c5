from __future__ import annotations

from typing import Any

import pytest

from meetrec.cli.output import Styled
from meetrec.cli.status_words import level_bars, status_words

RECORDING: dict[str, Any] = {
    "state": "recording",
    "elapsed": 83.2,
    "link": {"state": "live", "behind": 0.0, "why": ""},
    "disk": "ok",
    "signal": "normal",
    "parts": {"done": 0, "of": 0},
}


def words(**changes: Any) -> str:
    pieces = status_words({**RECORDING, **changes})
    return "".join(one.text if isinstance(one, Styled) else one for one in pieces)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "● REC 00:01:23 · live · safe on disk"),
        ({"state": "paused"}, "❚❚ PAUSED 00:01:23 · live · safe on disk"),
        (
            {"link": {"state": "behind", "behind": 12.4, "why": ""}},
            "● REC 00:01:23 · captions 12 s behind · safe on disk",
        ),
        ({"link": {"state": "offline"}, "disk": "low"}, "● REC 00:01:23 · captions offline · disk nearly full"),
        ({"signal": "zero"}, "● REC 00:01:23 · live · safe on disk · no sound arrives"),
        ({"state": "finishing", "parts": {"done": 1, "of": 3}}, "○ 00:01:23 · making the minutes: 1 of 3 parts done"),
        ({"fault": "the disk is full"}, "● REC 00:01:23 · live · safe on disk · the disk is full"),
        ({"kind": "import"}, "○ 00:01:23 · importing the file"),
        ({"state": "failed"}, "○ 00:01:23 · minutes not made"),
    ],
)
def test_every_state_is_told_in_words(changes: dict[str, Any], expected: str) -> None:
    assert words(**changes) == expected


def test_levels_become_bars_from_silence_to_full_scale() -> None:
    assert level_bars([-120.0, -60.0, -30.0, 0.0]) == "▁▁▅█"
