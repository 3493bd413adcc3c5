"""The recording engine: every block a source hands over goes to the disk, in a thread that waits for nothing else.

    source's thread ─▶ queue (never drops) ─▶ writer thread ─▶ WAV ─▶ on_advance, on_level, …

The event loop takes no part in it: a screen or a network that hangs costs no sample. Live sources put into a queue
without bound; sources that can wait (files) put into a short one, so that fast playing takes no memory.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from meetrec.audio.levels import Level, SignalWatch, level
from meetrec.audio.losses import Losses
from meetrec.audio.pace import PaceWatch, SleepWatch
from meetrec.audio.source import Source
from meetrec.audio.writer import Writer
from meetrec.core.errors import AudioDeviceError, MeetrecError, StorageError

log = logging.getLogger(__name__)

SYNC_EVERY = 0.95
"""Seconds: what a power cut may cost, and one block. Less than a second, so that it is every tenth block."""
STALLED_AFTER = 5.0
"""Seconds without a block from a live source until it is called a fault."""
_LOOK_AWAY_S = 2.0
"""What a look counts for at most: in a process that was stopped time passes in which nothing could arrive."""
_WAITING_BLOCKS = 32


@dataclass(frozen=True)
class _Pause:
    on: bool


@dataclass(frozen=True)
class _Ended:
    why: str


class _Stop:
    pass


_Item = bytes | _Pause | _Ended | _Stop


def _ignore(*_: object) -> None:
    """Stand in for a callback nobody wants."""


class Recording:
    """Writes a source into a WAV until told to stop.

    **All callbacks come from the writer thread**; one that raises is logged and does not end the writing.

    - `on_advance(frames)`: so many frames are in the file now. It comes last of what there is to say of a block.
    - `on_level(level)`: loudness of the block, also while paused.
    - `on_signal(state)`: "normal", "quiet" or "zero" (see SignalWatch), when it changes.
    - `on_gap(seconds)`: so much sound of a live source is missing before the present end of the file.
    - `on_sleep(seconds)`: the machine slept so long; a live source's sound of that time is missing.
    - `on_trouble(error)`: something is wrong and the writing goes on: a StorageError says that the file is not where
      it belongs, an AudioDeviceError that nothing arrives.
    - `on_fault(error)`: a StorageError ended the writing.
    - `on_ended(why)`: no more will be written: the source came to its end (all of it is in the file), or the disk
      refused. Call `stop` then, or `replace_source` to go on.

    `rescue(error, writer)` is asked for another writer when the disk refuses this one, or when its file is no longer
    in its place; None (or a StorageError of its own) ends the recording, or leaves it in the displaced file. The writer
    it returns holds all frames that this one has, by then or by the name of silence: the recording's clock goes on.
    """

    def __init__(
        self,
        source: Source,
        writer: Writer,
        *,
        on_advance: Callable[[int], None] = _ignore,
        on_level: Callable[[Level], None] = _ignore,
        on_signal: Callable[[str], None] = _ignore,
        on_gap: Callable[[float], None] = _ignore,
        on_sleep: Callable[[float], None] = _ignore,
        on_trouble: Callable[[MeetrecError], None] = _ignore,
        on_fault: Callable[[MeetrecError], None] = _ignore,
        on_ended: Callable[[str], None] = _ignore,
        rescue: Callable[[StorageError, Writer], Writer | None] = lambda *_: None,
        clock: Callable[[], float] = time.monotonic,
        sleep_watch: SleepWatch | None = None,
    ) -> None:
        self._source, self._writer, self._clock = source, writer, clock
        self._on_advance, self._on_level, self._on_signal = on_advance, on_level, on_signal
        self._on_gap, self._on_sleep, self._on_trouble = on_gap, on_sleep, on_trouble
        self._on_fault, self._on_ended = on_fault, on_ended
        self._rescue = rescue
        self._queue: queue.SimpleQueue[_Item] | queue.Queue[_Item] = (
            queue.SimpleQueue() if source.live else queue.Queue(_WAITING_BLOCKS)
        )
        self._thread = threading.Thread(target=self._run, name="wav writer", daemon=True)
        self._signal = SignalWatch()
        self._pace = PaceWatch()
        self._paused = self._refused = self._stalled = self._displaced = False
        self._sleep = sleep_watch or SleepWatch()
        what = "the sound system dropped sound, {}"
        self._overflows = Losses(what, "close what keeps the computer busy", source.overflows)
        what = "meetrec itself lost a tenth of a second of sound, {}"
        self._failures = Losses(what, "recorder.log says why", source.failures)
        self._silent_s = 0.0
        self._synced_at = self._last_block_at = self._looked_at = clock()
        self.frames = writer.frames

    @property
    def overflows(self) -> int:
        """How often the sound system said that it had to drop sound."""
        return self._source.overflows

    def start(self) -> None:
        """Begin to write. Raises AudioError when the source cannot start; nothing runs then."""
        self._thread.start()
        try:
            self._source.start(self._queue.put, self._source_ended)
        except BaseException:
            self._queue.put(_Stop())
            self._thread.join()
            raise

    def replace_source(self, source: Source) -> None:
        """Go on with another source of the same kind, rate and channels after `on_ended`. Raises AudioError."""
        self._source.stop()
        self._source = source
        source.start(self._queue.put, self._source_ended)

    def pause(self) -> None:
        """Write nothing from now on; what was heard before is still written. The recording's clock stands."""
        self._queue.put(_Pause(on=True))

    def resume(self) -> None:
        """Go on writing."""
        self._queue.put(_Pause(on=False))

    def stop(self) -> int:
        """Stop the source, write all it has handed over, close the WAV, and return the frames in it.

        Blocks for about two seconds at most when the sound system hangs; call it from a thread, not the event loop.
        """
        self._source.stop()
        if self._thread.is_alive():
            self._queue.put(_Stop())
            self._thread.join()
        return self.frames

    def _source_ended(self, why: str) -> None:
        self._queue.put(_Ended(why))

    # -- writer thread ------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while True:
            try:
                item = self._queue.get(timeout=SYNC_EVERY)
            except queue.Empty:
                item = None
            if isinstance(item, _Stop):
                break
            try:
                self._take(item)
                self._look_around()
            except Exception as error:  # a bug of ours: say so rather than record into nothing
                log.exception("the recording failed")
                self._refuse(StorageError(f"the recording failed inside meetrec: {type(error).__name__}: {error}"))
        self._close_writer()

    def _take(self, item: _Item | None) -> None:
        if item is None:
            self._look_for_stall()
        elif isinstance(item, bytes):
            writes = not self._paused and not self._refused
            if writes:
                self._write(item)
            self._listen(item)
            if writes:  # last, since it wakes others, who compete with this thread
                self._tell(self._on_advance, self.frames)
        elif isinstance(item, _Pause):
            self._paused = item.on
        elif isinstance(item, _Ended):
            self._pace.restart()
            self._tell(self._on_ended, item.why)

    def _write(self, pcm: bytes) -> None:
        before = self._writer.frames
        try:
            self._writer.write(pcm)
        except StorageError as error:
            kept = (self._writer.frames - before) * self._writer.frame_bytes
            if self._moved_to_rescue(error):
                self._write(pcm[kept:])
                return
            self._refuse(error)
        self.frames = self._writer.frames

    def _listen(self, pcm: bytes) -> None:
        """Meter the block, and see whether live sound came at the pace of the clock."""
        seconds = len(pcm) / self._writer.frame_bytes / self._writer.rate
        self._last_block_at, self._stalled, self._silent_s = self._clock(), False, 0.0
        heard = level(pcm)
        self._tell(self._on_level, heard)
        if self._signal.feed(seconds, heard.peak_db):
            self._tell(self._on_signal, self._signal.state)
        if self._source.live and (missing := self._pace.feed(self._last_block_at, seconds)):
            self._tell(self._on_gap, missing)

    def _look_around(self) -> None:
        """Once a second: let the disk take what was written, see that the file is in place and the machine awake."""
        now = self._clock()
        if self._refused or now - self._synced_at < SYNC_EVERY:
            return
        self._synced_at = now
        self._look_at_source(now)
        try:
            self._writer.sync()
        except StorageError as error:
            if not self._moved_to_rescue(error):
                self._refuse(error)
            return
        if not self._displaced and (what := self._writer.displacement()):
            self._displaced = True  # what is open goes on being written, wherever it lies now
            gone = StorageError(f"{what} while recording", f"look after {self._writer.path.parent}")
            if not self._moved_to_rescue(gone):
                self._tell(self._on_trouble, gone)

    def _look_at_source(self, now: float) -> None:
        if (seconds := self._sleep.slept()) and self._source.live:
            self._tell(self._on_sleep, seconds)
        for losses, count in ((self._overflows, self._source.overflows), (self._failures, self._source.failures)):
            if error := losses.news(now, count):
                self._tell(self._on_trouble, error)

    def _look_for_stall(self) -> None:
        now = self._clock()
        self._silent_s += min(now - max(self._looked_at, self._last_block_at), _LOOK_AWAY_S)
        self._looked_at = now
        if self._source.live and not self._stalled and self._silent_s >= STALLED_AFTER:
            self._stalled = True
            what = f"the microphone has delivered nothing for {now - self._last_block_at:.0f} seconds"
            self._tell(self._on_trouble, AudioDeviceError(what, "check that it is connected and not suspended"))

    def _moved_to_rescue(self, error: StorageError) -> bool:
        try:
            other = self._rescue(error, self._writer)
        except Exception:  # the hook is foreign code, and the recording must not die of it
            log.exception("no rescue")
            return False
        if other is None:
            return False
        before, self._writer, self._displaced = self._writer, other, False
        with contextlib.suppress(StorageError):  # it failed before, and all of it is in the other one
            before.close()
        return True

    def _refuse(self, error: StorageError) -> None:
        """End the writing. The queue is still emptied, so that no source waits for ever."""
        self._refused = True
        self._close_writer()
        self._tell(self._on_fault, error)
        self._tell(self._on_ended, error.message)

    def _close_writer(self) -> None:
        try:
            self._writer.close()
        except StorageError as error:
            if not self._refused:
                self._tell(self._on_fault, error)

    def _tell(self, callback: Callable[..., None], *values: object) -> None:
        try:
            callback(*values)
        except Exception:  # whoever listens, the writing goes on
            log.exception("a listener of the recording failed")
