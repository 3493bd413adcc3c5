"""The recording engine: every block on disk, whatever the listeners, the disk and the clock do."""

from __future__ import annotations

import itertools
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from meetrec.audio import recording as engine
from meetrec.audio import wav
from meetrec.audio.levels import Level
from meetrec.audio.pace import SleepWatch
from meetrec.audio.recording import Recording
from meetrec.audio.sound_files import SoundReader, SoundWriter, copy_sound
from meetrec.audio.source import FileSource, OnBlock, OnEnded
from meetrec.audio.wav import WavReader, WavWriter
from meetrec.audio.writer import Writer
from meetrec.core.errors import AudioDeviceError, AudioError, DiskFullError, MeetrecError, StorageError
from tests.audio.sound import read_wav, speechlike, write_wav
from tests.waiting import wait_for

LOUD, ZERO = b"\x00\x40" * 2400, bytes(4800)


class Handed:
    """A live source whose blocks the test hands over."""

    rate = 24000
    channels = 1
    device_name = "test"
    overflows = 2
    failures = 0
    live = True

    def open(self) -> None: ...

    def start(self, on_block: OnBlock, on_ended: OnEnded) -> None:
        self.on_block, self.on_ended = on_block, on_ended

    def stop(self) -> None: ...


class Told(dict[str, list[Any]]):
    """Collects what a recording tells, by the name of the callback."""

    NAMES = ("advance", "level", "signal", "gap", "sleep", "trouble", "fault", "ended")

    def __init__(self) -> None:
        super().__init__({name: [] for name in self.NAMES})

    @property
    def callbacks(self) -> dict[str, Any]:
        return {f"on_{name}": self[name].append for name in self.NAMES}

    def wait_for(self, name: str, count: int) -> None:
        """Wait until so many were told."""
        wait_for(lambda: len(self[name]) == count)


@pytest.fixture
def source() -> Handed:
    return Handed()


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[WavWriter]:
    with WavWriter(tmp_path / "audio.wav", rate=24000) as writer:
        yield writer


def test_a_whole_file_at_full_speed_is_on_disk_when_its_end_is_told(tmp_path: Path, writer: WavWriter) -> None:
    path = write_wav(tmp_path / "a.wav", speechlike(60.05, 24000), 24000)
    told = Told()
    ended = threading.Event()
    seen: list[bytes] = []

    def on_ended(why: str) -> None:
        told["ended"].append((why, read_wav(writer.path).tobytes()))
        ended.set()

    recording = Recording(FileSource(path, speed=0), writer, **{**told.callbacks, "on_ended": on_ended})
    recording.start()
    assert ended.wait(60)
    assert told["ended"] == [("", read_wav(path).tobytes())]
    assert recording.stop() == recording.frames == 60.05 * 24000
    assert told["advance"] == [2400 * number for number in range(1, 601)] + [60.05 * 24000]
    assert len(told["level"]) == 601
    assert all(isinstance(one, Level) for one in told["level"])
    assert told["fault"] == told["gap"] == seen == []


def test_stop_writes_every_block_that_was_handed_over(source: Handed, writer: WavWriter) -> None:
    recording = Recording(source, writer)
    recording.start()
    for _ in range(1000):
        source.on_block(LOUD)
    assert recording.stop() == 2_400_000
    assert read_wav(writer.path).tobytes() == LOUD * 1000
    assert recording.stop() == 2_400_000
    assert recording.overflows == 2


def test_paused_sound_is_metered_but_not_written_and_the_clock_stands(source: Handed, writer: WavWriter) -> None:
    told = Told()
    recording = Recording(source, writer, **told.callbacks)
    recording.start()
    for number, act in enumerate((None, recording.pause, recording.resume)):
        if act:
            act()
        source.on_block(number.to_bytes(2, "little") * 2400)
    assert recording.stop() == 4800
    assert read_wav(writer.path).tobytes() == b"\0\0" * 2400 + b"\2\0" * 2400
    assert told["advance"] == [2400, 4800]
    assert len(told["level"]) == 3


