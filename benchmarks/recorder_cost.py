"""CPU of the recorder process (WAV and link, headless) against the plain sample client, at the same microphone."""

from __future__ import annotations

import contextlib
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.processes import end, environment, memory_mb, silent_service
from benchmarks.speech import speech_file
from meetrec.recorder.job import ENVIRONMENT, Job
from tests.lab import Lab

RUNS = 3
MODELS = {
    "gpt-live-transcribe": "which finds the turns itself",
    "gpt-4o-transcribe": "the service finds the turns, as for the sample",
}
SECONDS = 60.0
WARM_UP_S = 3.0
"""A microphone without hardware gives nothing for two seconds, in which PortAudio spins; no real one does so."""


@contextlib.contextmanager
def meeting_heard(folder: Path) -> Iterator[tuple[dict[str, str], int]]:
    """Play a meeting into a microphone; yields the environment in which it is heard, and the service's port."""
    speech = speech_file(folder / "speech.wav", SECONDS + WARM_UP_S + 20)
    with silent_service() as port, Lab() as lab:
        env = environment(folder / "home", port, **lab.environment, PULSE_SOURCE="mic")
        lab.play(speech)
        time.sleep(WARM_UP_S)
        yield env, port


def sample_client(env: dict[str, str], port: int) -> subprocess.Popen[bytes]:
    """Start the sample client."""
    command = [sys.executable, "-m", "benchmarks.sample_client", f"ws://127.0.0.1:{port}/v1/realtime", "pulse"]
    return subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL)


def recorder(env: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start a recorder process, which records at once."""
    job = Job(kind="record", title="benchmark", finish=False)
    command = [sys.executable, "-m", "meetrec.recorder"]
    return subprocess.Popen(command, env={**env, ENVIRONMENT: job.to_json()}, stdout=subprocess.DEVNULL)


def main() -> None:
    """Let both listen to the same meeting at the same time, from their start to their end."""
    for model, what in MODELS.items():
        ratio = statistics.median(ratios(model))
        print(f"CPU of the recorder, {SECONDS:.0f} s, {what}: {ratio:.2f} of the sample's (at most 1.0)")


def ratios(model: str) -> list[float]:
    """Return our CPU time by that of the sample, for each run."""
    found = []
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory() as folder, meeting_heard(Path(folder)) as (env, port):
            ours, theirs = recorder({**env, "MEETREC_CAPTIONS_MODEL": model}), sample_client(env, port)
            time.sleep(SECONDS)
            peaks = memory_mb(ours.pid, "VmHWM"), memory_mb(theirs.pid, "VmHWM")
            spent = end(ours), end(theirs)
        found.append(spent[0] / spent[1])
        print(f"  {spent[0]:.2f} CPU s, peak {peaks[0]:.0f} MB; the sample {spent[1]:.2f} CPU s, {peaks[1]:.0f} MB")
    return found
