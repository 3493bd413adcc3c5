"""Stretches of a recording as files for upload."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from meetrec.audio.encode import encode
from meetrec.audio.wav import WavReader, WavWriter
from meetrec.core.errors import StorageError
from tests.audio.sound import Samples, lag, read_wav, speechlike, write_wav


def recording(tmp_path: Path, seconds: float, rate: int = 24000) -> tuple[WavReader, Samples]:
    samples = speechlike(seconds, rate)
    with WavWriter(tmp_path / "audio.wav", rate=rate) as writer:
        writer.write(samples.astype("<i2").tobytes())
    return WavReader(tmp_path / "audio.wav"), samples


@pytest.mark.parametrize("upload", ["wav", "flac"])
def test_wav_and_flac_hold_the_stretch_bit_by_bit(tmp_path: Path, upload: str) -> None:
    reader, samples = recording(tmp_path, 25)
    target = tmp_path / "part"
    assert encode(reader, 1.5, 24.25, upload, target) == target.stat().st_size
    held, rate = soundfile.read(target, dtype="int16")
    assert rate == 24000
    assert np.array_equal(held, samples[36000:582000])
    assert target.stat().st_mode & 0o777 == 0o600


def test_wav_needs_neither_numpy_nor_soundfile(tmp_path: Path) -> None:
    recording(tmp_path, 1)
    code = f"""
import sys
from pathlib import Path
from meetrec.audio.encode import encode
from meetrec.audio.wav import WavReader
print(encode(WavReader(Path({str(tmp_path / "audio.wav")!r})), 0.0, 0.5, "wav", Path({str(tmp_path / "part.wav")!r})))
print([name for name in ("numpy", "soundfile", "soxr") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "24044\n[]\n", done.stderr
    assert len(read_wav(tmp_path / "part.wav")) == 12000


def test_mp3_is_in_place_and_of_a_size_known_beforehand(tmp_path: Path) -> None:
    reader, samples = recording(tmp_path, 30)
    target = tmp_path / "part.mp3"
    assert encode(reader, 0, 30, "mp3", target) == pytest.approx(30 * 8000, rel=0.02)
    held, rate = soundfile.read(target, dtype="int16")
    assert rate == 24000
    assert abs(len(held) - 30 * 24000) < 2400
    assert abs(lag(samples[240000:360000], held) - 240000) < 2400


@pytest.mark.parametrize("upload", ["wav", "flac", "mp3"])
def test_a_finer_rate_is_brought_down_to_24_khz(tmp_path: Path, upload: str) -> None:
    reader, samples = recording(tmp_path, 3, 48000)
    target = tmp_path / "part"
    encode(reader, 1, 3, upload, target)
    held, rate = soundfile.read(target, dtype="int16")
    assert rate == 24000
    assert abs(len(held) - 48000) < 2400
    assert abs(lag(samples[60000:120000:2], held) - 6000) < 1400  # mp3 delays a little


def test_a_stretch_beyond_the_end_is_cut_and_an_older_file_replaced(tmp_path: Path) -> None:
    reader, samples = recording(tmp_path, 2)
    target = write_wav(tmp_path / "part.wav", speechlike(5))
    assert encode(reader, 1.0, 99.0, "wav", target) == 44 + 48000
    assert np.array_equal(read_wav(target), samples[24000:])


FULL = """
import sys
from pathlib import Path
from meetrec.audio.encode import encode
from meetrec.audio.wav import WavReader
from meetrec.core.errors import MeetrecError
try:
    encode(WavReader(Path(sys.argv[1])), 0.0, 60.0, sys.argv[2], Path(sys.argv[3]))
except MeetrecError as error:
    print(type(error).__name__, error)
"""


@pytest.mark.parametrize("upload", ["wav", "flac", "mp3"])
def test_a_full_disk_is_said(tmp_path: Path, upload: str) -> None:
    recording(tmp_path, 60)
    limit = 100_000
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path / "audio.wav"), upload, str(tmp_path / "part")],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        capture_output=True,
        text=True,
    )
    assert done.stdout.startswith("DiskFullError the disk is full"), done.stderr


def test_a_folder_that_is_gone_is_said(tmp_path: Path) -> None:
    reader, _ = recording(tmp_path, 1)
    with pytest.raises(StorageError, match="cannot be used"):
        encode(reader, 0, 1, "wav", tmp_path / "gone" / "part.wav")
