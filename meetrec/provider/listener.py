"""Listener: hears where turns end in what is being sent, looking no more often than it must.

To wake a neural network for each 100 ms costs three times as much as to let it hear the same sound in longer pieces.
While nothing that may have been said could end the turn yet, the sound is kept; when a decision could fall, all of it
is heard. The decisions are the same, at the same blocks.
"""

from __future__ import annotations

from meetrec.core.turn_cutter import Cut, TurnCutter
from meetrec.provider.ports import VoiceDetector

_KEEP_AT_MOST_S = 0.5


class Listener:
    """Feeds `cutter` with what `detector` hears in s16le mono at `rate`; without one, everything is voice."""

    def __init__(self, cutter: TurnCutter, detector: VoiceDetector | None, rate: int) -> None:
        self._cutter = cutter
        self._detector = detector
        self._bytes_per_second = 2 * rate
        self._kept = bytearray()
        self._text_seen = 0
        self.quiet_s = 0.0
        """Seconds without voice before what is kept."""

    def hear(self, pcm: bytes, text: int) -> Cut:
        """Take in the next block; `text` characters have come for the open turn. Returns how to end it, if it ends."""
        self._kept += pcm
        seconds = len(pcm) / self._bytes_per_second
        kept_s = len(self._kept) / self._bytes_per_second
        text_alone = self._cutter.idle and text > self._text_seen
        if not text_alone and kept_s + seconds <= min(self._cutter.room, _KEEP_AT_MOST_S):
            return Cut.NOTHING  # another block like this one changes nothing either
        return self.catch_up(text)

    def catch_up(self, text: int) -> Cut:
        """Hear what is kept."""
        pcm = bytes(self._kept)
        self._kept.clear()
        for seconds, voiced in self._steps(pcm):
            self.quiet_s = 0.0 if voiced else self.quiet_s + seconds
            cut = self._cutter.feed(seconds, voiced)
            if cut is not Cut.NOTHING:
                self._text_seen = 0
                return cut  # the rest of this block is in the same append
        if text > self._text_seen:
            self._cutter.heard()
        self._text_seen = text
        return Cut.NOTHING

    def _steps(self, pcm: bytes) -> list[tuple[float, bool]]:
        if self._detector is None:
            return [(len(pcm) / self._bytes_per_second, True)] if pcm else []
        return [(self._detector.step_s, voiced) for voiced in self._detector.feed(pcm)]

    @property
    def voice(self) -> tuple[float, float] | None:
        """Where in the open turn voice begins and ends, in seconds, as far as it was heard."""
        return self._cutter.voice

    @property
    def idle(self) -> bool:
        """Whether nothing worth a turn was heard since the last cut."""
        return self._cutter.idle

    def end(self) -> Cut:
        """The audio ends here; what is kept must have been heard. Returns what to do with the open turn."""
        self._text_seen = 0
        return self._cutter.end()
