"""The recording as the minutes need it: its loudness, and pieces of it as files."""

from __future__ import annotations

import io
import math
import threading
import wave
from collections.abc import Sequence
from pathlib import Path

from meetrec.audio.levels import quiet_map
from meetrec.audio.sound_files import SoundReader
from meetrec.workflow.finish_job import LEVEL_STEP_S

SAMPLE_BYTES = 2


class _Joined:
    """Pieces of a recording one after another, to be read like one."""

    def __init__(self, rate: int, pcm: bytes) -> None:
        self.rate = rate
        self._pcm = pcm

    @property
    def duration(self) -> float:
        return len(self._pcm) / SAMPLE_BYTES / self.rate

    def read(self, start_frame: int, frames: int) -> bytes:
        return self._pcm[start_frame * SAMPLE_BYTES : (start_frame + frames) * SAMPLE_BYTES]


class RecordedAudio:
    """Reads a recording that may still grow. May be used from several threads."""

    def __init__(self, reader: SoundReader) -> None:
        self._reader = reader
        self._levels: list[float] = []
        self._lock = threading.Lock()

    @property
    def duration(self) -> float:
        """Seconds recorded so far."""
        return self._reader.duration

    def levels(self) -> Sequence[float]:
        """Return the loudness in dB of each whole 0.1 s so far; only what is new is read."""
        with self._lock:
            whole = math.floor(self._reader.duration / LEVEL_STEP_S + 1e-9)
            if whole > len(self._levels):
                start = len(self._levels) * LEVEL_STEP_S
                self._levels += quiet_map(self._reader, LEVEL_STEP_S, start=start, end=whole * LEVEL_STEP_S)
            return self._levels

    def encode(self, start: float, end: float, upload: str, target: Path) -> int:
        """Write `start` to `end` seconds as "wav", "flac" or "mp3" to `target`; returns its bytes."""
        from meetrec.audio.encode import encode  # brings numpy, which a recording does without

        return encode(self._reader, start, end, upload, target)

    def clip(self, start: float, end: float) -> bytes:
        """Return `start` to `end` seconds as a WAV file."""
        return self._wav([self._span(start, end)])

    def encode_clips(self, spans: Sequence[tuple[float, float]], pause_s: float, target: Path) -> int:
        """Write the spans, `pause_s` of silence after each, in the format of the target's suffix; returns its bytes."""
        from meetrec.audio.encode import encode

        silence = bytes(round(pause_s * self._reader.rate) * SAMPLE_BYTES)
        joined = _Joined(self._reader.rate, b"".join(self._span(start, end) + silence for start, end in spans))
        return encode(joined, 0.0, joined.duration, target.suffix[1:], target)

    def _span(self, start: float, end: float) -> bytes:
        first = round(start * self._reader.rate)
        return self._reader.read(first, round(end * self._reader.rate) - first)

    def _wav(self, pieces: Sequence[bytes]) -> bytes:
        content = io.BytesIO()
        with wave.open(content, "wb") as file:
            file.setnchannels(self._reader.channels)
            file.setsampwidth(SAMPLE_BYTES)
            file.setframerate(self._reader.rate)
            for piece in pieces:
                file.writeframesraw(piece)
        return content.getvalue()
