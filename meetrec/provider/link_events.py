"""What a link can tell: captions are core events, the rest are these."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeAlias

from meetrec.core.events import CaptionFinal, CaptionInterim


class LinkState(Enum):
    """Where a link stands."""

    CONNECTING = "connecting"
    CONFIGURING = "configuring"
    STREAMING = "streaming"
    ENDING = "ending"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Ready:
    """Audio may be sent."""


@dataclass(frozen=True, slots=True)
class Degraded:
    """The service refused a parameter; it was dropped and the link goes on."""

    param: str
    words: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Trying again will not help."""

    words: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Transient:
    """The service is in trouble; the link may end."""

    words: str


@dataclass(frozen=True, slots=True)
class Expired:
    """The link reached its age limit."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What one turn cost: billed seconds of audio, and dollars at list price."""

    seconds: float
    cost: float


LinkEvent: TypeAlias = CaptionInterim | CaptionFinal | Ready | Degraded | Refused | Transient | Expired | Usage


def text_field(event: Mapping[str, Any], name: str) -> str:
    """Return a text of a message, empty where it is none."""
    value = event.get(name)
    return value if isinstance(value, str) else ""


def number_field(event: Mapping[str, Any], name: str) -> float | None:
    """Return a sensible number of a message, None where it is none."""
    value = event.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if abs(value) < 1e15 and math.isfinite(value) else None
