"""Opening a session of four hours whose recorder was killed, against one that was stopped."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.processes import PROGRAM, environment, recorder_pid, silent_service
from benchmarks.speech import speech_file
from meetrec.core.events import CaptionFinal
from meetrec.recorder.front import RecorderFront
from meetrec.recorder.job import Job
from meetrec.storage.journal import Journal
from meetrec.storage.locks import running_jobs
from meetrec.storage.paths import Paths

SECONDS = 4 * 3600.0
TURN_S = 5.0
RUNS = 7


def main() -> None:
    """Make both sessions and show each in turn."""
    with tempfile.TemporaryDirectory() as folder, silent_service() as port:
        speech = speech_file(Path(folder) / "speech.wav", SECONDS + 60)
        homes = {how: Path(folder) / how for how in ("stopped", "killed")}
        for how, home in homes.items():
            record(environment(home, port), home, speech, kill=how == "killed")
        times: dict[str, list[float]] = {how: [] for how in homes}
        for _ in range(RUNS):
            for how, home in homes.items():
                times[how].append(show_seconds(environment(home, port)))
    stopped, killed = (statistics.median(times[how]) for how in ("stopped", "killed"))
    print(f"  {SECONDS / 3600:.0f} h, stopped: {stopped * 1000:.0f} ms, killed: {killed * 1000:.0f} ms")
    print(f"opening a session whose recorder was killed: {killed / stopped:.2f} of a stopped one's (at most 2)")


def record(env: dict[str, str], home: Path, speech: Path, *, kill: bool) -> None:
    """Record as fast as possible, with captions put into the journal beforehand, and end in one way or the other."""
    paths = Paths.under(home)
    job = Job(kind="record", title="x", source="file", path=str(speech), speed=0, captions=False, finish=False)
    running = RecorderFront(paths, env).spawn(job)
    folder, pid = paths.sessions / running.session_id, recorder_pid(home)
    while kill and (folder / "audio.wav").stat().st_size < SECONDS * 48_000:
        time.sleep(0.001)
    if kill:
        os.kill(pid, signal.SIGKILL)
    while running_jobs(paths):
        time.sleep(0.01)
    with Journal(folder / "events.jsonl") as journal:
        for number in range(int(SECONDS / TURN_S)):
            at = number * TURN_S
            journal.append(CaptionFinal(at=at, item=f"1:i{number}", start=at, end=at + TURN_S, text="We agreed. " * 6))


def show_seconds(env: dict[str, str]) -> float:
    """Show the session and return how long that took."""
    began = time.perf_counter()
    subprocess.run([PROGRAM, "show", "latest", "--plain"], env=env, stdout=subprocess.DEVNULL, check=False)
    return time.perf_counter() - began
