"""What is heard at the virtual speaker, recorded by another program: what was really played."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from tests.audio.sound import Samples
from tests.lab import Lab

RATE = 48000


class Ear:
    """A recording of the virtual speaker that grows."""

    def __init__(self, lab: Lab, path: Path, process: subprocess.Popen[bytes]) -> None:
        self._lab, self._path, self._process = lab, path, process

    @property
    def samples(self) -> Samples:
        """What was heard so far, mono at 48 kHz."""
        content = self._path.read_bytes()
        return np.frombuffer(content[: len(content) // 2 * 2], "<i2")

    @property
    def sounding(self) -> Samples:
        """What was heard, from the first sound to the last."""
        samples = self.samples
        loud = np.flatnonzero(np.abs(samples.astype(int)) > 30)
        return samples[loud[0] : loud[-1] + 1] if len(loud) else samples[:0]

    def hears(self, seconds: float) -> None:
        """Wait until that much more was recorded, whatever it is."""
        wanted = len(self.samples) + seconds * RATE
        self._lab.wait_for(lambda: len(self.samples) >= wanted, f"{seconds} s more are recorded")


@contextlib.contextmanager
def listening(lab: Lab, folder: Path) -> Iterator[Ear]:
    """Record what the virtual speaker plays while the block runs."""
    path = folder / "heard.raw"
    form = ("--raw", "--format=s16le", f"--rate={RATE}", "--channels=1", "--latency-msec=50")
    command = ("parec", "-d", "spk.monitor", *form, str(path))
    process = subprocess.Popen(command, env={**os.environ, **lab.environment}, stderr=subprocess.DEVNULL)
    try:
        lab.wait_for(lambda: path.exists() and path.stat().st_size > 0, "the speaker is listened to")
        yield Ear(lab, path, process)
    finally:
        process.kill()
        process.wait()
