"""Memory of the recorder process at minute 1 and at minute 60 of a recording, fifty times faster than real time."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.processes import environment, memory_mb, recorder_pid, silent_service, stop_recorders
from benchmarks.speech import speech_file
from meetrec.recorder.front import RecorderFront
from meetrec.recorder.job import Job
from meetrec.storage.paths import Paths

MINUTES = 60
SPEED = 50.0


@dataclass
class Footprint:
    """What a process holds."""

    resident_mb: float
    files: int
    threads: int


def main() -> None:
    """Record an hour of speech with captions live."""
    first, last, peak = footprints(1, MINUTES)
    growth = last.resident_mb - first.resident_mb
    print(f"  minute 1: {first.resident_mb:.1f} MB, minute {MINUTES}: {last.resident_mb:.1f} MB, peak {peak:.1f} MB")
    print(f"memory of the recorder, growth from minute 1 to {MINUTES}: {growth:.1f} MB (at most 2)")


def footprints(first_minute: int, last_minute: int) -> tuple[Footprint, Footprint, float]:
    """Record and return what the recorder held at two moments of the recording, and its peak in megabytes."""
    with tempfile.TemporaryDirectory() as folder, silent_service() as port:
        home = Path(folder) / "home"
        speech = speech_file(Path(folder) / "speech.wav", last_minute * 60 + 30)
        front = RecorderFront(Paths.under(home), environment(home, port, MEETREC_PROVIDER_REPLAY_SPEED="60"))
        running = front.spawn(
            Job(kind="record", title="benchmark", source="file", path=str(speech), speed=SPEED, finish=False)
        )
        pid = recorder_pid(home)
        audio = Paths.under(home).sessions / running.session_id / "audio.wav"
        first = footprint_at(first_minute, audio, pid)
        last = footprint_at(last_minute, audio, pid)
        captions = running.ask("status")
        peak = memory_mb(pid, "VmHWM")
        print(f"  {captions['captions']} captions, the link is {captions['link']['state']}")
        stop_recorders(home)
    return first, last, peak


def footprint_at(minute: int, audio: Path, pid: int) -> Footprint:
    """Wait until the file holds so many minutes, and return what the process holds then."""
    while audio.stat().st_size < minute * 60 * 48_000:
        time.sleep(0.02)
    tasks = Path(f"/proc/{pid}")
    return Footprint(memory_mb(pid), len(list((tasks / "fd").iterdir())), len(list((tasks / "task").iterdir())))
