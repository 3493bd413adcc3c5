"""What a sound file says of itself: its title, and when it was recorded. Nothing is said where nothing is known."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from meetrec.audio.portaudio import quiet
from meetrec.core.sanitize import one_line

_PATIENCE_S = 20.0
_TITLE_LIMIT = 200
_DATES = ("com.apple.quicktime.creationdate", "creation_time", "date")
"""The keys of a date, the most exact first: QuickTime's has its offset, that of MP4 and Matroska is in UTC."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_OLDEST = 1990
"""Clocks that were never set say 1904 or 1970."""


class Tags(NamedTuple):
    """`recorded_at` is an aware local time; where only the day is told, when the file was written or midnight."""

    title: str = ""
    recorded_at: datetime | None = None


def read_tags(path: Path) -> Tags:
    """Return what the file says of itself, by libsndfile, PyAV or ffprobe, whichever knows it. Never fails."""
    with quiet():  # libmpg123 finds fault with good MP3s
        values = _from_soundfile(path) or _from_av(path) or _from_ffprobe(path)
    when = _recorded_at(values)
    if when is not None and _DAY.fullmatch(values.get("date", "")):
        written = datetime.fromtimestamp(path.stat().st_mtime).astimezone()
        when = written if written.date() == when.date() else when
    return Tags(one_line(values.get("title", ""), _TITLE_LIMIT), when)


def _recorded_at(values: Mapping[str, str]) -> datetime | None:
    for key in _DATES:
        text = values.get(key, "").strip()
        if not _DAY.match(text):
            continue  # the year of an album is no date of a meeting
        try:
            when = datetime.fromisoformat(text).astimezone()
        except (ValueError, OverflowError):
            continue
        if when.year >= _OLDEST and when <= datetime.now().astimezone():
            return when
    return None


def _from_soundfile(path: Path) -> dict[str, str]:
    try:
        import soundfile

        with soundfile.SoundFile(str(path)) as file:
            return {key.lower(): str(value) for key, value in file.copy_metadata().items()}
    except (ImportError, OSError, RuntimeError):  # LibsndfileError is a RuntimeError
        return {}


def _from_av(path: Path) -> dict[str, str]:
    try:
        import av
    except ImportError:
        return {}
    try:
        with av.open(f"file:{path.absolute()}") as container:
            return {key.lower(): value for key, value in container.metadata.items()}
    except (av.FFmpegError, OSError, ValueError):
        return {}


def _from_ffprobe(path: Path) -> dict[str, str]:
    program = shutil.which("ffprobe")
    if not program:
        return {}
    command = [program, "-v", "error", "-protocol_whitelist", "file", "-show_entries", "format_tags", "-of", "json"]
    try:
        done = subprocess.run(
            [*command, f"file:{path.absolute()}"], stdin=subprocess.DEVNULL, capture_output=True, timeout=_PATIENCE_S,
            check=True,
        )  # fmt: skip
        tags = json.loads(done.stdout)["format"]["tags"]
        return {key.lower(): str(value) for key, value in tags.items()}
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError, AttributeError):
        return {}
