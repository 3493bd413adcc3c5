"""The WAV file of a session: written so that a crash at any moment leaves a file every program opens.

Order of writes: the samples of a block first, then the whole 44-byte header in one write within one page. Whatever
moment the process dies at, the header never speaks of samples that are not there: at worst it misses the block that
was being written, which `repair` finds again by the size of the file. After a power cut blocks may have reached the
disk in any order; then, too, the size of the file is believed, and at most what came after the last `sync` is gone.
"""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from meetrec.audio.riff import (
    HEADER_BYTES,
    OPEN_FLAGS,
    SAMPLE_BYTES,
    WavInfo,
    find_layout,
    header,
    open_file,
    read_info,
    repair,
    storage_error,
    write_at,
)
from meetrec.core.errors import AudioError, StorageError

__all__ = ["MAX_DATA_BYTES", "WavInfo", "WavReader", "WavWriter", "read_info", "repair"]

MAX_DATA_BYTES = 0xFFFF_FFFF - 0x10_0000
"""Where a recording is refused to grow: the size field of RIFF ends at 4 GiB. 24.8 h at 24 kHz mono."""


class WavWriter:
    """Writes one WAV through crashes. All methods belong to one thread.

    Raises StorageError when `path` exists, is a symbolic link or cannot be created (mode 0600 whatever the umask).
    """

    _dirty: bool

    def __init__(self, path: Path, *, rate: int, channels: int = 1) -> None:
        self._take(path, WavInfo(rate, channels, 0), _create(path))
        try:
            self._patch_header()
            self.sync()  # samples that outlive a power cut are no use without it
            _sync_folder(path.parent)
        except OSError as error:
            self._let_go()
            raise storage_error(error, path) from error

    @classmethod
    def append_to(cls, path: Path) -> Self:
        """Open an existing WAV to go on at its end; what a crash left unfinished is repaired first.

        Raises StorageError when it cannot be opened, AudioError when meetrec did not write it.
        """
        repair(path)
        writer = cls.__new__(cls)
        fd = open_file(path, os.O_RDWR)
        layout = find_layout(fd, path)
        writer._take(path, layout.info, fd)
        if layout.data_at != HEADER_BYTES or layout.tail_bytes:
            writer._let_go()
            raise AudioError(f"{path.name} was written by another program and cannot be gone on with", "import it")
        return writer

    @property
    def frame_bytes(self) -> int:
        """Bytes of one frame."""
        return self.channels * SAMPLE_BYTES

    @property
    def duration(self) -> float:
        """Seconds written so far: the recording's clock."""
        return self.frames / self.rate

    def write(self, pcm: bytes) -> int:
        """Append s16le frames, interleaved by channel, and return how many frames the file now holds.

        Raises DiskFullError or StorageError; what fitted in whole frames is then kept and the header is right.
        Close the writer after that. A block that is no whole number of frames is a programming error (ValueError).
        """
        if len(pcm) % self.frame_bytes:
            raise ValueError(f"{len(pcm)} bytes are no whole number of {self.frame_bytes}-byte frames")
        end = HEADER_BYTES + self.frames * self.frame_bytes
        if end + len(pcm) > MAX_DATA_BYTES:
            raise StorageError(
                f"{self.path.name} has reached 4 GiB, the most a WAV file can hold", "start a new recording to go on"
            )
        written = 0
        self._dirty = self._dirty or bool(pcm)
        try:
            view = memoryview(pcm)
            while written < len(pcm):  # a nearly full disk takes a part, then refuses
                written += write_at(self._fd, view[written:], end + written)
            self.frames += written // self.frame_bytes
            self._patch_header()
        except OSError as error:
            self._keep_whole_frames()
            raise storage_error(error, self.path) from error
        return self.frames

    def sync(self) -> None:
        """Wait until all that was written is on the disk itself (fdatasync). Raises StorageError."""
        if not self._dirty:
            return
        try:
            getattr(os, "fdatasync", os.fsync)(self._fd)  # macOS and Windows have fsync alone
        except OSError as error:
            raise storage_error(error, self.path) from error
        self._dirty = False

    @property
    def room(self) -> int:
        """How many more frames a WAV can hold."""
        return (MAX_DATA_BYTES - HEADER_BYTES) // self.frame_bytes - self.frames

    def skip(self, frames: int) -> None:
        """Append silence that takes no space where the file system knows holes. Raises as `write` does."""
        try:
            os.ftruncate(self._fd, HEADER_BYTES + (self.frames + frames) * self.frame_bytes)
            self.frames += frames
            self._dirty = True
            self._patch_header()
        except OSError as error:
            self._keep_whole_frames()
            raise storage_error(error, self.path) from error

    def displacement(self) -> str:
        """Say what became of the file under our hands: "audio.wav was deleted"; nothing while all is in order.

        What was written stays readable through the open file all the same.
        """
        held = os.fstat(self._fd)
        if held.st_nlink == 0:
            return f"{self.path.name} was deleted"
        try:
            there = self.path.lstat()
        except (FileNotFoundError, NotADirectoryError):
            return f"{self.path.name} was moved{_place_of(self._fd)}"
        except OSError as error:
            return f"{self.path.name} cannot be reached any more ({error.strerror})"
        if (held.st_dev, held.st_ino) != (there.st_dev, there.st_ino):
            return f"{self.path.name} was moved{_place_of(self._fd)}"
        return "" if _takes_files(self.path.parent) else f"the folder of {self.path.name} was made read-only"

    def close(self) -> None:
        """Sync and close. May be called again. Raises StorageError when the last sync is refused."""
        if self._fd < 0:
            return
        try:
            self.sync()
        finally:
            self._let_go()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _take(self, path: Path, info: WavInfo, fd: int) -> None:
        self.path, self.rate, self.channels, self.frames = path, info.rate, info.channels, info.frames
        self._fd = fd
        self._dirty = True

    def _let_go(self) -> None:
        fd, self._fd = self._fd, -1
        os.close(fd)

    def _patch_header(self) -> None:
        write_at(self._fd, header(self.rate, self.channels, self.frames), 0)

    def _keep_whole_frames(self) -> None:
        """After a refused write: cut a torn frame off and let the header say what is there.

        The disk has just refused and may refuse this, too; then `repair` does the same at the next start.
        """
        with contextlib.suppress(OSError):
            self.frames = (os.fstat(self._fd).st_size - HEADER_BYTES) // self.frame_bytes
            os.ftruncate(self._fd, HEADER_BYTES + self.frames * self.frame_bytes)
            self._patch_header()


