"""A real sound server that stalls, hangs, or is listened to by a stopped process: what is lost is known exactly."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from meetrec.audio.capture import Microphone
from meetrec.audio.recording import STALLED_AFTER, Recording
from meetrec.audio.wav import WavWriter
from meetrec.core.errors import MeetrecError
from meetrec.core.events import Event, Fault, JobEnded, RecordingStarted, RecordingStopped, RecordingStopping
from meetrec.recorder.client import Address
from meetrec.recorder.front import Running
from meetrec.recorder.job import ENVIRONMENT, Job
from meetrec.storage.session_folder import SessionFolder
from tests.audio.sound import read_wav
from tests.cli.program import environment
from tests.e2e.program import only_session
from tests.lab import Lab
from tests.waiting import wait_for

pytestmark = pytest.mark.audio

STOPPED_S = STALLED_AFTER + 1

# Records until its standard input ends, and prints what it was told of.
CHILD = """
import sys
from pathlib import Path
from meetrec.audio.capture import Microphone
from meetrec.audio.recording import Recording
from meetrec.audio.wav import WavWriter
say = lambda *words: print(*words, flush=True)
recording = Recording(
    Microphone(), WavWriter(Path(sys.argv[1]), rate=24000),
    on_gap=lambda s: say("gap", s), on_trouble=lambda e: say("trouble", e), on_fault=lambda e: say("fault", e),
    on_sleep=lambda s: say("sleep", s), on_advance=lambda f: f == 12000 and say("runs"),
)
recording.start()
sys.stdin.read()
say("frames", recording.stop())
"""


def test_a_process_that_was_stopped_loses_nothing_and_gives_no_false_alarm(lab: Lab, tmp_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(tmp_path / "audio.wav")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdin is not None
    assert child.stdout.readline() == "runs\n"
    runs = time.monotonic()
    os.kill(child.pid, signal.SIGSTOP)
    time.sleep(STOPPED_S)  # the length of the stop
    os.kill(child.pid, signal.SIGCONT)
    wait_for(lambda: len(read_wav(tmp_path / "audio.wav")) / 24000 >= STOPPED_S + 4)
    ends = time.monotonic()
    child.stdin.close()
    told = child.stdout.read().split("\n")
    child.stdout.close()
    assert child.wait(60) == 0
    (frames,) = (int(line.split()[1]) for line in told if line.startswith("frames"))
    assert [line for line in told if line and not line.startswith("frames")] == []
    assert frames / 24000 >= ends - runs - 3.0  # what is on its way through the server of a busy machine is not lost


# Records the first of 32 channels, of which the sound server keeps 1.5 s for a process that is stopped, as it keeps
# 25 s of two: the same overflow, sooner. Prints each loss, and now and then how much is on disk at what time.
WIDE_CHILD = """
import sys, time
from pathlib import Path
from meetrec.audio import portaudio
from meetrec.audio.capture import Microphone
from meetrec.audio.recording import Recording
from meetrec.audio.wav import WavWriter
say = lambda *words: print(*words, flush=True)
sounddevice = portaudio.load()
stream = sounddevice.RawInputStream
sounddevice.RawInputStream = lambda **options: stream(**{**options, "channels": 32})

class Wide(Microphone):
    def _take(self, block, frames, moment, status):
        super()._take(memoryview(bytes(block)).cast("h")[::32].tobytes(), frames, moment, status)

