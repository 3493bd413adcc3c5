"""Cutting turns on the server's side, as `server_vad` and `semantic_vad` do, by level alone."""

from __future__ import annotations

from typing import Any, Literal

from meetrec.demo.fingerprint import Samples
from meetrec.demo.link_rules import RATE_HZ
from meetrec.demo.voice import FRAME_SECONDS, VoiceMeter

_LEAST_SPEECH_SECONDS = 0.06
_SEMANTIC_SECONDS = {"low": 1.0, "medium": 0.6, "auto": 0.6, "high": 0.35}
_PADDING_SECONDS = 0.3

Happened = tuple[Literal["started", "stopped"], float]


class TurnCutter:
    """Listens to a link's audio (RATE_HZ, full scale 1.0) and says where turns start and stop."""

    def __init__(self) -> None:
        self._meter = VoiceMeter(RATE_HZ)
        self._speaking = False
        self._since = 0.0  # earlier speech belongs to a turn already committed

    @property
    def voiced(self) -> list[tuple[float, float]]:
        """Where speech was, in seconds of the link's audio."""
        return self._meter.spans

    def feed(self, samples: Samples, turns: dict[str, Any] | None) -> list[Happened]:
        """Take samples; returns starts (padding before the speech included) and stops (silence waited for included).

        `turns` is `turn_detection` of the session, None where the client cuts.
        """
        self._meter.threshold = (turns or {}).get("threshold", 0.5)
        silence = self._silence_seconds(turns or {})
        happened: list[Happened] = []
        for end, _voiced in self._meter.feed(samples):
            if turns is None or not self._meter.spans:
                continue
            start, last = self._meter.spans[-1]
            if self._speaking and end - last >= silence - 1e-9:
                self._speaking, self._since = False, end
                happened.append(("stopped", end))
            elif not self._speaking and last == end and end - max(start, self._since) >= _LEAST_SPEECH_SECONDS - 1e-9:
                self._speaking = True
                padding = turns.get("prefix_padding_ms", _PADDING_SECONDS * 1000) / 1000
                happened.append(("started", max(0.0, start - padding, self._since)))
        return happened

    def reset(self) -> None:
        """The client has committed or cleared: what comes next is a new turn."""
        self._speaking = False
        self._since = self._meter.spans[-1][1] if self._meter.spans else 0.0

    def forget(self, before: float) -> None:
        """Drop what is known of speech before a time."""
        self._meter.forget(before)

    @staticmethod
    def _silence_seconds(turns: dict[str, Any]) -> float:
        if turns.get("type") == "semantic_vad":
            return _SEMANTIC_SECONDS[turns.get("eagerness", "auto")]
        return max(FRAME_SECONDS, float(turns.get("silence_duration_ms", 200)) / 1000)
