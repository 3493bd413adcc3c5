"""What a job records from."""

from __future__ import annotations

import sys
from pathlib import Path

from meetrec.audio.capture import Microphone
from meetrec.audio.devices import find_device
from meetrec.audio.source import FileSource, Source, StdinSource
from meetrec.core.errors import SettingsError
from meetrec.core.settings import AudioSettings
from meetrec.recorder.job import Job


def open_source(job: Job, settings: AudioSettings) -> Source:
    """Return the source of a job, open. Raises AudioError or UsageError. Blocks."""
    source: Source
    if settings.system:
        raise SettingsError(
            "audio.system is true, and recording what the computer plays is not built yet",
            "run meetrec settings set audio.system false",
        )
    if job.source == "file":
        source = FileSource(Path(job.path), rate=settings.rate, speed=job.speed)
    elif job.source == "stdin":
        source = StdinSource(sys.stdin.buffer, rate=job.rate)
    else:
        name = job.device or settings.device
        source = Microphone(find_device(name) if name else None, rate=settings.rate)
    source.open()
    return source
