"""From a delta sent by the service to its word on a real terminal: through link, recorder process and app."""

from __future__ import annotations

import re
import tempfile
import time
from pathlib import Path

from benchmarks.processes import PROGRAM, environment, percentile, silent_service, stop_recorders
from benchmarks.speech import speech_file
from benchmarks.terminal import Terminal

SECONDS = 90.0
_STAMP = re.compile(rb"t(\d+)e")


def main() -> None:
    """Record a file in the app; each word that comes is the moment at which it was sent."""
    with tempfile.TemporaryDirectory() as folder, silent_service("--stamp") as port:
        home = Path(folder) / "home"
        speech = speech_file(Path(folder) / "speech.wav", SECONDS + 20)
        terminal = Terminal([PROGRAM, "record", "benchmark", "--from", str(speech)], environment(home, port))
        terminal.wait_for("REC")
        painted = watch(terminal)
        terminal.end()
        stop_recorders(home)
    delays = [seen - sent for sent, seen in painted.items()]
    p50, p99 = percentile(delays, 0.5) * 1000, percentile(delays, 0.99) * 1000
    print(f"delta sent to painted, {len(delays)} words: p50 {p50:.0f} ms, p99 {p99:.0f} ms (at most 50)")


def watch(terminal: Terminal) -> dict[float, float]:
    """Return for each word when it was sent and when it was first on the screen."""
    painted: dict[float, float] = {}
    over = time.perf_counter() + SECONDS
    while time.perf_counter() < over:
        terminal.read(0.5)
        now = time.perf_counter()
        for stamp in _STAMP.findall(terminal.output):
            painted.setdefault(int(stamp) / 1e6, now)
        terminal.output = terminal.output[-24:]  # a word may be half there
    return painted
