"""Audio from a known recording is found again, to the millisecond, whatever happened to it on the way."""

from __future__ import annotations

import io
import time
from collections.abc import Callable

import numpy as np
import pytest
import soundfile
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from meetrec.demo.fingerprint import RATE, Known, Samples
from meetrec.demo.locate import Follower, Piece, locate
from meetrec.demo.meeting import load_sample, sample_path
from meetrec.demo.truth import Truth

SOURCE_RATE = 24_000
KNOWN = Known(load_sample())
SOURCE: Samples = soundfile.read(sample_path(), dtype="float32")[0]


def cut(start: float, end: float) -> Samples:
    return SOURCE[round(start * SOURCE_RATE) : round(end * SOURCE_RATE)]


def at_rate(samples: Samples, rate: int = SOURCE_RATE) -> Samples:
    return np.asarray(soxr.resample(samples, rate, RATE), np.float32)


def through(kind: str, subtype: str) -> Callable[[Samples], Samples]:
    def encode(samples: Samples) -> Samples:
        file = io.BytesIO()
        soundfile.write(file, samples, SOURCE_RATE, format=kind, subtype=subtype)
        file.seek(0)
        return soundfile.read(file, dtype="float32")[0]

    return encode


def resampled(rate: int, late: int = 0) -> Callable[[Samples], Samples]:
    """To another rate and back, beginning some samples later."""
    return lambda samples: soxr.resample(soxr.resample(samples, SOURCE_RATE, rate)[late:], rate, SOURCE_RATE)


WAYS: dict[str, Callable[[Samples], Samples]] = {
    "as it is": lambda samples: samples,
    "20 dB softer, 16 bit": lambda samples: np.asarray(np.round(samples * 3276.7) / 32_768, np.float32),
    "6 dB louder": lambda samples: samples * 2,
    "upside down": lambda samples: -samples,
    "8 kHz": resampled(8_000),
    "16 kHz": resampled(16_000),
    "44.1 kHz": resampled(44_100),
    "half a sample late": resampled(48_000, late=1),
    "MP3": through("MP3", "MPEG_LAYER_III"),
    "FLAC": through("FLAC", "PCM_16"),
    "Vorbis": through("OGG", "VORBIS"),
    "Opus": through("OGG", "OPUS"),
    "noise": lambda samples: samples + np.random.default_rng(3).normal(0, 0.004, len(samples)).astype(np.float32),
}


@pytest.mark.parametrize("way", [way for way in WAYS if way != "upside down"])
@pytest.mark.parametrize(("start", "seconds"), [(0.0, 30.0), (7.1234, 6.0), (23.3, 2.0), (38.9, 2.2), (60.0, 1.1)])
def test_the_place_is_found_through(way: str, start: float, seconds: float) -> None:
    pieces = locate([KNOWN], at_rate(WAYS[way](cut(start, start + seconds))))
    assert len(pieces) == 1
    assert pieces[0].truth_start - pieces[0].start == pytest.approx(start, abs=0.01)
    assert pieces[0].truth_end - pieces[0].end == pytest.approx(start, abs=0.01)
    assert pieces[0].end - pieces[0].start > seconds - 0.8


@pytest.mark.parametrize("lost", [0.01, 0.1, 0.5, 2.0, -0.2, -1.0])
@pytest.mark.parametrize("at", [5.0, 11.9, 25.0])
def test_a_lost_or_repeated_stretch_is_seen(at: float, lost: float) -> None:
    pieces = locate([KNOWN], at_rate(np.concatenate([cut(0.0, at), cut(at + lost, at + 12.0)])))
    assert len(pieces) == 2
    assert pieces[1].truth_start - pieces[0].truth_end == pytest.approx(lost, abs=0.002)
    assert pieces[1].start == pytest.approx(at, abs=0.05)


def test_foreign_sound_between_is_left_out() -> None:
    noise = np.random.default_rng(1).normal(0, 0.1, 3 * SOURCE_RATE).astype(np.float32)
    pieces = locate([KNOWN], at_rate(np.concatenate([cut(7, 13), noise, cut(23, 28)])))
    assert [(one.start, one.end) for one in pieces] == [
        pytest.approx((0.0, 6.0), abs=0.25),
        pytest.approx((9.0, 14.0), abs=0.25),
    ]


