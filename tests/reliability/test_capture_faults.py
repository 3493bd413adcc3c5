"""A real sound server that stalls, hangs, or is listened to by a stopped process: what is lost is known exactly."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from meetrec.audio.capture import Microphone
from meetrec.audio.recording import STALLED_AFTER, Recording
from meetrec.audio.wav import WavWriter
from meetrec.core.errors import MeetrecError
from tests.audio.sound import read_wav
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


def test_an_exception_in_the_callback_costs_one_block_is_told_once_and_prints_nothing(
    lab: Lab, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    class Failing(Microphone):
        """Fails on its tenth block, as only a machine without memory would."""

        blocks = 0

        def _take(self, block: object, frames: int, time: object, status: object) -> None:
            self.blocks += 1
            if self.blocks == 10:
                hand_on, self._on_block = self._on_block, _fails
                super()._take(block, frames, time, status)
                self._on_block = hand_on
                return
            super()._take(block, frames, time, status)

    told: list[MeetrecError] = []
    arrived: list[float] = []
    with WavWriter(tmp_path / "audio.wav", rate=24000) as writer:
        recording = Recording(
            Failing(), writer, on_trouble=told.append, on_advance=lambda _: arrived.append(time.monotonic())
        )
        recording.start()
        lab.wait_for(lambda: len(arrived) > 30, "sound is recorded after the failure")
        recording.stop()
    assert [str(one) for one in told] == ["the sound system dropped sound, 1 time"]
    assert capfd.readouterr() == ("", "")


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
