"""What every event has: the moment, and its form as a line of JSON."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from typing import Any, ClassVar

SCHEMA = 1


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened `at` seconds into the recording."""

    type: ClassVar[str] = ""
    stored: ClassVar[bool] = True
    """Whether `events.jsonl` keeps it."""

    at: float = 0.0
    time: str = ""

    def to_json(self) -> str:
        """Return the event as one line of JSON without its newline."""
        return _line({"v": SCHEMA, "type": self.type, **dataclasses.asdict(self)})


def _line(values: dict[str, Any]) -> str:
    text = json.dumps(values, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:  # half a surrogate pair, of a file name that is not UTF-8: written escaped
        return json.dumps(values)
    return text


@dataclass(frozen=True, kw_only=True)
class UnknownEvent(Event):
    """An event of a newer version, kept as it was."""

    type = "unknown"
    fields: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> str:
        return _line(self.fields)
