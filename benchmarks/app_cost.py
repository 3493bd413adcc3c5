"""CPU of the whole app while recording, screen and recorder at 120 by 40, against the plain sample client."""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

from benchmarks.processes import PROGRAM, cpu_seconds, end, memory_mb, recorder_pid, stop_recorders
from benchmarks.recorder_cost import RUNS, SECONDS, meeting_heard, sample_client
from benchmarks.terminal import Terminal


def main() -> None:
    """Let both listen to the same meeting at the same time, from their start on; levels and captions are live."""
    ratios = []
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory() as folder, meeting_heard(Path(folder)) as (env, port):
            home = Path(env["MEETREC_HOME"])
            theirs = sample_client(env, port)
            terminal = Terminal([PROGRAM, "record", "benchmark"], env, columns=120, rows=40)
            terminal.run_for(SECONDS)
            pid = recorder_pid(home)
            screen, recorder, sample = cpu_seconds(terminal.pid), cpu_seconds(pid), end(theirs)
            peaks = memory_mb(terminal.pid, "VmHWM"), memory_mb(pid, "VmHWM")
            terminal.end()
            stop_recorders(home)
        ratios.append((screen + recorder) / sample)
        print(
            f"  screen {screen:.2f} CPU s, {peaks[0]:.0f} MB; recorder {recorder:.2f} CPU s, {peaks[1]:.0f} MB;", end=""
        )
        print(f" the sample {sample:.2f} CPU s")
    print(f"CPU of the whole app, {SECONDS:.0f} s: {statistics.median(ratios):.2f} of the sample's (at most 4.0)")
