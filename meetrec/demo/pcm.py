"""PCM as it comes over a link, made fit for comparing: base64, 16-bit, 24 kHz to float at 8 kHz."""

from __future__ import annotations

import base64
import binascii
from typing import Any

import numpy as np
import numpy.typing as npt

from meetrec.demo.fingerprint import Samples

FACTOR = 3  # 24 kHz / 8 kHz
_TAPS = 63
_MAX_APPEND = 15 * 1024 * 1024


def decode(audio: Any) -> bytes:
    """The PCM in the `audio` of an append event. Raises ValueError where it is none: empty, odd, too large."""
    if not isinstance(audio, str):
        raise ValueError("not a string")
    try:
        pcm = base64.b64decode(audio, validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from error
    if not pcm or len(pcm) % 2 or len(pcm) > _MAX_APPEND:
        raise ValueError(f"{len(pcm)} bytes")
    return pcm


def floats(pcm: bytes) -> Samples:
    """16-bit little-endian samples at full scale 1.0."""
    return np.frombuffer(pcm, "<i2").astype(np.float32) / np.float32(32_768)


def _low_pass() -> Samples:
    time = np.arange(_TAPS) - _TAPS // 2
    taps = np.sinc(time * 0.9 / FACTOR) * np.hamming(_TAPS)
    return np.asarray(taps / taps.sum(), np.float32)


class Downsampler:
    """24 kHz to 8 kHz, block by block, the same however the blocks are cut. It lags 1.3 ms behind."""

    _FILTER = _low_pass()

    def __init__(self) -> None:
        self._rest: npt.NDArray[np.float32] = np.zeros(_TAPS // 2, np.float32)

    def feed(self, samples: Samples) -> Samples:
        """The samples at 8 kHz that the input so far allows."""
        audio = np.concatenate([self._rest, samples])
        count = max(0, (len(audio) - _TAPS) // FACTOR + 1)
        self._rest = audio[count * FACTOR :]
        if not count:
            return np.zeros(0, np.float32)
        wanted = audio[: (count - 1) * FACTOR + _TAPS]
        return np.convolve(wanted, self._FILTER, "valid")[::FACTOR].astype(np.float32)
