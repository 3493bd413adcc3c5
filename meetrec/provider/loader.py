"""Loader: puts stretches of the recording on a link."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from meetrec.core.events import CaptionInterim
from meetrec.core.turn_cutter import TurnCutter
from meetrec.provider.backoff import Pace
from meetrec.provider.link import Link
from meetrec.provider.passage import Passage
from meetrec.provider.ports import AudioReader, Resampler, VoiceDetector
from meetrec.provider.progress import Progress
from meetrec.provider.sender import Sender
from meetrec.provider.stretches import Stretch

_QUIET_LOOKS_S = (3.0, 12.0)
_SHORTEST_PAUSE_STEPS = 4


class Loader:
    """Makes passages; each gets a turn cutter, a resampler and a voice detector of its own."""

    def __init__(
        self,
        progress: Progress,
        reader: AudioReader,
        *,
        cutter: Callable[[], TurnCutter],
        resampler: Callable[[], Resampler] | None,
        detector: Callable[[], VoiceDetector] | None,
        speed: float,
        on_forgotten: Callable[[list[Stretch], list[CaptionInterim]], None],
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._progress = progress
        self._reader = reader
        self._cutter = cutter
        self._resampler = resampler
        self._detector = detector
        self._speed = speed
        self._on_forgotten = on_forgotten
        self._clock = clock
        self._sleep = sleep

    def load(self, link: Link, stretches: list[Stretch], live_from: int | None) -> Passage:
        """Return the passage of `stretches`, and of what is recorded from `live_from` on, over `link`."""
        sender = Sender(
            link.protocol,
            self._reader,
            stretches=stretches,
            live_from=live_from,
            cutter=self._cutter(),
            resampler=self._resampler,
            detector=self._detector() if self._detector is not None else None,
            breaks=self._progress.breaks,
        )
        progress = self._progress
        return Passage(
            link,
            sender,
            loaded=stretches,
            written=lambda: progress.written,
            on_forgotten=self._on_forgotten,
            rate=progress.rate,
            pace=Pace(self._speed, self._clock),
            clock=self._clock,
            sleep=self._sleep,
        )

    def quiet_place(self) -> int:
        """Return the frame in the middle of the longest pause of the last seconds: there no word is cut.

        It is looked for further back only where nobody paused for so long, since what is said from there on is
        captioned later. The end of the recording if there was no pause at all.
        """
        written, rate = self._progress.written, self._progress.rate
        if self._detector is None:
            return written
        for look_s in _QUIET_LOOKS_S:
            start = max(0, written - round(look_s * rate))
            detector = self._detector()
            first, steps = _longest_pause(detector.feed(self._reader.read(start, written - start)))
            if steps >= _SHORTEST_PAUSE_STEPS:
                return start + round((first + steps / 2) * detector.step_s * rate)
        return written


def _longest_pause(voiced: Sequence[bool]) -> tuple[int, int]:
    """Return the first step and the length of the longest run without voice, the last one of several as long."""
    best, run = (0, 0), 0
    for index, voice in enumerate(voiced):
        run = 0 if voice else run + 1
        if run and run >= best[1]:
            best = (index + 1 - run, run)
    return best
