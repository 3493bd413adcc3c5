"""The sample meeting that ships with the package: a weekly sync of three, 68 seconds, made by machine.

`scripts/make_sample_meeting.py` makes it. Importing this module is cheap; it reads no audio.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from meetrec.demo.truth import Truth, load_truth


def sample_path() -> Path:
    """The recording of the sample meeting: FLAC, 24 kHz, mono, 16-bit."""
    return _folder() / "meeting.flac"


def load_sample() -> Truth:
    """What is said in the sample meeting."""
    return load_truth(_folder() / "truth.json")


def _folder() -> Path:
    return Path(str(files("meetrec.demo") / "sample"))
