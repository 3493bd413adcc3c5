from __future__ import annotations

from typing import NoReturn

import pytest

from meetrec.provider.loader import Loader
from meetrec.provider.progress import Progress
from tests.provider.loopback import RATE, LoudDetector, Recording


def unused(*_: object) -> NoReturn:
    raise AssertionError("looking for a quiet place needs none of it")


def loader(recording: Recording) -> Loader:
    progress = Progress(0, RATE)
    progress.advanced(recording.written)
    return Loader(
        progress,
        recording,
        cutter=unused,
        resampler=None,
        detector=LoudDetector,
        speed=4.0,
        on_forgotten=unused,
        clock=lambda: 0.0,
        sleep=unused,
    )


@pytest.mark.parametrize("written_s", [3.5, 4.2, 5.6])
def test_a_new_link_begins_in_the_middle_of_the_latest_pause(written_s: float) -> None:
    recording = Recording(6, speech_s=2.0, pause_s=1.0)
    recording.written = round(written_s * RATE)
    begin = loader(recording).quiet_place() / RATE
    middle = 2.5 if written_s < 5.4 else 5.25
    assert begin == pytest.approx(middle, abs=0.3)


def test_without_a_pause_it_begins_where_the_recording_is() -> None:
    recording = Recording(6, speech_s=6.0, pause_s=0.0)
    recording.written = 4 * RATE
    assert loader(recording).quiet_place() == 4 * RATE


def test_where_nobody_paused_for_seconds_it_begins_in_the_pause_before() -> None:
    recording = Recording(12, speech_s=5.0, pause_s=1.0)
    recording.written = round(10.5 * RATE)
    assert loader(recording).quiet_place() / RATE == pytest.approx(5.5, abs=0.3)
