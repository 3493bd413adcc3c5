"""Sound at another speed and the same pitch."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meetrec.audio.tempo import make_tempo

RATE = 24000
PITCH = 440.0


def tone(seconds: float) -> bytes:
    wave: bytes = (np.sin(2 * np.pi * PITCH * np.arange(round(seconds * RATE)) / RATE) * 12000).astype("<i2").tobytes()
    return wave


def at_speed(pcm: bytes, speed: float, block: int) -> bytes:
    tempo = make_tempo(RATE, speed)
    pieces = [tempo.feed(pcm[at : at + 2 * block]) for at in range(0, len(pcm), 2 * block)]
    return b"".join([*pieces, tempo.flush()])


@pytest.mark.parametrize("speed", [0.75, 1.25, 1.5, 1.75, 2.0])
def test_the_pitch_stays_and_the_length_follows_the_speed(speed: float) -> None:
    samples = np.frombuffer(at_speed(tone(10), speed, 2400), "<i2")
    assert len(samples) / RATE == pytest.approx(10 / speed, rel=0.002)
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), 20 * RATE))
    assert np.argmax(spectrum) / 20 == pytest.approx(PITCH, rel=0.002)
    middle = samples[RATE:-RATE].astype(float)
    loudness = [np.sqrt(np.mean(middle[at : at + 480] ** 2)) for at in range(0, len(middle) - 480, 480)]
    assert min(loudness) > 0.95 * max(loudness)  # it does not warble


def test_speed_1_changes_nothing() -> None:
    assert at_speed(tone(1), 1.0, 777) == tone(1)


@settings(max_examples=20)
@given(st.integers(1, 9000))
def test_the_result_does_not_depend_on_how_the_sound_is_cut(block: int) -> None:
    assert at_speed(tone(0.5), 1.5, max(block, 60)) == at_speed(tone(0.5), 1.5, 12000)
