"""The sound of a session as one: `audio.wav`, and `audio.2.wav` and so on where a WAV can grow no further.

A WAV ends at 4 GiB (its size fields have 32 bits): after 24.8 hours at 24 kHz mono, after 6.2 at 48 kHz with two
tracks. The next file begins with the very next frame, so that their frames together are the recording's clock.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from meetrec.audio.wav import WavReader, WavWriter
from meetrec.core.errors import AudioError, StorageError


def file_after(path: Path, number: int) -> Path:
    """Return the file with the sound after the first `number` files of a recording that begins at `path`."""
    return path.with_name(f"{path.stem}.{number + 1}{path.suffix}")


class SoundWriter:
    """Writes a recording that begins at `path`. All methods belong to one thread; they raise what WavWriter's do.

    `on_file(paths)` is told when another file has begun, with all of them.
    """

    def __init__(
        self, path: Path, *, rate: int, channels: int = 1, on_file: Callable[[list[Path]], None] = lambda _: None
    ) -> None:
        self._begin([path], WavWriter(path, rate=rate, channels=channels), 0, on_file)

    @classmethod
    def append_to(cls, paths: Sequence[Path], *, on_file: Callable[[list[Path]], None] = lambda _: None) -> Self:
        """Go on at the end of an existing recording; what a crash left unfinished is repaired first.

        Raises StorageError when it cannot be opened, AudioError when meetrec did not write it.
        """
        with SoundReader(paths[:-1]) as earlier:
            before = earlier.frames
        writer = cls.__new__(cls)
        writer._begin(list(paths), WavWriter.append_to(paths[-1]), before, on_file)
        return writer

    def _begin(self, paths: list[Path], current: WavWriter, before: int, on_file: Callable[[list[Path]], None]) -> None:
        self.paths, self._current, self._before, self._on_file = paths, current, before, on_file
        self.rate, self.channels, self.frame_bytes = current.rate, current.channels, current.frame_bytes

    @property
    def path(self) -> Path:
        """The file that is being written."""
        return self._current.path

    @property
    def frames(self) -> int:
        """Frames in all files."""
        return self._before + self._current.frames

    @property
    def duration(self) -> float:
        """Seconds in all files: the recording's clock."""
        return self.frames / self.rate

    def write(self, pcm: bytes) -> int:
        """Append s16le frames and return how many there are now. Raises as `WavWriter.write` does."""
        while len(pcm) > (fits := self._current.room * self.frame_bytes):
            self._current.write(pcm[:fits])
            pcm = pcm[fits:]
            self._next_file()
        self._current.write(pcm)
        return self.frames

    def skip(self, frames: int) -> None:
        """Go on `frames` later, with silence that takes no space where the file system knows holes."""
        while frames > (fits := self._current.room):
            self._current.skip(fits)
            frames -= fits
            self._next_file()
        self._current.skip(frames)

    def sync(self) -> None:
        """Wait until all that was written is on the disk itself. Raises StorageError."""
        self._current.sync()

    def displacement(self) -> str:
        """Say what became of the file or its folder; see WavWriter."""
        return self._current.displacement()

    def close(self) -> None:
        """Sync and close. May be called again. Raises StorageError when the last sync is refused."""
        self._current.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _next_file(self) -> None:
        """Begin another file. Where that is refused the present one stays, with all that was written."""
        path = file_after(self.paths[0], len(self.paths))
        following = WavWriter(path, rate=self.rate, channels=self.channels)
        full, self._current = self._current, following
        self._before += full.frames
        self.paths.append(path)
        full.close()
        self._on_file(list(self.paths))


class SoundReader:
    """Reads spans of a recording by position, from any thread, also while it grows and while it moves.

    Raises what WavReader raises. Without any file it is empty.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self._lock = threading.RLock()
        self._readers: list[WavReader] = []
        self.go_on_in(paths)

    def go_on_in(self, paths: Sequence[Path]) -> None:
        """Read from these files from now on; the positions stay what they were."""
        readers = [WavReader(path) for path in paths]
        if len({(one.rate, one.channels) for one in readers}) > 1:
            for one in readers:
                one.close()
            raise AudioError(f"the files beside {paths[0].name} differ in their rate", "import them one by one")
        with self._lock:
            before, self._readers = self._readers, readers
            for one in before:
                one.close()

    @property
    def rate(self) -> int:
        """Frames a second."""
        return self._readers[0].rate

    @property
    def channels(self) -> int:
        """Samples a frame."""
        return self._readers[0].channels

    @property
    def frames(self) -> int:
        """Frames there are at this moment."""
        with self._lock:
            return sum(one.frames for one in self._readers)

    @property
    def duration(self) -> float:
        """Seconds there are at this moment."""
        return self.frames / self.rate

    def read(self, start_frame: int, frames: int) -> bytes:
        """Return up to `frames` frames of s16le from `start_frame` on; fewer, or b"", at the end."""
        if start_frame < 0:
            return b""
        pieces = []
        with self._lock:  # a file must not be closed, and its number given to another, while it is read
            for one in self._readers:
                there = one.frames
                if start_frame < there:
                    piece = one.read(start_frame, frames)
                    pieces.append(piece)
                    frames -= len(piece) // (2 * one.channels)
                start_frame = max(start_frame - there, 0)
        return b"".join(pieces)

    def close(self) -> None:
        """Close the files. May be called again."""
        with self._lock:
            for one in self._readers:
                one.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def copy_sound(reader: SoundReader, writer: SoundWriter, frames: int) -> int:
    """Copy the first `frames` frames and return how many of them could not be read: silence stands for those.

    Raises StorageError where the copy cannot be written.
    """
    unreadable = 0
    for start in range(0, frames, reader.rate):
        wanted = min(reader.rate, frames - start)
        try:
            pcm = reader.read(start, wanted)
        except StorageError:
            pcm = b""
        writer.write(pcm)
        missing = wanted - len(pcm) // writer.frame_bytes
        writer.skip(missing)
        unreadable += missing
    writer.sync()
    return unreadable
