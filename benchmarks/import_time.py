"""The import of a long recording with four requests at a time, against one after the other, in real time."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from benchmarks.minutes_time import time_of_minutes
from benchmarks.processes import PROGRAM, environment, silent_service
from benchmarks.speech import speech_file

SECONDS = 2 * 3600.0


def main() -> None:
    """Import the same recording twice."""
    one, four = import_seconds(1), import_seconds(4)
    print(f"  one request at a time: {one:.0f} s, four: {four:.0f} s")
    print(
        f"import of {SECONDS / 3600:.0f} h, four requests at a time: {four / one:.2f} of one at a time (at most 0.35)"
    )


def import_seconds(parallel: int) -> float:
    """Import with so many requests at a time and return how long the minutes took, once the sound was in."""
    with tempfile.TemporaryDirectory() as folder, silent_service("--delay", "0.1", "--least", "2") as port:
        more = {"MEETREC_MINUTES_PARALLEL": f"{parallel}", "MEETREC_MINUTES_WHILE_RECORDING": "false"}
        env = environment(Path(folder) / "home", port, **more)
        command = [PROGRAM, "import", "--json", str(speech_file(Path(folder) / "speech.wav", SECONDS))]
        with subprocess.Popen(command, env=env, stdout=subprocess.PIPE) as importing:
            assert importing.stdout is not None
            return time_of_minutes(importing.stdout)
