"""The WAV survives kill -9, a full disk and a power cut, and can be read while it grows."""

from __future__ import annotations

import os
import random
import resource
import shutil
import struct
import subprocess
import sys
import threading
import time
import wave
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetrec.audio import wav
from meetrec.audio.riff import HEADER_BYTES, header
from meetrec.audio.wav import WavInfo, WavReader, WavWriter, read_info, repair
from meetrec.core.errors import AudioError, DiskFullError, StorageError

BLOCK = bytes(range(256)) * 18 + bytes(192)  # 4,800 bytes: 100 ms at 24 kHz

# Writes numbered blocks and says after each how many frames it was told are in the file.
CHILD = """
import sys
from pathlib import Path
from meetrec.audio.wav import WavWriter
writer = WavWriter(Path(sys.argv[1]), rate=24000)
number = 0
while True:
    frames = writer.write(number.to_bytes(2, "little") * 2400)
    sys.stdout.buffer.raw.write(frames.to_bytes(8, "little"))
    number = (number + 1) % 65536
    if number % 10 == 0:
        writer.sync()
"""


def killed_recording(path: Path, after: float) -> int:
    """Kill a writing process with SIGKILL and return how many frames it had been told are written."""
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(path)], stdout=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.read(8)
    time.sleep(after)  # any moment will do: there is nothing to wait for
    child.kill()
    told = child.stdout.read()
    child.wait()
    child.stdout.close()
    last = told[: len(told) - len(told) % 8][-8:]
    return int.from_bytes(last, "little") if last else 2400


def frames_by_other_programs(path: Path) -> dict[str, int]:
    """Open the file as it is with the standard library, and with sox and ffmpeg where they are installed."""
    with wave.open(str(path)) as file:
        found = {"wave": file.getnframes()}
        assert len(file.readframes(file.getnframes())) == 2 * file.getnframes()
    if shutil.which("soxi"):
        asked = subprocess.run(["soxi", "-s", str(path)], capture_output=True, text=True, check=True)
        found["soxi"] = int(asked.stdout)
    if shutil.which("ffprobe"):
        command = ["ffprobe", "-v", "error", "-show_entries", "stream=duration_ts", "-of", "csv=p=0", str(path)]
        found["ffprobe"] = int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return found


