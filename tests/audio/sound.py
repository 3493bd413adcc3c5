"""Sound for tests: made here, the same each time, and compared to the sample."""

from __future__ import annotations

import wave
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.int16]


def speechlike(seconds: float, rate: int = 48000, seed: int = 1) -> Samples:
    """Return noise with the rhythm and the spectrum of speech, of which no stretch resembles another."""
    random = np.random.default_rng(seed)
    frames = round(seconds * rate)
    spectrum = np.fft.rfft(random.standard_normal(frames))
    frequency = np.fft.rfftfreq(frames, 1 / rate)
    spectrum *= (frequency > 80) * (frequency < 3800) / (1 + frequency / 500)
    noise = np.fft.irfft(spectrum, frames)
    syllables = np.clip(np.sin(2 * np.pi * 3.1 * np.arange(frames) / rate + random.uniform(0, 6)) + 0.4, 0.05, 1)
    loud = noise * syllables
    return (loud / np.abs(loud).max() * 20000).astype(np.int16)


def write_wav(path: Path, samples: Samples, rate: int = 48000) -> Path:
    """Write mono samples with the standard library, and return `path`."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.astype("<i2").tobytes())
    return path


def write_media(path: Path, samples: Samples, **metadata: str) -> Path:
    """Write mono samples at 48 kHz in the format of the suffix (M4A, MP4, AAC, WebM) with PyAV, and return `path`."""
    with av.open(f"file:{path}", "w") as file:
        file.metadata.update(metadata)
        stream = file.add_stream("libopus" if path.suffix == ".webm" else "aac", rate=48000)
        assert isinstance(stream, av.AudioStream)
        stream.layout = "mono"
        for at in range(0, len(samples), 960):
            frame = av.AudioFrame.from_ndarray(samples[None, at : at + 960], format="s16", layout="mono")
            frame.rate, frame.pts = 48000, at
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return path


def read_wav(path: Path) -> Samples:
    """Read mono samples with the standard library."""
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2")


def lag(played: Samples, recorded: Samples) -> int:
    """Return at which sample of `recorded` the sound of `played` begins, by cross-correlation."""
    size = 1 << (len(played) + len(recorded)).bit_length()
    product = np.fft.rfft(recorded.astype(float), size) * np.conj(np.fft.rfft(played.astype(float), size))
    at = int(np.argmax(np.fft.irfft(product, size)))
    return at if at < size // 2 else at - size


def lags(played: Samples, recorded: Samples, window: int) -> list[int]:
    """Return the lag of each `window` samples of `played`: all alike where nothing was lost or doubled."""
    whole = lag(played, recorded)
    found = []
    for at in range(0, len(played) - window, window):
        first = max(whole + at - window // 2, 0)
        there = recorded[first : whole + at + window + window // 2]
        found.append(lag(played[at : at + window], there) + first - at)
    return found
