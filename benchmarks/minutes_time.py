"""From the end of a recording to its minutes, for a long meeting against a short one; parts are sent while recording.

The service takes its time as in life (a tenth of the sound, at least two seconds) and so does this machine. Only the
recording is hurried, and no longer than until its last quarter of an hour, so that what is on its way when it ends is
what would be on its way in life.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import IO

from benchmarks.processes import PROGRAM, environment, silent_service
from benchmarks.speech import speech_file

LONG_S, SHORT_S = 4 * 3600.0, 600.0
HURRIED, UNHURRIED = 40.0, 4.0
LAST_S = 900.0
"""Longer than a part takes to be recorded and answered."""
PARALLEL = 8
"""So that no part waits for an earlier one while the recording is hurried. What remains after it is one part anyway."""
RATE = 24_000
_STEP_S = 0.25


def main() -> None:
    """Record both and print what their minutes took."""
    short, long = stop_to_minutes(SHORT_S), stop_to_minutes(LONG_S)
    print(f"  {SHORT_S / 60:.0f} min: {short:.1f} s, {LONG_S / 3600:.0f} h: {long:.1f} s")
    print(f"stop to minutes, long meeting: {long / short:.2f} of a short one's (at most 1.3)")


def stop_to_minutes(seconds: float) -> float:
    """Record a meeting of that length and return how long its minutes took after its end."""
    with tempfile.TemporaryDirectory() as folder, silent_service("--delay", "0.1", "--least", "2") as port:
        speech = speech_file(Path(folder) / "speech.wav", seconds)
        command = [PROGRAM, "record", "--json", "--no-captions", "--from", "-", "--rate", str(RATE)]
        env = environment(Path(folder) / "home", port, MEETREC_MINUTES_PARALLEL=str(PARALLEL))
        with subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as recorder:
            assert recorder.stdin is not None
            assert recorder.stdout is not None
            threading.Thread(target=play, args=(speech, seconds, recorder.stdin)).start()
            return time_of_minutes(recorder.stdout)


def play(speech: Path, seconds: float, into: IO[bytes]) -> None:
    """Write the samples of a WAV as they would be spoken, only faster."""
    with speech.open("rb") as file, into:
        file.seek(-int(seconds) * RATE * 2, 2)
        done, due = 0.0, time.monotonic()
        while done < seconds:
            step = _STEP_S * (HURRIED if done < seconds - LAST_S else UNHURRIED)
            into.write(file.read(int(step * RATE) * 2))
            done, due = done + step, due + _STEP_S
            time.sleep(max(due - time.monotonic(), 0.0))


def time_of_minutes(events: IO[bytes]) -> float:
    """Follow a job and return the seconds from the end of its recording to its minutes."""
    stopped = 0.0
    for line in events:
        event = json.loads(line)
        if event["type"] == "recording.stopped":
            stopped = time.perf_counter()
        elif event["type"] == "minutes.ready":
            assert not event["missing"]
            return time.perf_counter() - stopped
        elif event["type"] in ("minutes.failed", "job.ended"):
            raise RuntimeError(f"no minutes: {event['why']}")
    raise RuntimeError("the recorder went away")
