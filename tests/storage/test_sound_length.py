"""A recording's length is told by the size of its file."""

from __future__ import annotations

import struct
import wave
from pathlib import Path

import pytest

from meetrec.storage.sound_length import sound_seconds


def write_wav(path: Path, seconds: float, *, rate: int = 24000, channels: int = 1) -> None:
    """Write `seconds` of silence as the standard library does."""
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(channels)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(b"\0" * (2 * channels * round(seconds * rate)))


@pytest.mark.parametrize(("rate", "channels"), [(24000, 1), (48000, 2), (8000, 1)])
def test_a_wav_is_as_long_as_what_it_holds(tmp_path: Path, rate: int, channels: int) -> None:
    write_wav(tmp_path / "a.wav", 2.5, rate=rate, channels=channels)
    assert sound_seconds(tmp_path / "a.wav") == 2.5


def test_a_header_that_lags_behind_is_not_believed(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", 1.0)
    with (tmp_path / "a.wav").open("ab") as file:
        file.write(b"\0" * 48_000)
    assert sound_seconds(tmp_path / "a.wav") == 2.0


def test_chunks_before_the_sound_are_passed_over(tmp_path: Path) -> None:
    head = b"RIFF\0\0\0\0WAVE" + b"LIST" + struct.pack("<I", 3) + b"abc\0"
    head += b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, 24000, 48000, 2, 16) + b"data\xff\xff\xff\xff"
    (tmp_path / "a.wav").write_bytes(head + b"\0" * 24_000)
    assert sound_seconds(tmp_path / "a.wav") == 0.5


@pytest.mark.parametrize(
    "content", [b"", b"RIFF", b"not a wav at all", b"RIFF\0\0\0\0WAVEdata\0\0\0\0", b"RIFF" + b"\0" * 99]
)
def test_what_is_no_wav_has_no_length(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.wav").write_bytes(content)
    assert sound_seconds(tmp_path / "a.wav") is None


def test_what_is_not_there_has_no_length(tmp_path: Path) -> None:
    assert sound_seconds(tmp_path / "a.wav") is None
    assert sound_seconds(tmp_path) is None