def test_a_muted_stretch_is_left_out() -> None:
    muted = cut(0, 15).copy()
    muted[round(9.0 * SOURCE_RATE) : round(10.5 * SOURCE_RATE)] = 0
    pieces = locate([KNOWN], at_rate(muted))
    assert [(one.start, one.end) for one in pieces] == [
        pytest.approx((0.0, 9.0), abs=0.05),
        pytest.approx((10.5, 15.0), abs=0.05),
    ]


@pytest.mark.parametrize("level", [0.0, 1e-4, 0.1])
def test_noise_and_silence_are_nowhere(level: float) -> None:
    samples = np.random.default_rng(2).normal(0, level, 20 * RATE) if level else np.zeros(20 * RATE)
    assert locate([KNOWN], samples.astype(np.float32)) == []


def test_nothing_is_nowhere() -> None:
    assert locate([KNOWN], np.zeros(0, np.float32)) == []
    assert locate([], at_rate(cut(0, 2))) == []


def test_a_drifting_clock_is_followed() -> None:
    drifted = np.asarray(soxr.resample(SOURCE, 24_000, 24_005), np.float32)  # 208 ppm
    pieces = locate([KNOWN], at_rate(drifted))
    assert len(pieces) == 1
    assert pieces[0].truth_end - pieces[0].truth_start == pytest.approx(68.39, abs=0.01)


def test_two_recordings_are_told_apart() -> None:
    half = len(KNOWN.samples) // 2
    first, second = (_part_of(KNOWN, part) for part in (slice(0, half), slice(half, None)))
    pieces = locate([first, second], at_rate(np.concatenate([cut(40, 45), cut(10, 15)])))
    assert [one.truth for one in pieces] == [second.truth, first.truth]


def _part_of(known: Known, part: slice) -> Known:
    other = Known.__new__(Known)
    other.truth = Truth("part", "Part", known.truth.audio, 1.0, (), ())
    other.samples, other.loud = known.samples[part], known.loud
    return other


@settings(max_examples=20)
@given(st.lists(st.integers(1, 9000), min_size=1, max_size=40))
def test_it_does_not_matter_how_the_stream_is_cut_into_blocks(sizes: list[int]) -> None:
    samples = at_rate(cut(20, 32))
    follower, done = Follower([KNOWN]), 0
    while done < len(samples):
        for size in sizes:
            follower.feed(samples[done : done + size])
            done += size
    (piece,) = follower.pieces()
    assert (piece.truth_start - piece.start, piece.start) == (pytest.approx(20, abs=0.002), pytest.approx(0, abs=0.01))
    assert piece.end == pytest.approx(12, abs=0.01)


def test_a_stream_is_followed_from_its_second_second_on() -> None:
    follower, samples = Follower([KNOWN]), at_rate(cut(30.5, 40))
    for first in range(0, 2 * RATE, 800):
        follower.feed(samples[first : first + 800])
    (piece,) = follower.pieces(final=False)
    assert (piece.start, piece.end) == (pytest.approx(0, abs=0.3), pytest.approx(2, abs=0.3))
    place = follower.place()
    assert place is not None
    assert place[1] == pytest.approx(32.5, abs=0.01)


def test_the_far_past_is_forgotten_but_its_pieces_are_kept() -> None:
    follower, samples = Follower([KNOWN]), at_rate(SOURCE)
    for _ in range(6):
        for first in range(0, len(samples), RATE):
            follower.feed(samples[first : first + RATE])
    assert len(follower.pieces()) == 6
    assert follower._heard._samples.nbytes < 200 * RATE * 4


def test_a_turn_is_found_within_milliseconds() -> None:
    clips = [at_rate(cut(start, start + 2)) for start in range(2, 60, 4)]
    locate([KNOWN], clips[0])
    begun = time.process_time()
    for clip in clips:
        locate([KNOWN], clip)
    assert (time.process_time() - begun) / len(clips) < 0.1  # 15 ms where nothing else runs


def test_a_piece_maps_times_and_can_be_cut() -> None:
    piece = Piece(10.0, 20.0, KNOWN.truth, 30.0, 40.5)
    assert piece.to_audio(30.0) == 10.0
    assert piece.to_audio(99.0) == 20.0
    middle = piece.cut(12.0, 14.0)
    assert middle is not None
    assert (middle.truth_start, middle.truth_end) == (pytest.approx(32.1), pytest.approx(34.2))
    assert piece.cut(20.0, 25.0) is None
