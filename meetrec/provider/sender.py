"""Sender: reads stretches of the recording by position and sends them on a link.

Live, late and replay are the same: what lies between the position and the end of what is written goes out in pieces of
at most 100 ms. Nothing is on the wire that is not on the disk, and no audio waits in memory.
"""

from __future__ import annotations

import bisect
import sys
from collections import deque
from collections.abc import Callable, Sequence

from meetrec.core.turn_cutter import Cut, TurnCutter
from meetrec.provider.listener import Listener
from meetrec.provider.ports import AudioReader, Resampler, VoiceDetector
from meetrec.provider.protocol import LinkProtocol
from meetrec.provider.stretches import Stretch
from meetrec.provider.timeline import RATE

APPEND_S = 0.1
_KEPT_S = 0.3  # of silence that is cleared: a word may begin in it, too softly to have been noticed
_TAIL_S = 8.0  # where the service cuts the turns: how late its word about speech may come
_TAIL_VOICE_S = 0.1
_PAUSE_S = 1.0  # where the service cuts the turns: the silence in which a link may be left


class Sender:
    """Sends `stretches` and then, if `live_from` is given, what is recorded from there on."""

    def __init__(
        self,
        protocol: LinkProtocol,
        reader: AudioReader,
        *,
        stretches: Sequence[Stretch] = (),
        live_from: int | None = None,
        cutter: TurnCutter,
        resampler: Callable[[], Resampler] | None = None,
        detector: VoiceDetector | None = None,
        breaks: Sequence[int] = (),
    ) -> None:
        """`breaks` are frames, rising, at which the recording was paused: no turn goes on beyond one. It may grow."""
        self._protocol = protocol
        self._reader = reader
        self._rate = reader.rate
        self._listener = Listener(cutter, detector, reader.rate)
        self._make_resampler = resampler if self._rate != RATE else None
        self._detector = detector
        self._breaks = breaks
        self._ahead: deque[tuple[int, int | None]] = deque((one.start, one.end) for one in stretches)
        if live_from is not None:
            self._ahead.append((live_from, None))
        self.watches_pauses = False
        """Whether the voice detector runs although the service cuts the turns: to find a pause to leave in."""
        self._begin_stretch()

    def _begin_stretch(self) -> None:
        self._start, self._end = self._ahead.popleft() if self._ahead else (0, 0)
        self._cut = False
        self._go_to(self._start)

    def _go_to(self, frame: int) -> None:
        self._position = self._anchor = frame
        self._anchor_sent = 0
        self._resampler = self._make_resampler() if self._make_resampler is not None else None
        self._protocol.seek(frame / self._rate)

    @property
    def unsent_from(self) -> int:
        """The first frame of the current stretch that has not been sent (the resampler holds a little back)."""
        return self._anchor + self._anchor_sent * self._rate // RATE

    @property
    def is_live(self) -> bool:
        """Whether what is recorded now is being sent, all earlier stretches being through."""
        return self._end is None

    @property
    def through(self) -> bool:
        """Whether everything was sent."""
        return self._cut and not self._ahead

    def unsent(self) -> tuple[list[Stretch], int | None]:
        """Return the stretches not sent yet, and from where on the open-ended one, if there is one, is not sent."""
        left = [(self.unsent_from, self._end), *self._ahead]
        live_from = next((start for start, end in left if end is None), None)
        return [Stretch(start, end) for start, end in left if end is not None and end > start], live_from

    def lag(self, written: int) -> int:
        """Return how many frames, of the `written` ones, are not sent yet."""
        if self._end is None:
            return max(0, written - self.unsent_from)  # asked after each block: this is how it mostly is
        closed, live_from = self.unsent()
        return sum(one.frames for one in closed) + (max(0, written - live_from) if live_from is not None else 0)

    def end_at(self, frame: int) -> None:
        """The recording ends at `frame`."""
        if self._end is None:
            self._end = max(frame, self._start)
        self._ahead = deque((start, max(frame, start) if end is None else end) for start, end in self._ahead)

    def step(self, written: int) -> float:
        """Send up to 100 ms of what is there. Returns the seconds sent; 0 says that there is nothing to send now."""
        end = written if self._end is None else min(self._end, written)
        frames = min(end, self._pass_break()) - self._position
        frames = min(frames, max(1, round(APPEND_S * self._rate)))
        pcm = self._reader.read(self._position, frames) if frames > 0 else b""
        pcm = pcm[: len(pcm) // 2 * 2]
        if pcm:
            self._position += len(pcm) // 2
            self._append(pcm if self._resampler is None else self._resampler.feed(pcm))
            self._listen(pcm)
        if self._end is not None and self._position >= self._end and not self._cut:
            self.cut_here()
            self._cut = True
            if self._ahead:
                self._begin_stretch()
        return len(pcm) / 2 / self._rate

    def _pass_break(self) -> int:
        """End the turn where the recording was paused at the position. Returns the next frame at which it was."""
        index = bisect.bisect_left(self._breaks, self._position)
        if index < len(self._breaks) and self._breaks[index] == self._position:
            index += 1
            if self._anchor < self._position and not self._cut:
                self.cut_here()
                self._go_to(self._position)
        return self._breaks[index] if index < len(self._breaks) else sys.maxsize

    def _append(self, pcm: bytes) -> None:
        self._protocol.send_audio(pcm)
        self._anchor_sent += len(pcm) // 2

    def _listen(self, pcm: bytes) -> None:
        """Look for voice and cut the turn where it ends."""
        if self._protocol.config.client_cuts or self.watches_pauses:
            self._act_on(self._listener.hear(pcm, self._protocol.open_text))

    def _catch_up(self) -> None:
        """Hear what has been sent and not been listened to yet."""
        if self._protocol.config.client_cuts or self.watches_pauses:
            self._act_on(self._listener.catch_up(self._protocol.open_text))

    def _act_on(self, cut: Cut) -> None:
        if not self._protocol.config.client_cuts:
            return
        if self._listener.voice is not None:
            self._protocol.mark_voice(*self._listener.voice)
        if cut is Cut.COMMIT:
            self._protocol.commit()
        elif cut is Cut.CLEAR:
            self._protocol.clear()
            kept = round(_KEPT_S * self._rate)
            self._go_to(max(self._anchor, self._position - kept))

    def find_pause(self) -> bool:
        """Tell whether the link can be left here without cutting a word."""
        self._catch_up()
        if self._protocol.config.client_cuts:
            return self._listener.idle
        return not self._protocol.speaking and (self._detector is None or self._listener.quiet_s >= _PAUSE_S)

    def rest(self) -> None:
        """No audio has come for a while (the recording is paused): end the turn, so that its text becomes final."""
        self._catch_up()
        if not self._protocol.config.client_cuts:
            if self._tail_has_voice():
                self._protocol.commit()
        elif self._listener.end() is Cut.COMMIT:
            self._protocol.commit()

    def cut_here(self) -> int:
        """End the turn at the position, whatever it holds. Returns the position, the first frame not sent."""
        if self._resampler is not None:
            self._append(self._resampler.flush())
            self._resampler = None
        self._catch_up()
        if not self._protocol.config.client_cuts:
            self._protocol.commit() if self._tail_has_voice() else self._protocol.forget()
        elif self._listener.end() is Cut.COMMIT:
            self._protocol.commit()
        else:
            self._protocol.clear()
        return self._position

    def _tail_has_voice(self) -> bool:
        """Whether somebody speaks in what the service has not cut yet: its word on the last seconds is still under way.

        Committing mere silence would be answered with words that nobody said.
        """
        if self._protocol.speaking or self._detector is None:
            return self._protocol.open_seconds > 0
        seconds = min(self._protocol.open_seconds, _TAIL_S)
        start = max(self._anchor, self._position - round(seconds * self._rate))
        voiced = self._detector.feed(self._reader.read(start, self._position - start))
        return sum(voiced) * self._detector.step_s >= _TAIL_VOICE_S
