"""Sound files of any usual kind, streamed as s16le mono at the rate wanted.

Three ways, tried in this order: mono 16-bit WAV is read as it is (neither numpy nor soundfile is loaded, and a header
that a crash left wrong does no harm); libsndfile reads WAV, FLAC, MP3, Ogg, Opus, AIFF, CAF and more; the ffmpeg
command, where it is installed, otherwise PyAV (av_decoder.py), reads the containers libsndfile does not know (MP4, M4A,
WebM, AAC, AMR, WMA).
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from meetrec.audio.av_decoder import AvDecoder, has_av
from meetrec.audio.riff import find_layout, open_file
from meetrec.audio.wav import WavReader
from meetrec.core.errors import AudioError, StorageError
from meetrec.core.sanitize import one_line

if TYPE_CHECKING:
    import soundfile

CHUNK_FRAMES = 4096

_SIZE_CUT = re.compile(r"(?:data|SSND)\s*: (\d+) \(should be (\d+)\)")
_OPEN_ENDED = 0x7FFF_0000
"""Sizes of data from here on mean "until the end of the file": arecord, sox and ffmpeg write them while streaming."""

_FOREIGN = re.compile(
    rb"....ftyp"  # MP4, M4A, MOV, 3GP (ISO 14496-12)
    rb"|\x1a\x45\xdf\xa3"  # WebM, Matroska (EBML)
    rb"|\xff[\xf1\xf9]"  # AAC in ADTS
    rb"|\x30\x26\xb2\x75\x8e\x66\xcf\x11"  # WMA (ASF)
    rb"|#!AMR"
    rb"|RIFF....AVI ",
    re.DOTALL,
)


class Decoder(Protocol):
    """A file being read. `damage` says, once `chunks` has ended, why it ended too soon; empty when all was read."""

    duration: float | None
    damage: str

    def chunks(self) -> Iterator[bytes]:
        """Yield s16le mono, in pieces of any length."""

    def close(self) -> None:
        """Close the file. May be called again."""


def open_decoder(path: Path, rate: int) -> Decoder:
    """Open a sound file to be read at `rate`.

    Raises AudioError with one sentence and what to do: nothing there, no file, empty, unreadable, no sound in it, or
    a format nothing here can read.
    """
    start = _first_bytes(path)
    if start[:4] == b"RIFF" and (plain := _plain_wav(path, rate)):
        return plain
    if _FOREIGN.match(start):
        if not shutil.which("ffmpeg") and has_av():
            return AvDecoder(path, rate)
        return FfmpegDecoder(path, rate)
    return SoundFileDecoder(path, rate)


class WavDecoder:
    """Reads mono 16-bit WAV by the size of the file, whatever its header claims."""

    def __init__(self, reader: WavReader, rate: int, *, claimed_frames: int) -> None:
        self._reader, self._rate = reader, rate
        self.duration: float | None = reader.duration
        self.damage = _cut_short(reader.frames, claimed_frames, reader.rate)

    def chunks(self) -> Iterator[bytes]:
        """Yield the samples; bit by bit those of the file where its rate is the one wanted."""
        if self._rate == self._reader.rate:
            yield from self._read()
            return
        from meetrec.audio.resample import Resampler  # loads numpy: only where it is needed

        resampler = Resampler(self._reader.rate, self._rate)
        for pcm in self._read():
            yield resampler.feed(pcm)
        yield resampler.flush()

    def close(self) -> None:
        """Close the file."""
        self._reader.close()

    def _read(self) -> Iterator[bytes]:
        at, frames = 0, self._reader.frames  # of a file that still grows, what is there now
        while at < frames and (pcm := self._reader.read(at, min(CHUNK_FRAMES, frames - at))):
            yield pcm
            at += len(pcm) // 2


class SoundFileDecoder:
    """Reads what libsndfile can: averages the channels, resamples, rounds to 16 bits."""

    def __init__(self, path: Path, rate: int) -> None:
        try:
            import soundfile
        except (ImportError, OSError) as error:  # OSError: libsndfile itself is missing
            raise AudioError(
                "the library that reads sound files is missing", "pip install soundfile (and libsndfile1 on Linux)"
            ) from error
        self._rate = rate
        try:
            self._file: soundfile.SoundFile = soundfile.SoundFile(str(path))
        except soundfile.SoundFileError as error:
            raise _no_sound(path) from error
        if not self._file.frames:
            self._file.close()
            raise AudioError(f"{_name(path)} holds no sound", "choose another file")
        self.duration: float | None = self._file.frames / self._file.samplerate
        self.damage = self._cut_at_open()

    def chunks(self) -> Iterator[bytes]:
        """Yield the samples up to the end, or up to where the file is damaged."""
        from meetrec.audio.resample import Resampler

        resampler = Resampler(self._file.samplerate, self._rate)
        frames = 0
        for samples in self._read():
            frames += len(samples)
            yield resampler.feed_floats(samples.mean(axis=1) if samples.shape[1] > 1 else samples[:, 0])
        yield resampler.flush()
        if not self.damage and frames < self._file.frames - CHUNK_FRAMES:
            self.damage = _cut_short(frames, self._file.frames, self._file.samplerate)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _read(self) -> Iterator[soundfile.AudioData2D]:
        import soundfile

        try:
            while len(samples := self._file.read(CHUNK_FRAMES, dtype="float32", always_2d=True)):
                yield samples
        except soundfile.SoundFileError:
            return  # what was read so far counts; `chunks` says that the rest is missing

    def _cut_at_open(self) -> str:
        """Libsndfile corrects a size that goes beyond the end of the file and notes it in its log."""
        found = _SIZE_CUT.search(self._file.extra_info)
        if not found or int(found[1]) >= _OPEN_ENDED or not int(found[2]):
            return ""
        frames = self._file.frames
        return _cut_short(frames, frames * int(found[1]) // int(found[2]), self._file.samplerate)


class FfmpegDecoder:
    """Lets the ffmpeg command read a file libsndfile does not know."""

    duration: float | None = None

    def __init__(self, path: Path, rate: int) -> None:
        ffmpeg = shutil.which("ffmpeg")
        if not ffmpeg:
            raise AudioError(
                f"{_name(path)} is in a format that needs the ffmpeg command, which is not installed",
                "install ffmpeg (apt install ffmpeg, brew install ffmpeg, winget install ffmpeg), or pip install "
                '"meetrec[media]", or convert it to WAV',
            )
        self.damage = ""
        self._path = path
        self._noise = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the child that writes to it
        source = f"file:{path.absolute()}"  # so that no name is taken for an option or an address
        command = [ffmpeg, "-nostdin", "-v", "error", "-protocol_whitelist", "file,pipe", "-i", source]
        command += ["-map", "0:a:0", "-ac", "1", "-ar", str(rate), "-f", "s16le", "pipe:1"]
        self._child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self._noise)
        self._first = self._next()
        if not self._first:
            self.close()
            raise _no_sound(path)

    def chunks(self) -> Iterator[bytes]:
        """Yield what ffmpeg makes of the first sound track."""
        pcm = self._first
        while pcm:
            yield pcm
            pcm = self._next()
        self._noise.seek(0)
        complaint = self._noise.read(2000).decode(errors="replace").strip()
        if self._child.wait() or complaint:
            self.damage = f"{_name(self._path)} is damaged: {one_line(complaint.splitlines()[-1] if complaint else '')}"

    def close(self) -> None:
        """End the child and forget it."""
        if self._child.poll() is None:
            self._child.kill()
        self._child.wait()
        self._noise.close()
        if self._child.stdout:
            self._child.stdout.close()

    def _next(self) -> bytes:
        return self._child.stdout.read(CHUNK_FRAMES * 2) if self._child.stdout else b""


def _first_bytes(path: Path) -> bytes:
    """Return the first 64 bytes of a regular file, or say in words why there are none."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise AudioError(f"{_name(path)} is a folder", "name a sound file in it")
        if not stat.S_ISREG(mode):
            raise AudioError(f"{_name(path)} is not a file", 'pipe its sound into "--from -" instead')
        with path.open("rb") as file:
            start = file.read(64)
    except FileNotFoundError as error:
        raise AudioError(f"{_name(path)} does not exist", "check the name") from error
    except OSError as error:
        raise AudioError(f"{_name(path)} cannot be read: {error.strerror}", "check its permissions") from error
    if not start:
        raise AudioError(f"{_name(path)} is empty", "choose another file")
    return start


def _plain_wav(path: Path, rate: int) -> WavDecoder | None:
    try:
        reader = WavReader(path)
    except (AudioError, StorageError):  # not 16-bit, or a link: libsndfile will do
        return None
    if reader.channels != 1 or not reader.frames:
        reader.close()
        return None
    return WavDecoder(reader, rate, claimed_frames=_claimed_frames(path))


def _claimed_frames(path: Path) -> int:
    fd = open_file(path)
    try:
        claimed = find_layout(fd, path).claimed_bytes
    finally:
        os.close(fd)
    return 0 if claimed >= _OPEN_ENDED else claimed // 2


def _cut_short(frames: int, claimed: int, rate: int) -> str:
    if frames >= claimed:
        return ""
    return f"the file ends early: {frames / rate:.1f} s of {claimed / rate:.1f} s are there"


def _no_sound(path: Path) -> AudioError:
    return AudioError(f"{_name(path)} is not a sound file that can be read", "choose a WAV, FLAC, MP3, Ogg or M4A file")


def _name(path: Path) -> str:
    return one_line(path.name or str(path))
