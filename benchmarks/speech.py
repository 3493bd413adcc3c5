"""The sound everything is measured with: the sample meeting, over and over."""

from __future__ import annotations

import wave
from pathlib import Path

import soundfile

from meetrec.demo.meeting import sample_path


def speech_file(path: Path, seconds: float) -> Path:
    """Write at least `seconds` of the sample meeting to `path`, as 16-bit mono WAV, and return it."""
    samples, rate = soundfile.read(sample_path(), dtype="int16")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        while file.tell() < seconds * rate:
            file.writeframes(samples.tobytes())
    return path
