"""A stretch of the recording as a file for upload."""

from __future__ import annotations

from pathlib import Path

import soundfile

from meetrec.audio.resample import Resampler
from meetrec.audio.riff import storage_error
from meetrec.audio.wav import WavReader
from meetrec.core.errors import AudioError

UPLOAD_RATE = 24_000
"""No speech model of the service hears more."""
_BLOCK_S = 10
_FORMATS = {"wav": ("WAV", "PCM_16"), "flac": ("FLAC", "PCM_16"), "mp3": ("MP3", "MPEG_LAYER_III")}


def encode(reader: WavReader, start: float, end: float, upload: str, target: Path) -> int:
    """Write `start` to `end` seconds of a mono recording to `target` as "wav", "flac" or "mp3"; returns its bytes.

    At most 24 kHz; the audio is streamed. Raises AudioError, StorageError, DiskFullError where no space is left.
    """
    rate = min(reader.rate, UPLOAD_RATE)
    container, subtype = _FORMATS[upload]
    resampler = Resampler(reader.rate, rate)
    at, last = round(start * reader.rate), round(end * reader.rate)
    try:
        with soundfile.SoundFile(target, "w", rate, 1, subtype, format=container) as file:
            while at < last and (pcm := reader.read(at, min(last - at, _BLOCK_S * reader.rate))):
                at += len(pcm) // 2
                file.buffer_write(resampler.feed(pcm), "int16")
            file.buffer_write(resampler.flush(), "int16")
        return target.stat().st_size
    except OSError as error:
        raise storage_error(error, target) from error
    except soundfile.LibsndfileError as error:
        raise AudioError(f"the recording can't be written as {upload}: {error}", "try minutes.upload = wav") from error
