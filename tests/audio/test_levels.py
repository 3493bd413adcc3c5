"""Loudness in dB, and the watch that notices a dead microphone."""

from __future__ import annotations

import array
import math
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetrec.audio.levels import Level, SignalWatch, level, quiet_map
from meetrec.audio.wav import WavReader, WavWriter


def pcm(*samples: int) -> bytes:
    return array.array("h", samples).tobytes()


def test_digital_zero_is_120_db_down_and_full_scale_is_0() -> None:
    assert level(bytes(4800)) == Level(-120.0, -120.0)
    assert level(b"") == Level(-120.0, -120.0)
    assert level(pcm(-32768, -32768)) == Level(0.0, 0.0)


def test_half_the_amplitude_is_6_db_less() -> None:
    heard = level(pcm(*[16384, -16384] * 100))
    assert heard.rms_db == pytest.approx(-6.02, abs=0.01)
    assert heard.peak_db == pytest.approx(-6.02, abs=0.01)


@given(st.lists(st.integers(-32768, 32767), min_size=1, max_size=200))
def test_rms_is_never_above_the_peak(samples: list[int]) -> None:
    heard = level(pcm(*samples))
    assert -120.0 <= heard.rms_db <= heard.peak_db <= 0.0
    peak = max(map(abs, samples))
    assert heard.peak_db == pytest.approx(max(20 * math.log10(peak / 32768), -120) if peak else -120)


def states(*spans: tuple[float, float]) -> list[tuple[float, str]]:
    """Feed 0.1 s blocks of the given peaks for the given seconds; return when the state became what."""
    found: list[tuple[float, str]] = []
    watch, at = SignalWatch(), 0
    for seconds, peak in spans:
        for _ in range(round(seconds * 10)):
            at += 1
            if watch.feed(0.1, peak):
                found.append((round(at / 10, 1), watch.state))
    return found


def test_ten_seconds_of_digital_zero_are_said_and_the_first_sound_ends_them() -> None:
    assert [state for _, state in states((9.8, -120), (1, -20))] == []
    assert states((15, -120), (1, -20)) == [(pytest.approx(10, abs=0.11), "zero"), (15.1, "normal")]


def test_thirty_quiet_seconds_are_said_and_the_first_speech_ends_them() -> None:
    assert states((29.8, -70), (1, -20), (29.8, -70)) == []
    assert states((40, -70), (1, -20)) == [(pytest.approx(30, abs=0.11), "quiet"), (40.1, "normal")]


def test_quiet_that_becomes_zero_and_faint_again_is_told_apart() -> None:
    found = states((40, -70), (20, -120), (20, -70))
    assert [state for _, state in found] == ["quiet", "zero", "quiet"]


def test_zero_that_becomes_faint_is_normal_until_it_has_been_quiet_for_long() -> None:
    assert [state for _, state in states((12, -120), (10, -70))] == ["zero", "normal"]


def test_the_map_of_quiet_places_has_one_entry_for_each_step(tmp_path: Path) -> None:
    path = tmp_path / "audio.wav"
    with WavWriter(path, rate=1000) as writer:
        for second in range(25):
            writer.write(pcm(*[16384, -16384] * 500) if second % 2 else bytes(2000))
        writer.write(pcm(*[16384] * 50))
    with WavReader(path) as reader:
        whole = quiet_map(reader)
        assert len(whole) == 251
        assert [round(one) for one in whole[:20]] == [-120] * 10 + [-6] * 10
        assert round(whole[-1]) == -6
        assert quiet_map(reader, start=5, end=7.5) == whole[50:75]
        assert quiet_map(reader, 1.0) == [pytest.approx(one) for one in whole[:250:10] + whole[-1:]]
        assert quiet_map(reader, start=99) == []


def test_levels_need_no_numpy() -> None:
    code = "import sys, meetrec.audio.levels, meetrec.audio.recording; print('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
