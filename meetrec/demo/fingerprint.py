"""A known recording, prepared so that any stretch of it is found again: samples at 8 kHz and a fingerprint.

The fingerprint is the logarithmic energy of six bands every 10 ms, less its own mean over a second. It survives gain,
resampling and lossy encoders. Correlating it by FFT over the whole recording gives a handful of candidates; whoever
asked compares the samples themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from meetrec.demo.truth import Truth

RATE = 8_000  # of everything compared here
WINDOW = RATE // 5  # compared at a time
HOP = RATE // 100
_BLOCK_SECONDS = 10
_FRAME = 256
_EDGES_HZ = (100, 300, 500, 800, 1200, 1700, 2500)
_BINS = [round(edge * _FRAME / RATE) for edge in _EDGES_HZ]
_FLOOR = 1e-5  # of the strongest frame; what is weaker counts as silence
_HALF_MEAN = 50  # frames on either side

Samples = npt.NDArray[np.float32]


class Smoother:
    """Takes off what lies above 2 kHz, so that a delay by part of a sample does not matter. It lags by one sample."""

    def __init__(self) -> None:
        self._last: Samples = np.zeros(2, np.float32)

    def feed(self, samples: Samples) -> Samples:
        """As many samples as are given, however the stream is cut into blocks."""
        audio = np.concatenate([self._last, samples])
        self._last = audio[-2:]
        return np.asarray((audio[:-2] + 2 * audio[1:-1] + audio[2:]) / 4, np.float32)


def rms(samples: npt.NDArray[np.generic]) -> float:
    """The level of samples, 0.0 for none."""
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float32)))) if len(samples) else 0.0


def read_mono(path: Path) -> Samples:
    """Read any file libsndfile knows as mono at RATE, full scale 1.0.

    Raises soundfile.LibsndfileError (a RuntimeError) where it is no audio.
    """
    return np.concatenate(list(_blocks(path)))


def _blocks(path: Path) -> Iterator[Samples]:
    """The same in blocks of some seconds."""
    with soundfile.SoundFile(path) as file:
        resampler = soxr.ResampleStream(file.samplerate, RATE, 1, "float32")
        for block in file.blocks(_BLOCK_SECONDS * file.samplerate, dtype="float32", always_2d=True):
            yield resampler.resample_chunk(block.mean(axis=1))
        yield resampler.resample_chunk(np.zeros(0, np.float32), last=True)


class Known:
    """A recording with its truth. `samples` are int16 at RATE, 57 MB per hour; `loud` is the level of speech in it."""

    def __init__(self, truth: Truth) -> None:
        self.truth = truth
        smoother = Smoother()
        smoothed = (smoother.feed(block) for block in _blocks(truth.audio))
        self.samples = np.concatenate([np.round(block * np.float32(32_767)).astype(np.int16) for block in smoothed])
        levels = [rms(self.samples[first : first + WINDOW]) for first in range(0, len(self.samples), WINDOW)]
        self.loud = float(np.percentile(levels, 95)) / 32_767 if levels else 0.0

    def cut(self, start: int, end: int) -> Samples:
        """Samples from `start` to `end`, full scale 1.0, zeros where there is no recording."""
        out = np.zeros(end - start, np.float32)
        first, last = max(start, 0), min(end, len(self.samples))
        if last > first:
            out[first - start : last - start] = self.samples[first:last] / np.float32(32_767)
        return out

    def candidates(self, probe: Samples, count: int = 12) -> list[int]:
        """The likeliest places of `probe` (at least 0.3 s) in the recording, best first, ± 20 ms, in samples."""
        wanted = fingerprint(probe)
        frames, energy, spectrum, size = self._searchable
        length = len(wanted)
        places = frames - length + 1
        if places < 1:
            return []
        theirs = np.conj(np.fft.rfft(wanted, size, axis=0)).astype(np.complex64)
        score = np.fft.irfft((spectrum * theirs).sum(axis=1), size)[:places]
        energy_there = energy[length : length + places] - energy[:places]
        score /= np.sqrt(np.maximum(energy_there, energy_there.mean() * 0.1) + 1e-9)
        best = []
        for _ in range(count):
            place = int(np.argmax(score))
            best.append(place * HOP)
            score[max(0, place - 4) : place + 5] = -np.inf
        return best

    @cached_property
    def _searchable(self) -> tuple[int, npt.NDArray[np.float64], npt.NDArray[np.complex64], int]:
        """Number of frames, running sum of energy, and spectrum of the fingerprint with its length."""
        own = fingerprint(self.samples)
        energy = np.concatenate([[0.0], np.cumsum(np.square(own, dtype=np.float64).sum(axis=1))])
        size = _fft_size(len(own) + 400)
        return len(own), energy, np.fft.rfft(own, size, axis=0).astype(np.complex64), size


def fingerprint(samples: npt.NDArray[np.generic]) -> npt.NDArray[np.float32]:
    """[frames, bands] for samples at RATE; frame i starts at sample i * HOP."""
    count = max(0, (len(samples) - _FRAME) // HOP + 1)
    bands = np.empty((count, len(_BINS) - 1), np.float32)
    window = np.hanning(_FRAME).astype(np.float32)
    views = np.lib.stride_tricks.sliding_window_view(samples, _FRAME)[::HOP] if count else np.empty((0, _FRAME))
    for first in range(0, count, 8192):
        frames = views[first : first + 8192].astype(np.float32) * window
        power = np.abs(np.fft.rfft(frames, axis=1)) ** 2
        bands[first : first + 8192] = np.add.reduceat(power, _BINS, axis=1)[:, :-1]
    bands = np.log10(bands + max(float(bands.max(initial=0.0)) * _FLOOR, 1e-12)).astype(np.float32)
    sums = np.concatenate([np.zeros((1, bands.shape[1])), np.cumsum(bands, axis=0, dtype=np.float64)])
    index = np.arange(count)
    low, high = np.maximum(index - _HALF_MEAN, 0), np.minimum(index + _HALF_MEAN + 1, count)
    means = (sums[high] - sums[low]) / (high - low)[:, None]
    return np.asarray(bands - means, np.float32)


def _fft_size(least: int) -> int:
    """The smallest length of 2^n or 3 * 2^n from `least` up, which the FFT is quick at."""
    size = 1
    while size < least:
        size *= 2
    return size * 3 // 4 if size * 3 // 4 >= least else size
