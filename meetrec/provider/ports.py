"""What the live link needs from the world. The floors above put the real things in; tests put theirs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class AudioReader(Protocol):
    """The recording as far as it is written: signed 16-bit little-endian mono at `rate` samples per second."""

    @property
    def rate(self) -> int: ...

    def read(self, start_frame: int, frames: int) -> bytes:
        """Return up to `frames` frames from `start_frame` on; fewer where the recording ends."""
        ...


class Resampler(Protocol):
    """A streaming converter to 24 kHz. Its output does not depend on how the input is cut into blocks."""

    def feed(self, pcm: bytes) -> bytes: ...

    def flush(self) -> bytes:
        """Return what is left after the last block."""
        ...


class VoiceDetector(Protocol):
    """Tells voice from everything else, in steps of `step_s` seconds, at the recording's own rate."""

    @property
    def step_s(self) -> float: ...

    def feed(self, pcm: bytes) -> Sequence[bool]:
        """Take in audio; return an answer for each step that is complete now."""
        ...
