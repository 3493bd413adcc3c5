"""How loud it is, and whether anything is heard at all.

The arithmetic is `audioop` (C, in the standard library up to 3.12, then the package audioop-lts): 0.002 CPU seconds
for a minute of sound and 0.3 ms to import. The same in plain Python takes 0.2 s a minute, in numpy 0.005 s a minute
after 0.24 s and 20 MB for the import, which the recorder otherwise does not need.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from meetrec.audio.riff import SAMPLE_BYTES
from meetrec.audio.sound_files import SoundReader
from meetrec.audio.wav import WavReader

with warnings.catch_warnings():  # 3.11 and 3.12 announce that audioop leaves the standard library
    warnings.simplefilter("ignore", DeprecationWarning)
    import audioop

SILENCE_DB = -120.0
"""Stands for digital zero, of which the logarithm does not exist."""

_FULL_SCALE = 32768.0


@dataclass(frozen=True)
class Level:
    """Loudness of a block in dB relative to full scale: 0 is the loudest, -120 digital zero."""

    rms_db: float
    peak_db: float


def to_db(amplitude: float) -> float:
    """Return `amplitude` (0 to 32768) in dB relative to full scale."""
    return max(20 * math.log10(amplitude / _FULL_SCALE), SILENCE_DB) if amplitude > 0 else SILENCE_DB


def level(pcm: bytes) -> Level:
    """Return the loudness of s16le samples; of all channels together where there are several."""
    return Level(to_db(audioop.rms(pcm, SAMPLE_BYTES)), to_db(audioop.max(pcm, SAMPLE_BYTES)))


class SignalWatch:
    """Says when the microphone gives nothing. A pure state machine: the caller feeds it, it has no clock.

    "zero": digital silence for `zero_after` seconds, as from a muted or dead source. "quiet": no block louder than
    `quiet_below` dB (peak) for `quiet_after` seconds, as from a microphone at the other end of the building. "normal"
    again with the first block that is louder. (A far speaker in the AMI room recordings peaks near -35 dB; a good
    microphone in an empty room stays below -55 dB.)
    """

    def __init__(self, *, zero_after: float = 10.0, quiet_after: float = 30.0, quiet_below: float = -55.0) -> None:
        self._zero_after, self._quiet_after, self._quiet_below = zero_after, quiet_after, quiet_below
        self._zero_for = self._quiet_for = 0.0
        self.state: Literal["normal", "quiet", "zero"] = "normal"

    def feed(self, seconds: float, peak_db: float) -> bool:
        """Take the peak of a block `seconds` long and return whether `state` changed by it."""
        self._zero_for = self._zero_for + seconds if peak_db <= SILENCE_DB else 0.0
        self._quiet_for = self._quiet_for + seconds if peak_db < self._quiet_below else 0.0
        before = self.state
        if self._zero_for >= self._zero_after:
            self.state = "zero"
        elif self._quiet_for >= self._quiet_after:
            self.state = "quiet"
        else:
            self.state = "normal"
        return self.state != before


def quiet_map(
    reader: WavReader | SoundReader, step: float = 0.1, *, start: float = 0.0, end: float = math.inf
) -> list[float]:
    """Return the loudness (RMS, dB) of each `step` seconds from `start` to `end`, to find where to cut.

    Entry i covers start + i·step to start + (i+1)·step; the last one may be shorter. The file is streamed.
    """
    frames = max(round(step * reader.rate), 1)
    width = reader.channels * SAMPLE_BYTES
    span = _blocks(reader, round(start * reader.rate), end * reader.rate, frames * max(round(10 / step), 1))
    return [
        to_db(audioop.rms(pcm[at : at + frames * width], SAMPLE_BYTES))
        for pcm in span
        for at in range(0, len(pcm), frames * width)
    ]


def _blocks(reader: WavReader | SoundReader, at: int, end: float, frames: int) -> Iterator[bytes]:
    while pcm := reader.read(at, int(min(frames, max(end - at, 0)))):
        yield pcm
        at += len(pcm) // (reader.channels * SAMPLE_BYTES)
