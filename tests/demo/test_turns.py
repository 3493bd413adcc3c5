"""The service cuts turns where the level says that nobody speaks."""

from __future__ import annotations

import numpy as np
import pytest

from meetrec.demo.fingerprint import Samples
from meetrec.demo.link_rules import RATE_HZ
from meetrec.demo.turns import TurnCutter
from meetrec.demo.voice import voiced_spans

VAD = {"type": "server_vad", "threshold": 0.5, "prefix_padding_ms": 300, "silence_duration_ms": 500}


def sound(*stretches: tuple[float, float]) -> Samples:
    """Noise: (seconds, level) after each other."""
    rng = np.random.default_rng(1)
    parts = [rng.normal(0, level, round(seconds * RATE_HZ)) for seconds, level in stretches]
    return np.concatenate(parts).astype(np.float32)


SPEECH = sound((1.0, 0.0005), (2.0, 0.05), (0.3, 0.0005), (1.0, 0.05), (1.0, 0.0005), (0.5, 0.05), (1.0, 0.0005))


@pytest.mark.parametrize("block", [240, 2400, 24_000, 200_000])
def test_turns_start_with_padding_and_stop_after_silence(block: int) -> None:
    cutter = TurnCutter()
    happened = [
        one for first in range(0, len(SPEECH), block) for one in cutter.feed(SPEECH[first : first + block], VAD)
    ]
    assert happened == [
        ("started", pytest.approx(0.7, abs=0.03)),
        ("stopped", pytest.approx(4.8, abs=0.03)),
        ("started", pytest.approx(5.0, abs=0.03)),
        ("stopped", pytest.approx(6.3, abs=0.03)),
    ]


def test_padding_never_reaches_into_the_turn_before() -> None:
    cutter = TurnCutter()
    happened = cutter.feed(SPEECH, {**VAD, "prefix_padding_ms": 2000, "silence_duration_ms": 200})
    starts = [at for what, at in happened if what == "started"]
    stops = [at for what, at in happened if what == "stopped"]
    assert starts[1:] == stops[:-1]


def test_eagerness_sets_the_silence_waited_for() -> None:
    for eagerness, stop in (("high", 4.65), ("low", 5.3)):
        stops = [at for what, at in TurnCutter().feed(SPEECH, {"type": "semantic_vad", "eagerness": eagerness})]
        assert stops[1] == pytest.approx(stop, abs=0.03)


def test_where_the_client_cuts_nothing_happens_but_speech_is_noted() -> None:
    cutter = TurnCutter()
    assert cutter.feed(SPEECH, None) == []
    assert [round(end - start, 1) for start, end in cutter.voiced] == [2.0, 1.0, 0.5]


def test_after_a_commit_by_the_client_speech_starts_anew() -> None:
    cutter = TurnCutter()
    assert cutter.feed(SPEECH[: 2 * RATE_HZ], VAD)[0][0] == "started"
    cutter.reset()
    assert cutter.feed(SPEECH[2 * RATE_HZ : 3 * RATE_HZ], VAD) == [("started", pytest.approx(2.0, abs=0.03))]


def test_a_click_is_no_speech() -> None:
    assert voiced_spans(sound((1.0, 0.0005), (0.03, 0.05), (1.0, 0.0005)), RATE_HZ) == []
