"""The resampler: the same result however the stream is cut, and a faithful one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetrec.audio.resample import Resampler, to_pcm16

RATES = st.sampled_from([8000, 16000, 22050, 24000, 44100, 48000, 96000, 192000])


@given(RATES, RATES, st.integers(0, 6000), st.lists(st.integers(0, 3000), max_size=20), st.integers(0, 1))
def test_the_result_does_not_depend_on_how_blocks_are_cut(
    from_rate: int, to_rate: int, frames: int, cuts: list[int], odd: int
) -> None:
    samples = np.random.default_rng(frames).integers(-32768, 32768, frames).astype("<i2").tobytes() + b"\x07" * odd
    whole = Resampler(from_rate, to_rate)
    expected = whole.feed(samples) + whole.flush()
    pieces = Resampler(from_rate, to_rate)
    result, at = b"", 0
    for cut in cuts:
        result += pieces.feed(samples[at : at + cut])
        at += cut
    assert result + pieces.feed(samples[at:]) + pieces.flush() == expected
    assert abs(len(expected) // 2 - frames * to_rate / from_rate) <= 1


@given(st.binary(max_size=1000))
def test_equal_rates_pass_every_bit(pcm: bytes) -> None:
    resampler = Resampler(24000, 24000)
    assert resampler.feed(pcm) + resampler.flush() == pcm[: len(pcm) // 2 * 2]


@pytest.mark.parametrize("from_rate", [8000, 16000, 44100, 48000, 192000])
def test_a_tone_stays_the_tone_it_was(from_rate: int) -> None:
    def tone(rate: int) -> np.ndarray:
        return np.rint(10000 * np.sin(2 * np.pi * 1000 * np.arange(rate) / rate)).astype("<i2")

    resampler = Resampler(from_rate, 24000)
    result = np.frombuffer(resampler.feed(tone(from_rate).tobytes()) + resampler.flush(), "<i2")
    assert len(result) == 24000
    difference = result.astype(int) - tone(24000)
    assert np.abs(difference[500:-500]).max() <= 2


def test_what_is_above_the_new_range_is_taken_out_not_folded_down() -> None:
    high = np.rint(10000 * np.sin(2 * np.pi * 14000 * np.arange(48000) / 48000)).astype("<i2")
    resampler = Resampler(48000, 24000)
    result = np.frombuffer(resampler.feed(high.tobytes()) + resampler.flush(), "<i2")
    assert np.abs(result[500:-500]).max() <= 1


def test_samples_are_rounded_clipped_and_never_no_number() -> None:
    step = 1 / 32768
    floats = np.array([0, 0.6 * step, -0.6 * step, 1.0, -1.0, 7.0, -7.0, np.nan, np.inf, -np.inf], np.float32)
    assert np.frombuffer(to_pcm16(floats), "<i2").tolist() == [
        0, 1, -1, 32767, -32768, 32767, -32768, 0, 32767, -32768
    ]  # fmt: skip
