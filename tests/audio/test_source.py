"""Files and standard input as microphones: any format, any damage, at any speed."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from meetrec.audio.source import FileSource, Source, StdinSource
from meetrec.core.errors import AudioError, UsageError
from tests.audio.sound import read_wav, speechlike, write_media, write_wav
from tests.needs import need


class Played:
    """Takes what a source hands over, and waits for its end."""

    def __init__(self, source: Source) -> None:
        self.blocks: list[bytes] = []
        self.times: list[float] = []
        self.why: str | None = None
        self._ended = threading.Event()
        source.open()
        source.start(self._take, self._end)

    def _take(self, pcm: bytes) -> None:
        self.times.append(time.monotonic())
        self.blocks.append(pcm)

    def _end(self, why: str) -> None:
        self.why = why
        self._ended.set()

    def wait(self) -> Played:
        assert self._ended.wait(60)
        return self

    @property
    def pcm(self) -> bytes:
        return b"".join(self.blocks)

    @property
    def samples(self) -> np.ndarray:
        return np.frombuffer(self.pcm, "<i2")


def played(path: Path, **options: float) -> Played:
    source = FileSource(path, speed=options.get("speed", 0))
    result = Played(source).wait()
    source.stop()
    return result


def test_a_24_khz_mono_16_bit_file_passes_bit_by_bit_without_numpy(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", speechlike(2.05, 24000), 24000)
    result = played(path)
    assert result.why == ""
    assert result.pcm == read_wav(path).tobytes()
    assert [len(one) for one in result.blocks] == [4800] * 20 + [2400]
    code = f"""
