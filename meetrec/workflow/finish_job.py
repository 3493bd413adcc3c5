"""What there is to finish, and with what."""

from __future__ import annotations

from dataclasses import dataclass

from meetrec.core.models import Model
from meetrec.core.settings import MinutesSettings
from meetrec.workflow.ports import Audio, PartFiles, Publish, Transcribe

LEVEL_STEP_S = 0.1
"""The time that one entry of `Audio.levels` stands for."""


@dataclass(frozen=True, kw_only=True)
class FinishJob:
    """The settings of a run, and the real parts in its ports."""

    settings: MinutesSettings
    model: Model
    audio: Audio
    files: PartFiles
    transcribe: Transcribe
    publish: Publish
