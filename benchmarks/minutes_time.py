"""From the end of a recording to its minutes, for a long meeting against a short one; parts are sent while recording.

Meetings and the service's time to answer (a tenth of the sound, at least two seconds) run `SPEED` times faster; the
work of this machine, such as encoding, does not, so that it weighs more here than in life.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path

from benchmarks.processes import environment, silent_service
from benchmarks.speech import speech_file
from meetrec.core.events import JobEnded, MinutesReady, RecordingStopped
from meetrec.recorder.front import RecorderFront, Running
from meetrec.recorder.job import Job
from meetrec.storage.paths import Paths

LONG_S, SHORT_S = 4 * 3600.0, 600.0
SPEED = 60.0


def main() -> None:
    """Record both and print what their minutes took."""
    short, long = stop_to_minutes(SHORT_S), stop_to_minutes(LONG_S)
    print(f"  {SHORT_S / 60:.0f} min: {short:.1f} s, {LONG_S / 3600:.0f} h: {long:.1f} s")
    print(f"stop to minutes, long meeting: {long / short:.2f} of a short one's (at most 1.3)")


def stop_to_minutes(seconds: float) -> float:
    """Record a meeting of that length and return how long its minutes took after its end."""
    options = ("--delay", f"{0.1 / SPEED}", "--least", f"{2 / SPEED}")
    with tempfile.TemporaryDirectory() as folder, silent_service(*options) as port:
        home = Path(folder) / "home"
        speech = speech_file(Path(folder) / "speech.wav", seconds)
        front = RecorderFront(Paths.under(home), environment(home, port))
        job = Job(kind="record", title="x", source="file", path=str(speech), speed=SPEED, captions=False)
        return asyncio.run(time_of_minutes(front.spawn(job)))


async def time_of_minutes(running: Running) -> float:
    """Follow a job and return the seconds from the end of its recording to its minutes."""
    stopped = 0.0
    async for event in running.follow():
        if isinstance(event, RecordingStopped):
            stopped = time.perf_counter()
        elif isinstance(event, MinutesReady):
            assert not event.missing
            return time.perf_counter() - stopped
        elif isinstance(event, JobEnded):
            raise RuntimeError(f"no minutes: {event.why}")
    raise RuntimeError("the recorder went away")
