"""The bytes around the samples of a WAV file: written, found, and put in order after a crash.

Layout (RIFF/WAVE, "Multimedia Programming Interface and Data Specifications 1.0", 1991): 12 bytes RIFF, 24 bytes
`fmt `, 8 bytes `data`, then 16-bit little-endian samples. Only the two size fields ever change, and they are hints
here: how much sound there is, is told by the size of the file.
"""

from __future__ import annotations

import errno
import os
import struct
from dataclasses import dataclass
from pathlib import Path

from meetrec.core.errors import AudioError, DiskFullError, StorageError

HEADER_BYTES = 44
SAMPLE_BYTES = 2
DEFAULT_RATE = 24000
OPEN_FLAGS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)

_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")
_FULL = frozenset({errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)})
_PCM_KINDS = frozenset({1, 0xFFFE})  # WAVE_FORMAT_PCM, WAVE_FORMAT_EXTENSIBLE


@dataclass(frozen=True)
class WavInfo:
    """What a WAV holds: samples a second, channels, and frames (one sample of each channel)."""

    rate: int
    channels: int
    frames: int

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return self.frames / self.rate


@dataclass(frozen=True)
class Layout:
    """Where the samples lie: from byte `data_at`, `info.frames` of them, then `tail_bytes` of other chunks (tags).

    `claimed_bytes` is what the header says of them; `in_order` that it is right and no torn frame stands at the end.
    """

    info: WavInfo
    data_at: int
    tail_bytes: int
    claimed_bytes: int
    in_order: bool


def header(rate: int, channels: int, frames: int) -> bytes:
    """Return the 44 bytes that go before `frames` frames of 16-bit samples."""
    width = channels * SAMPLE_BYTES
    size = frames * width
    fields = (b"RIFF", size + HEADER_BYTES - 8, b"WAVE", b"fmt ", 16, 1, channels, rate, rate * width, width, 16)
    return _HEADER.pack(*fields, b"data", size)


def storage_error(error: OSError, path: Path) -> StorageError:
    """Put what the disk said into words. The result is a DiskFullError where space, quota or file size ran out."""
    if error.errno in _FULL:
        return DiskFullError(
            f"the disk is full: {path.name} cannot grow", f"free space on the disk of {path.parent}, then go on"
        )
    if isinstance(error, FileExistsError):
        return StorageError(f"{path} is already there and will not be overwritten", "choose another folder")
    reason = error.strerror or type(error).__name__
    return StorageError(f"{path} cannot be used: {reason}", f"check the folder {path.parent}, then try again")


def open_file(path: Path, flags: int = os.O_RDONLY) -> int:
    """Open an existing file, never through a symbolic link, and return its descriptor. Raises StorageError."""
    try:
        return os.open(path, flags | OPEN_FLAGS)
    except OSError as error:
        raise storage_error(error, path) from error


def write_at(fd: int, data: bytes | memoryview, offset: int) -> int:
    """Write at a position and return how many bytes the disk took. Raises OSError."""
    if hasattr(os, "pwrite"):
        return os.pwrite(fd, data, offset)
    os.lseek(fd, offset, os.SEEK_SET)  # Windows has no pwrite
    return os.write(fd, data)


def find_layout(fd: int, path: Path) -> Layout:
    """Find format and samples. Raises AudioError (naming `path`) when this is not a 16-bit PCM WAV."""
    size = os.fstat(fd).st_size
    rate, channels, data_at, claimed = _parse(_first_bytes(fd), path)
    width = channels * SAMPLE_BYTES
    there = size - data_at
    if claimed < there and _chunks_fill(fd, data_at + claimed, size):
        return Layout(WavInfo(rate, channels, claimed // width), data_at, there - claimed, claimed, in_order=True)
    in_order = claimed == there and not there % width
    return Layout(WavInfo(rate, channels, there // width), data_at, 0, claimed, in_order)


def read_info(path: Path) -> WavInfo:
    """Return what the WAV at `path` holds, also where its header lags behind or claims too much.

    Raises StorageError when it cannot be opened, AudioError when it is not a 16-bit PCM WAV.
    """
    fd = open_file(path)
    try:
        return find_layout(fd, path).info
    finally:
        os.close(fd)


def repair(path: Path) -> WavInfo:
    """Make the header say what the file holds, cut a torn last frame off, and return what there is.

    Does not touch a good file, keeps the time of last change, and needs no second copy. A file that the recorder had
    only just created (empty, or with an unfinished header) becomes an empty recording. Raises as `read_info` does.
    """
    fd = open_file(path, os.O_RDWR)
    try:
        before = os.fstat(fd)
        if before.st_size < HEADER_BYTES and b"RIFF".startswith(_first_bytes(fd)[:4]):
            layout = Layout(WavInfo(DEFAULT_RATE, 1, 0), HEADER_BYTES, 0, 0, in_order=False)
        else:
            layout = find_layout(fd, path)
        if not layout.in_order:
            _put_in_order(fd, layout)
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        return layout.info
    except OSError as error:
        raise storage_error(error, path) from error
    finally:
        os.close(fd)


def _put_in_order(fd: int, layout: Layout) -> None:
    info, data_at = layout.info, layout.data_at
    size = info.frames * info.channels * SAMPLE_BYTES
    os.ftruncate(fd, data_at + size)
    if data_at == HEADER_BYTES:
        write_at(fd, header(info.rate, info.channels, info.frames), 0)
    else:
        write_at(fd, struct.pack("<I", size), data_at - 4)
        write_at(fd, struct.pack("<I", data_at + size - 8), 4)
    os.fsync(fd)


def _first_bytes(fd: int) -> bytes:
    """Return up to 64 KiB, ample for all that may stand before the samples."""
    os.lseek(fd, 0, os.SEEK_SET)
    return os.read(fd, 0x10000)


def _parse(head: bytes, path: Path) -> tuple[int, int, int, int]:
    """Return rate, channels, where the samples begin, and how many bytes of them the header claims."""
    rate = channels = 0
    at = 12 if head[:4] == b"RIFF" and head[8:12] == b"WAVE" else len(head)
    while at + 8 <= len(head):
        name, length = struct.unpack_from("<4sI", head, at)
        if name == b"fmt " and at + 24 <= len(head):
            kind, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", head, at + 8)
            rate = rate if kind in _PCM_KINDS and bits == 8 * SAMPLE_BYTES else 0
        if name == b"data" and rate and channels:
            return rate, channels, at + 8, length
        at += 8 + length + length % 2
    raise AudioError(f"{path.name} is not a 16-bit WAV file", "import it as a new session")


def _chunks_fill(fd: int, at: int, size: int) -> bool:
    """Whether well-formed chunks (the tags of another program) fill the file from `at` to its end."""
    at += at % 2
    while at + 8 <= size:
        os.lseek(fd, at, os.SEEK_SET)
        name, length = struct.unpack("<4sI", os.read(fd, 8))
        if not all(0x20 <= char < 0x7F for char in name):
            return False
        at += 8 + length + length % 2
    return at == size
