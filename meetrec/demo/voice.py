"""Telling speech from silence by level alone: enough for a simulated service."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

FRAME_SECONDS = 0.02
_RUN = 3  # voiced frames that make speech
_LOWEST_DB = -75.0


class VoiceMeter:
    """Tells speech from silence in a stream of mono audio, 20 ms at a time; `spans` lists where speech was.

    `threshold` (0 to 1, as in server_vad) says how loud speech must be: 0.5 is -48 dBFS. Noise raises it.
    """

    def __init__(self, rate: int, threshold: float = 0.5) -> None:
        self.threshold = threshold
        self.spans: list[tuple[float, float]] = []
        self._frame = round(rate * FRAME_SECONDS)
        self._rest: npt.NDArray[np.float32] = np.zeros(0, np.float32)
        self._floor_db = -60.0
        self._frames = 0

    def feed(self, samples: npt.NDArray[np.float32]) -> Iterator[tuple[float, bool]]:
        """Take samples, full scale 1.0; yields (end in seconds, voiced) as each full frame is heard. Exhaust it."""
        audio = np.concatenate([self._rest, samples])
        count = len(audio) // self._frame
        self._rest = audio[count * self._frame :]
        frames = audio[: count * self._frame].reshape(count, self._frame)
        levels_db = 10 * np.log10(np.maximum(np.mean(np.square(frames), axis=1), 1e-12))
        for level_db in levels_db:
            yield self._frame_heard(float(level_db))

    def forget(self, before: float) -> None:
        """Drop the spans that end before a time."""
        self.spans = [span for span in self.spans if span[1] > before]

    def _frame_heard(self, level_db: float) -> tuple[float, bool]:
        rising = self._floor_db + 0.004  # 0.2 dB per second: slow enough for long speech
        self._floor_db = max(level_db, _LOWEST_DB) if level_db < self._floor_db else rising
        voiced = level_db > max(-58.0 + 20.0 * self.threshold, self._floor_db + 9.0)
        start = self._frames * FRAME_SECONDS
        self._frames += 1
        end = self._frames * FRAME_SECONDS
        if voiced and self.spans and self.spans[-1][1] >= start - 1e-9:
            self.spans[-1] = (self.spans[-1][0], end)
        elif voiced:
            self.spans.append((start, end))
        return end, voiced


def voiced_spans(samples: npt.NDArray[np.float32], rate: int) -> list[tuple[float, float]]:
    """Where speech is in finished audio, in seconds."""
    meter = VoiceMeter(rate)
    for _frame in meter.feed(samples):
        pass
    return [span for span in meter.spans if span[1] - span[0] >= _RUN * FRAME_SECONDS]
