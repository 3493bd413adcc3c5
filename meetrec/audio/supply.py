"""What keeps an output supplied: sound read from disk by position, mixed, and brought to the speed wished."""

from __future__ import annotations

from collections.abc import Callable

from meetrec.audio.output import Output
from meetrec.audio.program import Program
from meetrec.audio.resample import to_pcm16
from meetrec.audio.riff import SAMPLE_BYTES
from meetrec.audio.sound_files import SoundReader
from meetrec.audio.tempo import make_tempo

_AHEAD_S = 0.7
"""How much sound is ready beside what the device was given."""
_BLOCK_S = 0.1
_LEAD_IN_S = 0.05
"""Silence before the first sound: PulseAudio swallows some 20 ms at the beginning of a stream."""


class Supply:
    """Plays `program` from `done` seconds on, on an output of its own. Belongs to one thread, except for `heard`.

    `on_ended` is called from another thread when the sound system ends the stream by itself; `device_ended` says so.
    Raises AudioDeviceError without an output, AudioError where the speed cannot be had; reading may raise StorageError.
    """

    def __init__(
        self, reader: SoundReader, program: Program, done: float, speed: float, *,
        latency_s: float, on_ended: Callable[[], None],
    ) -> None:  # fmt: skip
        self._reader, self._program, self._speed = reader, program, speed
        self._read = self._given = done
        self._ahead_s = latency_s + _AHEAD_S
        self._on_ended = on_ended
        self._all_read = False
        self.device_ended = False
        self._tempo = make_tempo(reader.rate, speed)
        self.output = Output(reader.rate, self._ended, latency_s=latency_s)
        self.output.put(bytes(round(reader.rate * _LEAD_IN_S) * SAMPLE_BYTES), done, 0.0)

    def start(self) -> None:
        """Begin to play. Raises AudioDeviceError, and StorageError where the sound cannot be read."""
        try:
            self.fill()
            self.output.start()
        except BaseException:  # whatever it was: the open stream and files go with it
            self.close()
            raise

    def fill(self) -> None:
        """Have about a second of sound ready."""
        rate = self._reader.rate
        while not self._all_read and self.output.queued_s < self._ahead_s:
            place, left = self._program.place(self._read)
            frames = max(round(min(left, _BLOCK_S) * rate), 1) if left else 0
            pcm = self._reader.read(round(place * rate), frames)
            self._read += len(pcm) / SAMPLE_BYTES / self._reader.channels / rate
            self._all_read = not pcm
            sound = self._tempo.feed(_mixed(pcm, self._reader.channels)) if pcm else self._tempo.flush()
            self.output.put(sound, self._given, self._speed, last=self._all_read)
            self._given += len(sound) / SAMPLE_BYTES / rate * self._speed

    def heard(self) -> float | None:
        """Return how many seconds of the program have been heard, None before the first sound."""
        return self.output.heard()

    @property
    def is_over(self) -> bool:
        """Whether all of it has been heard."""
        return self._all_read and self.output.is_silent

    def close(self) -> None:
        """Fall silent at once."""
        self.output.close()

    def _ended(self) -> None:
        self.device_ended = True
        self._on_ended()


def _mixed(pcm: bytes, channels: int) -> bytes:
    """Return the mean of the channels: every ear hears everybody."""
    if channels == 1:
        return pcm
    import numpy as np

    samples = np.frombuffer(pcm, "<i2").reshape(-1, channels).astype(np.float32)
    return to_pcm16(samples.mean(axis=1) / np.float32(32768.0))
