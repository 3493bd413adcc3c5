"""Plays a recording through the output device: from any position, at several speeds, apart from any event loop.

One thread reads the sound from disk by position, changes its tempo, and keeps the output supplied with about a second.
No method waits for it: they say what is wished, `status` says what is. A stream is open only while sound is played, so
pausing is heard at once, and after a device has gone the next `play` finds whatever there is then.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from meetrec.audio import tempo
from meetrec.audio.output import LATENCY_S, gone, hanging
from meetrec.audio.program import Program, Span
from meetrec.audio.sound_files import SoundReader
from meetrec.audio.supply import Supply
from meetrec.core.errors import AudioDeviceError, AudioError, MeetrecError, UsageError
from meetrec.core.playing import SPEEDS, Playing, PlayState

log = logging.getLogger(__name__)

HANGING_AFTER_S = 5.0
"""So long the sound system may ask for nothing, or not answer, until that counts as no output."""
_STEP_S = 0.05


class _Wish(NamedTuple):
    """What is to be played: `program` from `done` seconds on. `number` tells one wish from the next."""

    program: Program
    done: float
    speed: float
    playing: bool
    number: int


class Player:
    """Plays the sound files of one session, in their order (SessionFolder.audio_files).

    Nothing is opened before the first `play`. Two tracks are mixed: every ear hears everybody.
    """

    def __init__(self, files: Sequence[Path], *, latency_s: float = LATENCY_S) -> None:
        self._files = list(files)
        self._latency_s = latency_s
        self._changed = threading.Condition()
        self._wish = _Wish(Program.since(0.0), 0.0, 1.0, False, 0)
        self._state: PlayState = "stopped"
        self._problem: MeetrecError | None = None
        self._duration = 0.0
        self._starting_since = 0.0
        self._closing = False
        self._supply: Supply | None = None
        self._supplied = -1
        """The number of the wish that the supply plays."""
        self._thread: threading.Thread | None = None

    # -- what is wished: any thread, at once -----------------------------------------------------------------------

    def play(self, spans: Sequence[Span] | None = None) -> None:
        """Play these spans (seconds on the recording's clock) one after the other; None: go on where it stopped."""
        with self._changed:
            at_end = spans is None and self._state == "ended"
            if at_end or spans is not None:
                program = Program(spans or [(0.0, float("inf"))])
                self._want(self._wish._replace(program=program, done=0.0, playing=True))
            elif not self._wish.playing:
                self._want(self._wish._replace(playing=True))

    def pause(self) -> None:
        """Fall silent. `play()` goes on from what was heard last."""
        with self._changed:
            if self._wish.playing:
                self._want(self._wish._replace(playing=False, done=self._done()))

    def seek(self, seconds: float) -> None:
        """Go on from another position, playing or paused as before."""
        with self._changed:
            ahead = Program.since(min(max(seconds, 0.0), self._duration or seconds))
            self._want(self._wish._replace(program=ahead, done=0.0))

    def set_speed(self, speed: float) -> None:
        """Play 0.5 to 4 times faster at the same pitch. Raises AudioError where other speeds than 1 cannot be had."""
        if not SPEEDS[0] / 2 < speed <= SPEEDS[-1] * 2:
            raise UsageError(f"a speed of {speed:g} cannot be played", f"give {SPEEDS[0]:g} to {SPEEDS[-1]:g}")
        if speed != 1 and (why := tempo.missing()) is not None:
            raise why
        with self._changed:
            if speed != self._wish.speed:
                self._want(self._wish._replace(speed=speed, done=self._done()))

    def close(self, wait_s: float = 0.0) -> None:
        """Fall silent and let everything go; wait up to `wait_s` seconds until it is done. May be called again."""
        with self._changed:
            self._closing = True
            self._changed.notify()
            thread = self._thread
        if thread is not None and wait_s:
            thread.join(wait_s)

    @property
    def status(self) -> Playing:
        """What is played and heard at this moment."""
        with self._changed:
            place, _ = self._wish.program.place(self._done())
            position = min(place, self._duration) if self._duration else place
            state, problem = self._state, self._problem
            if state == "starting" and time.monotonic() - self._starting_since > HANGING_AFTER_S:
                state, problem = "no output", hanging()
            words = (problem.message, problem.hint) if problem is not None else ("", "")
            return Playing(state, position, self._duration, self._wish.speed, *words)

    def _want(self, wish: _Wish) -> None:
        """Take in a wish; its state shows at once. Call it with the lock held."""
        if self._closing:
            return
        self._wish = wish._replace(number=wish.number + 1)
        self._problem = None
        if not wish.playing:
            self._state = "paused" if self._thread else "stopped"
        elif self._state != "starting":
            self._state, self._starting_since = "starting", time.monotonic()
        if self._thread is None and wish.playing:
            self._thread = threading.Thread(target=self._run, name="player", daemon=True)
            self._thread.start()
        self._changed.notify()

    def _done(self) -> float:
        """Return how much of the program has been heard. Call it with the lock held."""
        heard = self._supply.heard() if self._supply and self._supplied == self._wish.number else None
        return self._wish.done if heard is None else heard

    # -- the thread ------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        reader: SoundReader | None = None
        while not self._closing:
            wish = self._wish
            try:
                if reader is None and wish.playing:
                    reader = self._opened()
                if reader is not None:
                    self._step(reader, wish)
            except MeetrecError as error:
                self._fail(wish, error)
            except Exception as error:  # a bug of ours, or a library's, must not leave the user with a dead key
                log.exception("playing failed")
                self._fail(wish, AudioError(f"playing failed: {type(error).__name__}", "press play again"))
            with self._changed:
                if not self._closing and self._wish.number == wish.number:
                    self._changed.wait(_STEP_S if self._supply else None)
        self._hush()
        if reader is not None:
            reader.close()

    def _step(self, reader: SoundReader, wish: _Wish) -> None:
        """Make what is so what is wished."""
        if self._supply is not None and self._supplied != wish.number:
            self._hush()
        if not wish.playing:
            return
        if self._supply is None:
            self._begin(reader, wish)
        else:
            self._supply.fill()
            self._duration = reader.duration
        self._look(wish)

    def _begin(self, reader: SoundReader, wish: _Wish) -> None:
        supply = Supply(
            reader, wish.program, wish.done, wish.speed, latency_s=self._latency_s, on_ended=self._device_ended
        )
        supply.start()
        with self._changed:
            self._supply, self._supplied, self._duration = supply, wish.number, reader.duration
            if self._wish.number == wish.number:
                self._state = "playing"

    def _look(self, wish: _Wish) -> None:
        """See whether sound still goes out, and whether it is over."""
        supply = self._supply
        if supply is None:
            return
        if supply.device_ended:
            raise gone()
        if time.monotonic() - supply.output.last_call > HANGING_AFTER_S:
            raise hanging()
        if supply.is_over:
            self._settle(wish, "ended", None)

    def _device_ended(self) -> None:
        with self._changed:
            self._changed.notify()

    def _fail(self, wish: _Wish, error: MeetrecError) -> None:
        self._settle(wish, "no output" if isinstance(error, AudioDeviceError) else "stopped", error)

    def _settle(self, wish: _Wish, state: PlayState, problem: MeetrecError | None) -> None:
        """End playing by itself, unless something else has been wished meanwhile."""
        with self._changed:
            if self._wish.number == wish.number:
                self._wish = self._wish._replace(playing=False, done=self._done(), number=wish.number + 1)
                self._state, self._problem = state, problem
        self._hush()

    def _hush(self) -> None:
        with self._changed:
            supply, self._supply = self._supply, None
        if supply is not None:
            supply.close()

    def _opened(self) -> SoundReader:
        if not self._files:
            raise AudioError("this session has no sound", "it was deleted, or never recorded")
        reader = SoundReader(self._files)
        with self._changed:
            self._duration = reader.duration
        return reader
