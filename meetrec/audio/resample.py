"""Change the sample rate of a stream, whatever pieces it comes in.

numpy and soxr are loaded with the first resampler that has something to do, not before: a recorder whose microphone
runs at the wanted rate never needs them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Resampler:
    """Turns s16le mono at `from_rate` into s16le mono at `to_rate`; bytes pass untouched where they are equal.

    The result does not depend on how the stream is cut into blocks, not even in the middle of a sample. Floats are
    used inside since soxr would dither its integers, differently at each cut. soxr holds back about 20 ms of sound.
    """

    def __init__(self, from_rate: int, to_rate: int) -> None:
        self.from_rate, self.to_rate = from_rate, to_rate
        self._stream: Any = None
        self._half = b""
        if from_rate != to_rate:
            import soxr

            self._stream = soxr.ResampleStream(from_rate, to_rate, 1, dtype="float32")

    def feed(self, pcm: bytes) -> bytes:
        """Take s16le and return as much of the result as can be known by now."""
        pcm = self._half + pcm
        whole = len(pcm) - len(pcm) % 2
        self._half, pcm = pcm[whole:], pcm[:whole]
        if self._stream is None or not pcm:
            return pcm
        return to_pcm16(self._stream.resample_chunk(from_pcm16(pcm)))

    def feed_floats(self, samples: NDArray[np.float32]) -> bytes:
        """Take mono samples of full scale ±1 instead; for sources finer than 16 bits."""
        return to_pcm16(samples if self._stream is None else self._stream.resample_chunk(samples))

    def flush(self) -> bytes:
        """Return what was held back. The stream ends here; half a sample is dropped."""
        self._half = b""
        return b"" if self._stream is None else to_pcm16(self._stream.resample_chunk(from_pcm16(b""), last=True))


def from_pcm16(pcm: bytes) -> NDArray[np.float32]:
    """Return s16le as samples of full scale ±1."""
    import numpy as np

    return np.frombuffer(pcm, "<i2").astype(np.float32) / np.float32(32768.0)


def to_pcm16(samples: NDArray[np.float32]) -> bytes:
    """Return samples (full scale ±1) as s16le, rounded to the nearest step and clipped; what is no number is 0."""
    import numpy as np

    scaled = np.rint(np.nan_to_num(samples, nan=0.0, posinf=1.0, neginf=-1.0) * np.float32(32768.0))
    pcm: bytes = np.clip(scaled, -32768, 32767).astype("<i2").tobytes()
    return pcm
