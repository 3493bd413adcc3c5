"""A recording of any length: one file after another, without a missing or doubled frame between them."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetrec.audio import wav
from meetrec.audio.recording import Recording
from meetrec.audio.riff import HEADER_BYTES
from meetrec.audio.sound_files import SoundReader, SoundWriter, copy_sound
from meetrec.audio.source import FileSource
from meetrec.audio.wav import WavReader, WavWriter
from meetrec.core.errors import AudioError, MeetrecError, StorageError
from tests.audio.sound import read_wav, speechlike, write_wav

BLOCK = bytes(range(256)) * 18 + bytes(192)  # 100 ms at 24 kHz
GIB = 1 << 30


def sound(seconds: float) -> bytes:
    return speechlike(seconds, 24000).tobytes()


def test_at_4_gib_the_next_frame_stands_in_the_next_file(tmp_path: Path) -> None:
    told: list[list[Path]] = []
    with SoundWriter(tmp_path / "audio.wav", rate=24000, on_file=told.append) as writer:
        last_second = writer._current.room - 24000
        writer.skip(last_second)  # a hole: 4 GiB on paper, a few blocks on the disk
        for _ in range(30):
            writer.write(BLOCK)
        paths, frames = list(writer.paths), writer.frames
    assert frames == last_second + 30 * 2400
    assert paths == [tmp_path / "audio.wav", tmp_path / "audio.2.wav"] == told[0]
    assert len(told) == 1
    lengths = [WavReader(path).frames for path in paths]
    assert lengths == [last_second + 24000, frames - last_second - 24000]
    assert 4 * GIB - 3 * (1 << 20) < paths[0].stat().st_size < 4 * GIB
    with SoundReader(paths) as reader:
        assert reader.frames == frames
        assert reader.read(last_second, 30 * 2400) == BLOCK * 30
        assert reader.read(last_second + 23_999, 2) == (BLOCK * 30)[23_999 * 2 : 24_001 * 2]
        assert reader.read(frames, 5) == b""


def test_a_recording_that_reaches_the_limit_goes_on_in_another_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wav, "MAX_DATA_BYTES", HEADER_BYTES + 2 * 50_001)
    path = write_wav(tmp_path / "in.wav", speechlike(10, 24000), 24000)
    writer = SoundWriter(tmp_path / "audio.wav", rate=24000)
    ended = threading.Event()
    faults: list[MeetrecError] = []
    recording = Recording(FileSource(path, speed=0), writer, on_ended=lambda _: ended.set(), on_fault=faults.append)
    recording.start()
    assert ended.wait(60)
    assert recording.stop() == 240_000
    assert faults == []
    assert [len(read_wav(one)) for one in writer.paths] == [50_001] * 4 + [240_000 - 4 * 50_001]
    with SoundReader(writer.paths) as reader:
        assert reader.read(0, 240_000) == read_wav(path).tobytes()
    with SoundWriter.append_to(writer.paths) as again:
        assert again.write(BLOCK) == 242_400


@given(st.integers(0, 12_000), st.integers(0, 12_000))
def test_any_span_over_several_files_reads_as_what_was_written(
    three: tuple[list[Path], bytes], at: int, n: int
) -> None:
    paths, pcm = three
    with SoundReader(paths) as reader:
        assert reader.read(at, n) == pcm[at * 2 : (at + n) * 2]


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Path], bytes]:
    folder = tmp_path_factory.mktemp("three")
    pcm = sound(0.4)
    paths = []
    for number, (start, end) in enumerate([(0, 3_000), (3_000, 3_001), (3_001, 9_600)]):
        paths.append(folder / f"{number}.wav")
        with WavWriter(paths[-1], rate=24000) as writer:
            writer.write(pcm[start * 2 : end * 2])
    return paths, pcm


def test_a_reader_goes_on_in_another_place_at_the_same_position(tmp_path: Path) -> None:
    first, second = tmp_path / "a" / "audio.wav", tmp_path / "b" / "audio.wav"
    for path in (first, second):
        path.parent.mkdir()
    with SoundWriter(first, rate=24000) as writer:
        writer.write(BLOCK * 3)
        reader = SoundReader([first])
        shutil.rmtree(first.parent)
        with SoundWriter(second, rate=24000) as other:
            assert copy_sound(reader, other, 7200) == 0
            other.write(BLOCK)
        reader.go_on_in([second])
        assert reader.read(4800, 9999) == BLOCK * 2
        assert reader.frames == 9600
        reader.close()


def test_what_cannot_be_read_is_silence_of_the_same_length_in_the_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_wav(tmp_path / "in.wav", speechlike(3.5, 24000), 24000)
    reader = SoundReader([path])
    real = reader.read

    def bad_block(start: int, frames: int) -> bytes:
        if start == 24_000:
            raise StorageError("Input/output error")
        return real(start, frames)

    monkeypatch.setattr(reader, "read", bad_block)
    with SoundWriter(tmp_path / "copy.wav", rate=24000) as writer:
        assert copy_sound(reader, writer, 84_000) == 24_000
    whole, copy = read_wav(path).tobytes(), read_wav(tmp_path / "copy.wav").tobytes()
    assert copy == whole[:48_000] + bytes(48_000) + whole[96_000:]
    reader.close()


def test_files_of_different_rates_are_not_one_recording(tmp_path: Path) -> None:
    for rate in (24000, 48000):
        WavWriter(tmp_path / f"{rate}.wav", rate=rate).close()
    with pytest.raises(AudioError, match="differ in their rate"):
        SoundReader([tmp_path / "24000.wav", tmp_path / "48000.wav"])