def test_a_listener_that_fails_does_not_end_the_writing(
    source: Handed, writer: WavWriter, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("listener")

    recording = Recording(source, writer, on_advance=fails, on_level=fails, on_signal=fails)
    recording.start()
    source.on_block(LOUD)
    source.on_block(LOUD)
    assert recording.stop() == 4800
    assert "a listener of the recording failed" in caplog.text


def test_the_disk_gets_the_data_every_second(
    source: Handed, writer: WavWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, synced = [0.0], []
    monkeypatch.setattr(writer, "sync", lambda: synced.append(writer.frames))
    recording = Recording(source, writer, clock=lambda: now[0])
    recording.start()
    for number in range(1, 36):
        now[0] += 0.1
        source.on_block(LOUD)
        wait_for(lambda done=number * 2400: recording.frames == done)  # type: ignore[misc]
    recording.stop()
    assert len(synced) == 3 + 1  # and when it was closed
    assert max(later - one for one, later in itertools.pairwise(synced)) <= 11 * 2400


def test_a_full_disk_is_told_once_keeps_what_fitted_and_lets_the_source_go(
    tmp_path: Path, writer: WavWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_wav(tmp_path / "a.wav", speechlike(20, 24000), 24000)
    told = Told()
    real = wav.write_at

    def nearly_full(fd: int, data: bytes, offset: int) -> int:
        if offset and offset + len(data) > 50_001:
            if offset >= 50_001:
                raise OSError(28, "No space left on device")
            data = data[: 50_001 - offset]
        return real(fd, data, offset)

    monkeypatch.setattr(wav, "write_at", nearly_full)
    recording = Recording(FileSource(path, speed=0), writer, **told.callbacks)
    recording.start()
    wait_for(lambda: len(told["ended"]) == 2)
    assert recording.stop() == (50_001 - 44) // 2
    assert [type(one) for one in told["fault"]] == [DiskFullError]
    assert "the disk is full" in told["ended"][0]
    assert read_wav(writer.path).tobytes() == read_wav(path).tobytes()[: 50_001 - 45]


def test_a_rescue_takes_over_without_a_missing_or_doubled_sample(
    tmp_path: Path, writer: WavWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_wav(tmp_path / "a.wav", speechlike(10, 24000), 24000)
    told = Told()
    real, full = wav.write_at, writer._fd

    def nearly_full(fd: int, data: bytes, offset: int) -> int:
        if fd == full and offset and offset + len(data) > 50_001:
            if offset >= 50_001:
                raise OSError(28, "No space left on device")
            data = data[: 50_001 - offset]
        return real(fd, data, offset)

    monkeypatch.setattr(wav, "write_at", nearly_full)
    monkeypatch.setattr(wav.os, "close", lambda fd: None if fd == full else real_close(fd))
    rescued: list[StorageError] = []

    def rescue(error: StorageError, before: Writer) -> SoundWriter:
        rescued.append(error)
        other = SoundWriter(tmp_path / "rescue.wav", rate=24000)
        with SoundReader([before.path]) as reader:
            assert copy_sound(reader, other, before.frames) == 0
        return other

    recording = Recording(FileSource(path, speed=0), writer, **told.callbacks, rescue=rescue)
    recording.start()
    wait_for(lambda: told["ended"])
    assert recording.stop() == 240_000 == told["advance"][-1]
    assert [type(one) for one in rescued] == [DiskFullError]
    assert told["fault"] == []
    assert read_wav(tmp_path / "rescue.wav").tobytes() == read_wav(path).tobytes()
    assert len(read_wav(writer.path)) == (50_001 - 44) // 2


real_close = wav.os.close


def moved_to(path: Path) -> str:
    """Return how it is told where a file lies now: only Linux knows."""
    return f" to {path}" if sys.platform == "linux" else ""


def test_a_file_moved_away_is_told_once_and_still_written(
    tmp_path: Path, source: Handed, writer: WavWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "SYNC_EVERY", 0.02)
    told = Told()
    recording = Recording(source, writer, **told.callbacks)
    recording.start()
    writer.path.rename(tmp_path / "moved.wav")
    source.on_block(LOUD)
    wait_for(lambda: told["trouble"])
    source.on_block(LOUD)
    assert recording.stop() == 4800
    moved = tmp_path / "moved.wav"
    assert [str(one) for one in told["trouble"]] == [f"audio.wav was moved{moved_to(moved)} while recording"]
    assert told["fault"] == []
    assert read_wav(tmp_path / "moved.wav").tobytes() == LOUD * 2


def test_a_source_that_dies_can_be_replaced(source: Handed, writer: WavWriter) -> None:
    told = Told()
    recording = Recording(source, writer, **told.callbacks)
    recording.start()
    source.on_block(LOUD)
    source.on_ended("the sound server went away")
    wait_for(lambda: told["ended"])
    other = Handed()
    recording.replace_source(other)
    other.on_block(LOUD)
    assert recording.stop() == 4800
    assert told["ended"] == ["the sound server went away"]


def test_a_source_that_cannot_start_leaves_nothing_running(source: Handed, writer: WavWriter) -> None:
    def refuses(on_block: OnBlock, on_ended: OnEnded) -> None:
        raise AudioDeviceError("busy")

    source.start = refuses  # type: ignore[method-assign]
    threads = threading.active_count()
    with pytest.raises(AudioError, match="busy"):
        Recording(source, writer).start()
    assert threading.active_count() == threads


def test_silence_a_gap_and_a_stall_of_a_live_source_are_told(
    source: Handed, writer: WavWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "SYNC_EVERY", 0.02)
    told, now = Told(), [0.0]
    recording = Recording(source, writer, **told.callbacks, clock=lambda: now[0])
    recording.start()

    def feed(pcm: bytes, seconds: float) -> None:
        for _ in range(round(seconds * 10)):
            now[0] += 0.1
            expected = len(told["level"]) + 1
            source.on_block(pcm)
            told.wait_for("level", expected)

    feed(ZERO, 11)
    feed(LOUD, 1)
    assert told["signal"] == ["zero", "normal"]
    now[0] += 3
    feed(LOUD, 3)
    assert told["gap"] == [pytest.approx(3, abs=0.05)]
    assert told["fault"] == []
    for _ in range(3):
        now[0] += 2
        wait_for(lambda: recording._looked_at == now[0])
    wait_for(lambda: told["trouble"])
    assert [type(one) for one in told["trouble"]] == [AudioDeviceError]
    assert "nothing for 6 seconds" in str(told["trouble"][0])
    recording.stop()
    assert told["fault"] == []


def test_a_process_that_was_stopped_calls_nothing_a_stall(
    source: Handed, writer: WavWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "SYNC_EVERY", 0.02)
    told, now = Told(), [0.0]
    recording = Recording(source, writer, **told.callbacks, clock=lambda: now[0])
    recording.start()
    source.on_block(LOUD)
    wait_for(lambda: told["level"])
    now[0] += 100  # all at once: the process did not run
    wait_for(lambda: recording._looked_at == 100)
    assert told["trouble"] == []
    recording.stop()


@pytest.mark.parametrize(
    ("counter", "words"),
    [
        ("overflows", "the sound system dropped sound"),
        ("failures", "meetrec itself lost a tenth of a second of sound"),
    ],
)
def test_sound_that_is_dropped_is_told_once_a_minute(
    source: Handed, writer: WavWriter, monkeypatch: pytest.MonkeyPatch, counter: str, words: str
) -> None:
    monkeypatch.setattr(engine, "SYNC_EVERY", 0.02)
    told, now = Told(), [100.0]
    recording = Recording(source, writer, **told.callbacks, clock=lambda: now[0])
    recording.start()
    for second in range(1, 71):
        now[0] = 100.0 + second
        setattr(source, counter, getattr(source, counter) + 1)
        expected = len(told["level"]) + 1
        source.on_block(LOUD)
        told.wait_for("level", expected)
        wait_for(lambda: recording._synced_at == now[0])
    recording.stop()
    assert [str(one) for one in told["trouble"]] == [f"{words}, 1 time", f"{words}, 60 times"]


def test_stopping_adds_nothing_to_a_file_that_was_playable_all_the_time(source: Handed, writer: WavWriter) -> None:
    told = Told()
    recording = Recording(source, writer, **told.callbacks)
    recording.start()
    for number in range(1, 21):
        source.on_block(LOUD)
        told.wait_for("advance", number)
        assert told["advance"][-1] == 2400 * number
        assert len(read_wav(writer.path)) == 2400 * number
    before = writer.path.read_bytes()
    assert recording.stop() == 48_000
    assert writer.path.read_bytes() == before


def test_a_machine_that_slept_is_told_with_the_length_of_its_sleep_and_once(
    source: Handed, writer: WavWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "SYNC_EVERY", 0.02)
    told, awake, asleep = Told(), [100.0], [0.0]
    watch = SleepWatch(lambda: awake[0] + asleep[0], lambda: awake[0])
    recording = Recording(source, writer, **told.callbacks, clock=lambda: awake[0], sleep_watch=watch)
    recording.start()

    def feed(seconds: float) -> None:
        for _ in range(round(seconds * 10)):
            awake[0] += 0.1
            expected = len(told["level"]) + 1
            source.on_block(LOUD)
            told.wait_for("level", expected)

    feed(3)
    asleep[0] += 600
    feed(5)
    assert told["sleep"] == [600]
    assert told["gap"] == told["trouble"] == told["fault"] == []
    assert recording.stop() == 8 * 24000


def test_a_bug_in_the_engine_is_told_not_swallowed(
    source: Handed, writer: WavWriter, caplog: pytest.LogCaptureFixture
) -> None:
    told = Told()
    recording = Recording(source, writer, **told.callbacks)
    recording.start()
    source.on_block(b"\0")  # no whole sample: no source may do this
    wait_for(lambda: told["ended"])
    error: MeetrecError = told["fault"][0]
    assert "failed inside meetrec: ValueError" in error.message
    assert recording.stop() == 0
    assert "the recording failed" in caplog.text


KILLED = """
import os, sys
from pathlib import Path
from meetrec.audio.recording import Recording
from meetrec.audio.source import FileSource
from meetrec.audio.wav import WavWriter
class Counted(FileSource):
    def start(self, on_block, on_ended):
        def counted(pcm, handed=[0]):
            handed[0] += len(pcm)
            os.write(1, handed[0].to_bytes(8, "little"))
            on_block(pcm)
        super().start(counted, on_ended)
recording = Recording(Counted(Path(sys.argv[1])), WavWriter(Path(sys.argv[2]), rate=24000))
recording.start()
while True:
    sum(range(10**6))  # a busy main thread, as a blocked event loop is
"""


def test_a_kill_costs_at_most_one_block_even_while_the_main_thread_is_busy(tmp_path: Path) -> None:
    source = write_wav(tmp_path / "a.wav", speechlike(20, 24000), 24000)
    lost = [killed_while_busy(source, tmp_path / "first.wav")]
    if lost[0] > 0.1:  # a machine that just then let the disk or the thread wait: not so twice
        lost.append(killed_while_busy(source, tmp_path / "second.wav"))
    assert min(lost) <= 0.1, lost


def killed_while_busy(source: Path, path: Path) -> float:
    """Kill a recorder whose main thread was busy for four seconds; return the seconds handed over and lost."""
    child = subprocess.Popen([sys.executable, "-c", KILLED, str(source), str(path)], stdout=subprocess.PIPE)
    assert child.stdout is not None
    handed = 0
    while handed < 4 * 48_000:
        handed = int.from_bytes(child.stdout.read(8), "little")
    child.kill()
    rest = child.stdout.read()
    child.wait()
    child.stdout.close()
    handed = max([handed, *(int.from_bytes(rest[at : at + 8], "little") for at in range(0, len(rest), 8))])
    with WavReader(path) as reader:
        assert reader.read(0, reader.frames) == read_wav(source).tobytes()[: reader.frames * 2]
        return (handed // 2 - reader.frames) / 24_000
