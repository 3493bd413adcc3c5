"""What some tests need from the machine. Where it is missing they are skipped with a reason; in CI they fail."""

from __future__ import annotations

import ctypes.util
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Need:
    """Something outside Python: how to look for it, and the Debian packages that bring it.

    `optional` says why a test may be skipped without it even in CI; empty for what must be there.
    """

    found: Callable[[], bool]
    packages: str
    optional: str = ""


def _programs(*names: str) -> Callable[[], bool]:
    return lambda: all(shutil.which(name) for name in names)


def _alsa_reaches_pulseaudio() -> bool:
    return any(Path("/usr").glob("lib*/**/alsa-lib/libasound_module_pcm_pulse.so"))


NEEDS = {
    "pulseaudio": Need(_programs("pulseaudio", "pactl", "paplay"), "pulseaudio pulseaudio-utils"),
    "portaudio": Need(lambda: ctypes.util.find_library("portaudio") is not None, "libportaudio2"),
    "alsa-pulse": Need(_alsa_reaches_pulseaudio, "libasound2-plugins"),
    "tmux": Need(_programs("tmux"), "tmux"),
    "espeak-ng": Need(_programs("espeak-ng"), "espeak-ng"),
    "ffmpeg": Need(
        _programs("ffmpeg", "ffprobe"),
        "ffmpeg",
        optional="400 MB with what it needs; PyAV, which is always there, reads the same files in the same tests",
    ),
    "chromium": Need(
        lambda: any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))),
        "chromium",
        optional="110 MB, and a snap on Ubuntu, which no container can run; the page is also read with html5lib",
    ),
}


def need(*names: str) -> None:
    """Skip the running test where one of `names` (keys of `NEEDS`) is missing; fail it where CI is "true".

    What is optional skips it in any case.
    """
    missing = [name for name in names if not NEEDS[name].found()]
    if not missing:
        return
    packages = " ".join(NEEDS[name].packages for name in missing)
    reason = f"{', '.join(missing)} missing on this machine; on Debian or Ubuntu: apt-get install {packages}"
    if os.environ.get("CI") == "true" and not all(NEEDS[name].optional for name in missing):
        pytest.fail(reason)
    pytest.skip(reason)


if __name__ == "__main__":
    print(*(one.packages for one in NEEDS.values() if not one.found()))
