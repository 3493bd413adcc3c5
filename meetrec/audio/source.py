"""What a recording is made from: one interface for microphones, files and standard input."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from meetrec.audio.decode import Decoder, open_decoder
from meetrec.core.errors import AudioError, UsageError

log = logging.getLogger(__name__)

OnBlock = Callable[[bytes], None]
OnEnded = Callable[[str], None]


class Source(Protocol):
    """Where sound comes from, as s16le blocks of about 100 ms.

    `rate` and `channels` are right after `open`. `live` sources cannot wait and are bound to the clock: their blocks
    must be taken at once. Others wait while `on_block` does not return. `overflows` counts how often the sound system
    said that it lost sound, `failures` the blocks that this program lost.
    """

    rate: int
    channels: int
    device_name: str
    overflows: int
    failures: int
    live: bool

    def open(self) -> None:
        """Make ready, so that errors show before a recording begins. Raises AudioError. May be called again."""

    def start(self, on_block: OnBlock, on_ended: OnEnded) -> None:
        """Begin. Both are called from the source's own thread, `on_ended` once and only if the sound ended by itself.

        The argument of `on_ended` says why, in words; it is empty where the end was to be expected.
        """

    def stop(self) -> None:
        """End, within about two seconds whatever hangs. No block comes after that. May be called again."""


class FileSource:
    """Plays a sound file as if it were the microphone, `speed` times faster than real time (0: as fast as possible).

    A 16-bit mono file of the wanted rate passes bit by bit. `duration` is its length in seconds, None while unknown.
    Raises UsageError when `speed` is negative; `open` raises AudioError when the file cannot be played.
    """

    channels = 1
    overflows = failures = 0
    live = False

    def __init__(self, path: Path, *, rate: int = 24000, speed: float = 1.0, block_ms: int = 100) -> None:
        if not speed >= 0 or speed == float("inf"):
            raise UsageError(f"a speed of {speed:g} makes no sense", "give 1 for real time, 0 for as fast as possible")
        self.path, self.rate, self.speed = path, rate, speed
        self.device_name = path.name
        self.duration: float | None = None
        self._block_frames = rate * block_ms // 1000
        self._decoder: Decoder | None = None
        self._pump = _Pump("file source")

    def open(self) -> None:
        """Open the file. Raises AudioError."""
        self._opened()

    def start(self, on_block: OnBlock, on_ended: OnEnded) -> None:
        """Begin to play. At the end `on_ended` gets "", or says that the file was cut short or damaged."""
        decoder = self._opened()
        blocks = regroup(decoder.chunks(), self._block_frames * 2)
        paced = self._paced(blocks) if self.speed else blocks
        self._pump.start(paced, on_block, lambda: on_ended(decoder.damage), on_ended)

    def stop(self) -> None:
        """Stop playing and close the file."""
        if self._pump.stop() and self._decoder is not None:
            self._decoder.close()

    def _opened(self) -> Decoder:
        if self._decoder is None:
            self._decoder = open_decoder(self.path, self.rate)
            self.duration = self._decoder.duration
        return self._decoder

    def _paced(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        """Hand each block out when a microphone would have: once its last sample has been heard."""
        begin = time.monotonic()
        heard = 0.0
        for pcm in blocks:
            heard += len(pcm) / 2 / self.rate
            self._pump.stopping.wait(max(begin + heard / self.speed - time.monotonic(), 0))
            yield pcm


class StdinSource:
    """Raw s16le mono samples from a stream, in blocks as they arrive. Its end is the end of the sound."""

    channels = 1
    overflows = failures = 0
    live = False

    def __init__(self, stream: BinaryIO, *, rate: int = 24000, block_ms: int = 100) -> None:
        if rate <= 0:
            raise UsageError(f"a rate of {rate} makes no sense", "give the samples a second, such as 24000")
        self.rate = rate
        self.device_name = "standard input"
        self._stream = stream
        self._block_bytes = rate * block_ms // 1000 * 2
        self._got = 0
        self._pump = _Pump("standard input")

    def open(self) -> None:
        """Do nothing: the stream is open."""

    def start(self, on_block: OnBlock, on_ended: OnEnded) -> None:
        """Begin to read. `on_ended` gets "" at the end of the stream, or says that nothing came at all."""
        blocks = regroup(self._read(), self._block_bytes)
        self._pump.start(blocks, on_block, lambda: on_ended("" if self._got else "no sound came in"), on_ended)

    def stop(self) -> None:
        """Stop reading. A reader that still waits for its stream is left behind; it hands on nothing any more."""
        self._pump.stop()

    def _read(self) -> Iterator[bytes]:
        read = getattr(self._stream, "read1", self._stream.read)
        try:
            while pcm := read(self._block_bytes):
                self._got += len(pcm)
                yield pcm
        except (OSError, ValueError) as error:  # ValueError: the stream was closed under us
            raise AudioError(f"standard input could not be read: {error}", "check the program that feeds it") from error


def regroup(chunks: Iterable[bytes], size: int) -> Iterator[bytes]:
    """Yield the same bytes in pieces of `size`, the last one shorter; half a sample at the very end is dropped."""
    held = bytearray()
    for chunk in chunks:
        held += chunk
        while len(held) >= size:
            yield bytes(held[:size])
            del held[:size]
    if len(held) > 1:
        yield bytes(held[: len(held) - len(held) % 2])


class _Pump:
    """The thread of a source that is read: hands blocks on until they end or are no longer wanted."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._thread: threading.Thread | None = None
        self.stopping = threading.Event()

    def start(self, blocks: Iterable[bytes], on_block: OnBlock, at_end: Callable[[], None], on_failed: OnEnded) -> None:
        """Begin. `at_end` is called after the last block, or `on_failed` with what went wrong."""
        self._thread = threading.Thread(
            target=self._run, args=(blocks, on_block, at_end, on_failed), name=self._name, daemon=True
        )
        self._thread.start()

    def stop(self, patience: float = 1.5) -> bool:
        """Let the thread end and return whether it has; one that hangs in its input is left behind."""
        self.stopping.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(patience)
            return not self._thread.is_alive()
        return True

    def _run(self, blocks: Iterable[bytes], on_block: OnBlock, at_end: Callable[[], None], on_failed: OnEnded) -> None:
        try:
            for pcm in blocks:
                if self.stopping.is_set():
                    return
                on_block(pcm)
        except AudioError as error:
            on_failed(error.message)
            return
        except Exception as error:  # a bug in a decoder must end the recording in words, not the thread in silence
            log.exception("%s failed", self._name)
            on_failed(f"the sound could not be read any further: {type(error).__name__}")
            return
        if not self.stopping.is_set():
            at_end()
