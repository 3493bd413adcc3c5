"""From starting the process to text on the screen, against a minimal Textual app; and from the key r to recording."""

from __future__ import annotations

import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.processes import PROGRAM, environment, silent_service, stop_recorders
from benchmarks.terminal import Terminal
from tests.lab import Lab

RUNS = 15
KEY_RUNS = 7
MINIMAL = """
from textual.app import App
from textual.widgets import Static
class Minimal(App):
    def compose(self):
        yield Static("first paint")
Minimal().run()
"""
LISTED = "Press r to record"  # what an empty library says


def main() -> None:
    """Start both in turn, so that a machine that slows down slows both."""
    minimal, ours = [], []
    with tempfile.TemporaryDirectory() as folder, silent_service() as port, Lab() as lab:
        home = Path(folder) / "home"
        env = environment(home, port, **lab.environment)
        for _ in range(RUNS):
            minimal.append(paint_seconds([sys.executable, "-c", MINIMAL], env, "first paint"))
            ours.append(paint_seconds([PROGRAM], env, LISTED))
        begun = [key_to_recording(env, home) for _ in range(KEY_RUNS)]
    a, b = statistics.median(ours), statistics.median(minimal)
    print(f"  the library is on the screen after {a * 1000:.0f} ms, a minimal Textual app after {b * 1000:.0f} ms")
    print(f"first paint: {a / b:.2f} of a minimal Textual app's (at most 1.5)")
    print(f"key r to recording: median {statistics.median(begun):.2f} s, slowest {max(begun):.2f} s (at most 1)")


def paint_seconds(command: Sequence[str], env: Mapping[str, str], text: str) -> float:
    """Return the seconds until `text` is on the screen."""
    terminal = Terminal(command, env)
    seconds = terminal.wait_for(text) - terminal.started
    terminal.end()
    return seconds


def key_to_recording(env: Mapping[str, str], home: Path) -> float:
    """Open the library, press r, and return the seconds until the screen says that sound is being written."""
    terminal = Terminal([PROGRAM], env)
    terminal.wait_for("Record")
    terminal.run_for(0.5)
    pressed = terminal.press("r")
    seconds = terminal.wait_for("● REC") - pressed
    terminal.end()
    stop_recorders(home)
    return seconds