@pytest.mark.parametrize("run", range(6))
def test_after_kill_9_every_program_opens_the_file_and_at_most_one_block_is_missing(tmp_path: Path, run: int) -> None:
    path = tmp_path / "audio.wav"
    told = killed_recording(path, random.Random(run).uniform(0, 0.1))
    held = (path.stat().st_size - HEADER_BYTES) // 2
    for program, frames in frames_by_other_programs(path).items():
        assert told <= frames <= held, program
        assert held - frames <= 2400, program
    info = repair(path)
    assert info.frames == held >= told
    samples = WavReader(path).read(0, held)
    for number in range(held // 2400):
        assert samples[number * 4800 : number * 4800 + 4800] == (number % 65536).to_bytes(2, "little") * 2400


def test_a_recording_goes_on_where_a_kill_ended_it(tmp_path: Path) -> None:
    path = tmp_path / "audio.wav"
    killed_recording(path, 0.02)
    with path.open("ab") as file:
        file.write(b"\x01")  # half a sample, as a torn write leaves it
    held = (path.stat().st_size - HEADER_BYTES) // 2
    with WavWriter.append_to(path) as writer:
        assert writer.frames == held
        assert writer.write(BLOCK) == held + 2400
    assert set(frames_by_other_programs(path).values()) == {held + 2400}
    assert WavReader(path).read(held, 2400) == BLOCK


def test_a_file_is_private_whatever_the_umask_and_never_overwritten(tmp_path: Path) -> None:
    for number, umask in enumerate((0o000, 0o022, 0o777)):
        before = os.umask(umask)
        try:
            WavWriter(tmp_path / f"{number}.wav", rate=24000).close()
        finally:
            os.umask(before)
        assert (tmp_path / f"{number}.wav").stat().st_mode & 0o777 == 0o600
    with pytest.raises(StorageError, match="already there"):
        WavWriter(tmp_path / "0.wav", rate=24000)


def test_a_planted_link_is_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "target"
    (tmp_path / "audio.wav").symlink_to(target)
    with pytest.raises(StorageError):
        WavWriter(tmp_path / "audio.wav", rate=24000)
    assert not target.exists()
    WavWriter(target, rate=24000).close()
    with pytest.raises(StorageError):
        WavWriter.append_to(tmp_path / "audio.wav")


FULL = """
import sys
from pathlib import Path
from meetrec.audio.wav import WavWriter
from meetrec.core.errors import DiskFullError
writer = WavWriter(Path(sys.argv[1]), rate=24000)
try:
    while True:
        writer.write(bytes(range(250)) * 19 + bytes(50))
except DiskFullError as error:
    frames = writer.frames
    writer.close()
    print(frames, error, "|", error.hint)
"""


@pytest.mark.parametrize("limit", [100 * 1024, 100 * 1024 + 1, 44 + 4800 * 3, 44 + 4800 * 3 + 3, 45])
def test_on_a_full_disk_every_whole_frame_that_fitted_is_kept(tmp_path: Path, limit: int) -> None:
    path = tmp_path / "audio.wav"
    child = subprocess.run(
        [sys.executable, "-c", FULL, str(path)],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        capture_output=True,
        text=True,
        check=True,
    )
    frames, words = child.stdout.split(maxsplit=1)
    assert int(frames) == (limit - HEADER_BYTES) // 2
    assert "the disk is full" in words
    assert "free space" in words
    if int(frames):  # sox and ffmpeg have no good word for an empty file
        assert set(frames_by_other_programs(path).values()) == {int(frames)}


def test_a_refused_disk_is_put_into_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = WavWriter(tmp_path / "audio.wav", rate=24000)
    writer.write(BLOCK)

    def fails(*_: object) -> int:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(wav, "write_at", fails)
    with pytest.raises(StorageError, match="Input/output error") as caught:
        writer.write(BLOCK)
    assert not isinstance(caught.value, DiskFullError)
    assert writer.frames == 2400
    monkeypatch.undo()
    writer.close()
    assert frames_by_other_programs(writer.path)["wave"] == 2400


def test_a_file_ends_before_its_size_no_longer_fits_the_header(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wav, "MAX_DATA_BYTES", HEADER_BYTES + 2 * len(BLOCK))
    writer = WavWriter(tmp_path / "audio.wav", rate=24000)
    writer.write(BLOCK)
    writer.write(BLOCK)
    with pytest.raises(StorageError, match="4 GiB"):
        writer.write(BLOCK)
    writer.close()
    assert frames_by_other_programs(writer.path)["wave"] == 4800
    assert len(header(24000, 1, wav.MAX_DATA_BYTES // 2)) == HEADER_BYTES


@pytest.mark.parametrize("claimed", [0, 2, 9600, 9602, 100_000, 0x7FFFFFFF, 0xFFFFFFFF])
def test_repair_believes_the_size_of_the_file(tmp_path: Path, claimed: int) -> None:
    path = tmp_path / "audio.wav"
    right = header(24000, 1, 4800)
    path.write_bytes(right[:40] + struct.pack("<I", claimed) + BLOCK * 2)
    os.utime(path, ns=(10**18, 10**18))
    assert read_info(path) == WavInfo(24000, 1, 4800)
    assert repair(path) == WavInfo(24000, 1, 4800)
    assert path.read_bytes() == right + BLOCK * 2
    assert path.stat().st_mtime_ns == 10**18


def test_repair_leaves_a_good_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "audio.wav"
    path.write_bytes(header(24000, 1, 2400) + BLOCK)
    path.chmod(0o600)
    before = path.stat()
    assert repair(path).duration == 0.1
    assert (path.stat().st_ctime_ns, path.stat().st_mtime_ns) == (before.st_ctime_ns, before.st_mtime_ns)


@pytest.mark.parametrize("size", [0, 1, 4, 12, 36, 43])
def test_a_file_that_was_only_just_created_becomes_an_empty_recording(tmp_path: Path, size: int) -> None:
    path = tmp_path / "audio.wav"
    path.write_bytes(header(24000, 1, 0)[:size])
    assert repair(path).frames == 0
    assert path.read_bytes() == header(24000, 1, 0)
    with WavWriter.append_to(path) as writer:
        assert writer.write(BLOCK) == 2400


@pytest.mark.parametrize("content", [b"OggS" + bytes(100), b"RIFF\0\0\0\0WAVEfmt " + bytes(60), b"no sound" * 10])
def test_what_is_no_recording_is_named_and_not_touched(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "audio.wav"
    path.write_bytes(content)
    for look in (repair, read_info, WavReader, WavWriter.append_to):
        with pytest.raises(AudioError, match=r"audio\.wav is not a 16-bit WAV file"):
            look(path)
    assert path.read_bytes() == content


def test_tags_before_and_after_the_samples_are_no_sound(tmp_path: Path) -> None:
    path = tmp_path / "audio.wav"
    tag = b"LIST" + struct.pack("<I", 4) + b"INFO"
    plain = header(24000, 1, 2400)
    content = plain[:36] + tag + plain[36:] + BLOCK + tag
    path.write_bytes(content)
    assert repair(path).frames == 2400
    assert path.read_bytes() == content
    with WavReader(path) as reader:
        assert reader.frames == 2400
        assert reader.read(0, 9999) == BLOCK
    with pytest.raises(AudioError, match="another program"):
        WavWriter.append_to(path)


def test_a_torn_file_with_tags_before_its_samples_is_repaired_in_place(tmp_path: Path) -> None:
    path = tmp_path / "audio.wav"
    plain = header(24000, 1, 0)
    path.write_bytes(plain[:36] + b"LIST" + struct.pack("<I", 4) + b"INFO" + plain[36:] + BLOCK + b"\x01")
    assert repair(path).frames == 2400
    with wave.open(str(path)) as file:
        assert file.readframes(9999) == BLOCK


def test_the_writer_notices_what_became_of_its_file(tmp_path: Path) -> None:
    folder = tmp_path / "session"
    folder.mkdir()
    with WavWriter(folder / "audio.wav", rate=24000) as writer:
        assert writer.displacement() == ""
        folder.chmod(0o500)  # root may write there all the same
        assert writer.displacement() == "the folder of audio.wav was made read-only"
        folder.chmod(0o700)
        assert writer.displacement() == ""
        folder.rename(tmp_path / "elsewhere")
        assert writer.displacement().startswith("audio.wav was moved")
        folder.mkdir()
        writer.path.write_bytes(b"another")
        assert writer.displacement().startswith("audio.wav was moved")
        shutil.rmtree(tmp_path / "elsewhere")
        assert writer.displacement() == "audio.wav was deleted"


def test_a_block_must_be_whole_frames(tmp_path: Path) -> None:
    with WavWriter(tmp_path / "audio.wav", rate=24000, channels=2) as writer, pytest.raises(ValueError, match="4-byte"):
        writer.write(bytes(6))


def test_a_reader_sees_the_file_grow_while_another_thread_writes(tmp_path: Path) -> None:
    path = tmp_path / "audio.wav"
    writer = WavWriter(path, rate=24000)
    blocks = 300

    def write() -> None:
        for number in range(blocks):
            writer.write(number.to_bytes(2, "little") * 240)
        writer.close()

    thread = threading.Thread(target=write)
    seen = b""
    with WavReader(path) as reader:
        assert reader.frames == 0
        thread.start()
        deadline = time.monotonic() + 60
        while len(seen) < blocks * 480 and time.monotonic() < deadline:
            seen += reader.read(len(seen) // 2, 1000)
        thread.join()
        assert reader.duration == blocks * 0.01
    assert seen == b"".join(number.to_bytes(2, "little") * 240 for number in range(blocks))


@given(
    st.integers(0, 500),
    st.integers(1, 3),
    st.lists(st.tuples(st.integers(0, 600), st.integers(0, 600)), max_size=20),
)
def test_any_span_reads_as_what_was_written(
    tmp_path_factory: pytest.TempPathFactory, frames: int, channels: int, spans: list[tuple[int, int]]
) -> None:
    path = tmp_path_factory.mktemp("wav") / "audio.wav"
    pcm = random.Random(frames).randbytes(frames * channels * 2)
    with WavWriter(path, rate=8000, channels=channels) as writer:
        writer.write(pcm)
    width = channels * 2
    with WavReader(path) as reader:
        assert (reader.frames, reader.rate, reader.channels) == (frames, 8000, channels)
        for start, count in spans:
            assert reader.read(start, count) == pcm[start * width : (start + count) * width]
