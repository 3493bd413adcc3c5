"""What a recorder process is asked to do, and how it is told."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import Literal

ENVIRONMENT = "MEETREC_JOB"
"""The variable that carries the job: unlike an argument, other users of the machine can't read it."""

JobKind = Literal["record", "import", "finish"]
SourceKind = Literal["microphone", "file", "stdin"]


@dataclass(frozen=True, kw_only=True)
class Job:
    """A recording, an import, or the finishing of session `session`.

    `session` also names the session that a recording continues. `speed` and `path` belong to the source "file", `rate`
    to "stdin". `simulated` runs the built-in demo service inside the recorder process and talks to nothing else.
    """

    kind: JobKind
    session: str = ""
    title: str = ""
    source: SourceKind = "microphone"
    device: str = ""
    path: str = ""
    speed: float = 1.0
    rate: int = 24000
    captions: bool = True
    finish: bool = True
    model: str = ""
    started_at: str = ""
    """When the file of an import was recorded (ISO 8601); empty: when it was written."""
    again: bool = False
    simulated: bool = False

    def to_json(self) -> str:
        """Return the job as text for the environment."""
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Job:
        """Read a job; raises ValueError or TypeError where the text is none."""
        return cls(**json.loads(text))