class WavReader:
    """Reads spans of a WAV by position, from any thread, also while another thread or process appends to it.

    Raises StorageError when the file cannot be opened, AudioError when it is not a 16-bit PCM WAV.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._fd = open_file(path)
        try:
            layout = find_layout(self._fd, path)
        except BaseException:
            self.close()
            raise
        self.rate, self.channels = layout.info.rate, layout.info.channels
        self._data_at = layout.data_at
        self._fixed_frames = layout.info.frames if layout.tail_bytes else None

    @property
    def frames(self) -> int:
        """Frames the file holds at this moment, by its size."""
        if self._fixed_frames is not None:
            return self._fixed_frames
        return max(os.fstat(self._fd).st_size - self._data_at, 0) // (self.channels * SAMPLE_BYTES)

    @property
    def duration(self) -> float:
        """Seconds the file holds at this moment."""
        return self.frames / self.rate

    def read(self, start_frame: int, frames: int) -> bytes:
        """Return up to `frames` frames of s16le from `start_frame` on; fewer, or b"", at the end of the file."""
        width = self.channels * SAMPLE_BYTES
        wanted = min(frames, self.frames - start_frame) * width
        if wanted <= 0 or start_frame < 0:
            return b""
        try:
            pcm = self._read_at(wanted, self._data_at + start_frame * width)
        except OSError as error:
            raise storage_error(error, self.path) from error
        return pcm[: len(pcm) - len(pcm) % width]

    def close(self) -> None:
        """Close the file. May be called again."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _read_at(self, size: int, offset: int) -> bytes:
        if hasattr(os, "pread"):
            return os.pread(self._fd, size, offset)
        with self._lock:  # Windows has no pread
            os.lseek(self._fd, offset, os.SEEK_SET)
            return os.read(self._fd, size)


def _create(path: Path) -> int:
    """Create `path` with mode 0600 whatever the umask and return its descriptor. Raises StorageError."""
    try:
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | OPEN_FLAGS, 0o600)
        if hasattr(os, "fchmod"):
            os.fchmod(fd, 0o600)
    except OSError as error:
        raise storage_error(error, path) from error
    return fd


def _sync_folder(folder: Path) -> None:
    """Let the folder's entry for a new file survive a power cut, where the system lets a folder be synced."""
    with contextlib.suppress(OSError):
        fd = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)


def _place_of(fd: int) -> str:
    """Say where an open file lies now, where the system tells (Linux: proc(5))."""
    try:
        return f" to {Path(f'/proc/self/fd/{fd}').readlink()}"
    except OSError:
        return ""


def _takes_files(folder: Path) -> bool:
    """Tell whether files can be made in the folder. To root, too, a folder without write permission is closed."""
    if os.name != "posix":
        return True
    return os.access(folder, os.W_OK) and bool(folder.stat().st_mode & 0o222)