import sys, threading
from pathlib import Path
from meetrec.audio.source import FileSource
done = threading.Event()
source = FileSource(Path({str(path)!r}), speed=0)
source.start(lambda pcm: None, lambda why: done.set())
assert done.wait(60)
print(source.duration, [one for one in ("numpy", "soundfile", "soxr", "sounddevice") if one in sys.modules])
"""
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "2.05 []\n"


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW"])
@pytest.mark.parametrize(("rate", "channels"), [(24000, 1), (8000, 1), (44100, 2), (48000, 6), (192000, 1)])
def test_every_width_rate_and_number_of_channels_plays(tmp_path: Path, subtype: str, rate: int, channels: int) -> None:
    tone = 0.4 * np.sin(2 * np.pi * 440 * np.arange(rate) / rate)
    path = tmp_path / "a.wav"
    soundfile.write(path, np.repeat(tone[:, None], channels, axis=1), rate, subtype=subtype)
    result = played(path)
    assert result.why == ""
    assert len(result.samples) == 24000
    expected = 0.4 * 32768 * np.sin(2 * np.pi * 440 * np.arange(24000) / 24000)
    coarse = {"PCM_U8": 300, "ULAW": 900}.get(subtype, 3)
    assert np.abs(result.samples - expected)[600:-600].max() <= coarse


def test_channels_are_averaged(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, np.tile(np.array([[1000, 3000]], np.int16), (2400, 1)), 24000)
    assert set(played(path).samples.tolist()) == {2000}


@pytest.mark.parametrize("suffix", ["flac", "ogg", "mp3", "aiff", "caf"])
def test_other_formats_play_in_full(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    soundfile.write(path, speechlike(2, 24000), 24000)
    result = played(path)
    assert result.why == ""
    assert abs(len(result.samples) - 48000) < 2400


@pytest.mark.parametrize("suffix", ["m4a", "webm", "aac"])
def test_containers_libsndfile_does_not_know_play_through_ffmpeg(tmp_path: Path, suffix: str) -> None:
    need("ffmpeg")
    result = played(write_media(tmp_path / f"-a {suffix}.{suffix}", speechlike(2)))
    assert result.why == ""
    assert abs(len(result.samples) - 48000) < 4800


def test_without_ffmpeg_it_is_said_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    path = tmp_path / "a.m4a"
    path.write_bytes(b"\0\0\0\x20ftypM4A " + bytes(1000))
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(AudioError, match="needs the ffmpeg command") as caught:
        FileSource(path).open()
    assert "install ffmpeg" in caught.value.hint


BAD = {
    "missing": (None, "does not exist"),
    "empty": (b"", "is empty"),
    "text": (b"Dear all,\nthe minutes follow.\n" * 50, "is not a sound file"),
    "text that begins like a WAV": (b"RIFF!\n" * 50, "is not a sound file"),
    "a header alone": (
        b"RIFF$\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\xc0\x5d\0\0\x80\xbb\0\0\x02\0\x10\0data\0\0\0\0",
        "no sound",
    ),
    "an MP4 without sound": (b"\0\0\0\x20ftypM4A " + bytes(1000), "is not a sound file|needs the ffmpeg"),
    "noise": (bytes(range(256)) * 40, "is not a sound file"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_played_is_said_in_one_sentence_with_advice(tmp_path: Path, case: str) -> None:
    content, words = BAD[case]
    path = tmp_path / "a\x1b[31m.wav"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(AudioError, match=words) as caught:
        FileSource(path).open()
    assert caught.value.hint
    assert "\x1b" not in caught.value.message
    assert "\n" not in caught.value.message


def test_folders_pipes_and_unreadable_files_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(AudioError, match="is a folder"):
        FileSource(tmp_path).open()
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(AudioError, match="is not a file") as caught:
        FileSource(tmp_path / "pipe").open()
    assert "--from -" in caught.value.hint
    path = write_wav(tmp_path / "a.wav", speechlike(0.1))

    def refuses(*_: object, **__: object) -> None:  # tests may run as root, whom no file mode stops
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuses)
    with pytest.raises(AudioError, match="cannot be read: Permission denied"):
        FileSource(path).open()


@pytest.mark.parametrize("suffix", ["wav", "flac", "mp3", "aiff"])
def test_a_file_that_was_cut_short_plays_as_far_as_it_goes_and_says_so(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    soundfile.write(path, speechlike(10, 24000), 24000)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    result = played(path)
    assert 3.5 < len(result.samples) / 24000 < 5.5
    assert "the file ends early" in (result.why or "")
    assert "of 10.0 s" in (result.why or "")


@pytest.mark.parametrize("subtype", ["PCM_24", "FLOAT"])
def test_wide_wavs_that_were_cut_short_say_so_too(tmp_path: Path, subtype: str) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, speechlike(10, 24000), 24000, subtype=subtype)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    result = played(path)
    assert len(result.samples) / 24000 == pytest.approx(5, abs=0.01)
    assert "of 10.0 s" in (result.why or "")


@pytest.mark.parametrize("size", [0, 0x7FFFFFFF, 0xFFFFFFFF])
def test_a_wav_whose_header_was_never_finished_plays_in_full(tmp_path: Path, size: int) -> None:
    path = write_wav(tmp_path / "a.wav", speechlike(1, 24000), 24000)
    content = path.read_bytes()
    path.write_bytes(content[:40] + size.to_bytes(4, "little") + content[44:])
    result = played(path)
    assert result.why == ""
    assert len(result.samples) == 24000


def test_real_time_is_kept_times_the_speed(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", speechlike(2, 24000), 24000)
    begin = time.monotonic()
    result = played(path, speed=4)
    for number, at in enumerate(result.times):
        assert at - begin >= (number + 1) * 0.1 / 4 - 0.005
    assert (
        result.times[-1] - begin < 0.5 + 10
    )  # it does not play at the pace of life, nor slower; a busy machine is given more


@pytest.mark.parametrize("speed", [-1, -0.1, float("nan"), float("inf")])
def test_a_speed_that_makes_no_sense_is_refused(speed: float) -> None:
    with pytest.raises(UsageError, match="makes no sense"):
        FileSource(Path("a.wav"), speed=speed)


def test_a_source_that_is_stopped_hands_nothing_on_any_more(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", speechlike(60, 8000), 8000)
    source = FileSource(path)
    result = Played(source)
    source.stop()
    count = len(result.blocks)
    assert count < 300  # not to its end, which is a minute away
    assert result.why is None
    source.stop()
    assert len(result.blocks) == count


def test_a_fast_source_waits_for_whoever_takes_its_blocks(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", speechlike(5, 24000), 24000)
    gate, taken, ended = threading.Semaphore(3), [], threading.Event()

    def take(pcm: bytes) -> None:
        gate.acquire()
        taken.append(pcm)

    source = FileSource(path, speed=0)
    source.start(take, lambda _: ended.set())
    assert not ended.wait(0.2)
    assert len(taken) == 3
    for _ in range(100):
        gate.release()
    assert ended.wait(60)
    assert len(b"".join(taken)) == 5 * 48000


def test_standard_input_is_taken_as_it_comes_until_it_ends() -> None:
    reading, writing = os.pipe()
    with open(reading, "rb") as stream, open(writing, "wb", buffering=0) as feeder:  # noqa: PTH123 - descriptors
        source = StdinSource(stream, rate=16000)
        result = Played(source)
        sent = speechlike(1, 16000).astype("<i2").tobytes()
        feeder.writelines(sent[at : at + 777] for at in range(0, len(sent), 777))
        feeder.write(b"\x01")
        feeder.close()
        result.wait()
        assert result.why == ""
        assert result.pcm == sent
        assert {len(one) for one in result.blocks[:-1]} == {3200}


def test_an_empty_standard_input_is_said() -> None:
    assert Played(StdinSource(io.BytesIO())).wait().why == "no sound came in"


def test_a_standard_input_that_says_nothing_does_not_hold_up_the_end() -> None:
    reading, writing = os.pipe()
    stream = open(reading, "rb")  # noqa: PTH123, SIM115 - a descriptor; closed by the thread that reads it
    source = StdinSource(stream)
    result = Played(source)
    source.stop()  # nothing comes until after it has returned: one that waited for it would never
    os.write(writing, bytes(9600))
    os.close(writing)
    for thread in threading.enumerate():
        if thread.name == "standard input":
            thread.join(60)
    stream.close()
    assert result.blocks == []


def test_a_rate_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(UsageError, match="rate"):
        StdinSource(io.BytesIO(), rate=0)