microphone = Wide(rate=48000)
recording = Recording(
    microphone, WavWriter(Path(sys.argv[1]), rate=48000), on_gap=lambda s: say("gap", s),
    on_trouble=lambda e: say("trouble", e), on_fault=lambda e: say("fault", e), on_sleep=lambda s: say("sleep", s),
    on_advance=lambda f: f % 24000 == 0 and say("at", f / 48000, time.monotonic()),
)
recording.start()
sys.stdin.read()
recording.stop()
say("flags", microphone.overflows)
"""


def test_what_a_process_stopped_for_longer_than_the_server_waits_has_lost_is_told_though_no_flag_is_set(
    lab: Lab, tmp_path: Path
) -> None:
    """It takes nine seconds: the stop itself, and the time until what is late is believed to be lost."""
    child = subprocess.Popen(
        [sys.executable, "-c", WIDE_CHILD, str(tmp_path / "audio.wav")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdin is not None
    told: list[list[str]] = [child.stdout.readline().split() for _ in range(2)]
    os.kill(child.pid, signal.SIGSTOP)
    time.sleep(4)  # the length of the stop
    os.kill(child.pid, signal.SIGCONT)
    while told[-1][0] != "gap" and len(told) < 200:
        told.append(child.stdout.readline().split())
    told += [child.stdout.readline().split() for _ in range(4)]
    child.stdin.close()
    told += [line.split() for line in child.stdout.read().splitlines()]
    child.stdout.close()
    assert child.wait(60) == 0
    assert {words[0] for words in told} == {"at", "gap", "flags"}
    assert told[-1] == ["flags", "0"]
    lags = [float(words[2]) - float(words[1]) for words in told if words[0] == "at"]
    lost = min(lags[-4:]) - min(lags[:2])
    assert lost > 1
    assert abs(sum(float(words[1]) for words in told if words[0] == "gap") - lost) < 1


class Failing(Microphone):
    """Fails on its tenth block, as only a machine without memory would."""

    blocks = 0

    def _take(self, block: Any, frames: int, time: Any, status: Any) -> None:
        self.blocks += 1
        hand_on = self._on_block
        if self.blocks == 10:
            self._on_block = _fails
        super()._take(block, frames, time, status)
        self._on_block = hand_on


def test_an_exception_in_the_callback_costs_one_block_is_told_once_and_prints_nothing(
    lab: Lab, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    told: list[MeetrecError] = []
    ended: list[str] = []
    arrived: list[float] = []
    microphone = Failing()
    with WavWriter(tmp_path / "audio.wav", rate=24000) as writer:
        recording = Recording(
            microphone,
            writer,
            on_trouble=told.append,
            on_ended=ended.append,
            on_advance=lambda _: arrived.append(time.monotonic()),
        )
        recording.start()
        lab.wait_for(lambda: len(arrived) > 30 and bool(told), "sound is recorded after the failure")
        lab.wait_for(lambda: recording.frames == (microphone.blocks - 1) * 2400, "all blocks but one are on disk")
        recording.stop()
    assert [str(one) for one in told] == ["meetrec itself lost a tenth of a second of sound, 1 time"]
    assert ended == []
    assert arrived[9] - arrived[8] < 0.5 + 10  # the promise, and a busy machine
    assert capfd.readouterr() == ("", "")


# Runs the recorder's job with more patience for a sound system that hangs than any test has.
PATIENT_RECORDER = """
import sys
import meetrec.audio.capture as capture
capture.STOP_PATIENCE = 600.0
from meetrec.recorder.__main__ import main
sys.exit(main())
"""


async def test_who_stops_is_answered_and_all_are_told_while_the_sound_server_hangs(lab: Lab) -> None:
    with recorder(PATIENT_RECORDER) as (process, running):
        folder = only_session()
        await asyncio.to_thread(wait_for, lambda: folder.duration() > 1)
        events = running.follow()
        async with asyncio.timeout(60):
            await reached(events, RecordingStarted)
            lab.freeze()
            try:  # the stream does not return before the server goes on, below
                assert await asyncio.to_thread(running.ask, "stop") == {"ok": True}
                await reached(events, RecordingStopping)
                assert (await asyncio.to_thread(running.ask, "status"))["state"] == "stopping"
                assert not any(isinstance(event, RecordingStopped) for event in folder.events())
            finally:
                lab.thaw()
            await reached(events, JobEnded)
        assert await asyncio.to_thread(process.wait, 60) == 0
    (stopped,) = (event for event in folder.events() if isinstance(event, RecordingStopped))
    assert len(read_wav(folder.audio)) == stopped.frames


async def reached(events: AsyncIterator[Event], kind: type[Event]) -> None:
    """Read events up to one of this kind."""
    async for event in events:
        if isinstance(event, kind):
            return
    pytest.fail(f"the events ended without {kind.type}")


@contextlib.contextmanager
def recorder(code: str) -> Iterator[tuple[subprocess.Popen[bytes], Running]]:
    """Run a recorder process that `code` has made special; it records the microphone, without captions and minutes."""
    job = Job(kind="record", title="Sync", captions=False, finish=False)
    with subprocess.Popen(
        [sys.executable, "-c", code],
        env=environment({ENVIRONMENT: job.to_json()}),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            assert process.stdout is not None
            hello = json.loads(process.stdout.readline())
            yield process, Running(hello["session"], job.kind, Address(hello["port"], hello["secret"]))
        finally:
            process.kill()


# Runs the recorder's job with a microphone that fails on its tenth block.
FAILING_RECORDER = """
import sys
import meetrec.recorder.sources as sources
from tests.reliability.test_capture_faults import Failing
sources.Microphone = Failing
from meetrec.recorder.__main__ import main
sys.exit(main())
"""


def test_a_recorder_whose_callback_failed_goes_on_keeps_one_entry_and_is_a_success(lab: Lab) -> None:
    with recorder(FAILING_RECORDER) as (process, running):
        folder = only_session()
        wait_for(lambda: folder.duration() > 3 and faults(folder))
        assert running.ask("stop") == {"ok": True}
        assert process.wait(60) == 0
    assert faults(folder) == ["meetrec itself lost a tenth of a second of sound, 1 time"]
    assert folder.duration() > 3


def faults(folder: SessionFolder) -> list[str]:
    """Return what the journal of a session keeps of faults."""
    return [event.what for event in folder.events() if isinstance(event, Fault)]


def _fails(_: bytes) -> None:
    raise MemoryError


def test_stop_ends_with_a_final_wav_though_the_sound_server_hangs(lab: Lab, tmp_path: Path) -> None:
    frames: list[int] = []
    recording = Recording(Microphone(), WavWriter(tmp_path / "audio.wav", rate=24000), on_advance=frames.append)
    recording.start()
    lab.wait_for(lambda: len(frames) > 5, "sound is recorded")
    lab.freeze()
    try:
        began = time.monotonic()
        written = recording.stop()
        took = time.monotonic() - began
    finally:
        lab.thaw()
    for thread in threading.enumerate():
        if thread.name == "microphone closer":
            thread.join(60)
    assert took < 2.0 + 10.0  # the promise, and a busy machine; the server would never let it end
    assert len(read_wav(tmp_path / "audio.wav")) == written
