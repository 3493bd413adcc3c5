"""A session as one JSON object: what `meetrec show --json` prints and `export -f json` writes (docs/files.md)."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Sequence
from typing import Any

from meetrec.core.document import Document, Remark

SCHEMA = 1
_UNSAFE = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")
"""What JSON allows but a terminal, an editor or UTF-8 does not take as text."""


def document_json(document: Document) -> str:
    """Return the object as indented JSON, readable in any script."""
    text = json.dumps(document_values(document), ensure_ascii=False, indent=2)
    return _UNSAFE.sub(lambda match: json.dumps(match.group())[1:-1], text) + "\n"


def document_values(document: Document) -> dict[str, Any]:
    """Return the object as plain values. Times are seconds on the recording's clock, to the millisecond."""
    session, transcript = document.session, document.transcript
    return {
        "schema": SCHEMA,
        "id": session.id,
        "title": session.title,
        "started_at": session.started_at.isoformat(timespec="seconds"),
        "duration": _ms(document.duration),
        "state": document.state,
        "problem": document.problem,
        "simulated": session.simulated,
        "tracks": list(session.tracks),
        "models": {
            "captions": session.captions_model,
            "minutes": (transcript.model if transcript is not None else "") or session.minutes_model,
        },
        "tells_speakers": transcript is not None and transcript.tells_speakers,
        "speakers": _speakers(document),
        "segments": [
            {
                "id": one.id,
                "start": _ms(one.start),
                "end": _ms(one.end),
                "speaker": one.speaker,
                "text": one.text,
                "track": one.track,
                **({"doubt": one.doubt} if one.doubt else {}),
            }
            for one in (transcript.segments if transcript is not None else ())
        ],
        "gaps": [
            {"start": _ms(one.start), "end": _ms(one.end), "why": one.why}
            for one in (transcript.gaps if transcript is not None else ())
        ],
        "captions": [
            {"start": _ms(one.start), "end": _ms(one.end), "text": one.text, "uncertain": one.uncertain}
            for one in document.captions
        ],
        "marks": _remarks(document.marks, "text"),
        "notes": _remarks(document.notes, "text"),
        "faults": _remarks(document.faults, "what"),
        "cost": {
            key: round(value, 4) if isinstance(value, float) else value
            for key, value in dataclasses.asdict(document.cost).items()
        },
    }


def _speakers(document: Document) -> list[dict[str, Any]]:
    transcript = document.transcript
    if transcript is None:
        return []
    times = transcript.talk_times()
    return [
        {"id": one.id, "name": one.name, "named": one.named, "talk_time": _ms(times.get(one.id, 0.0))}
        for one in transcript.speakers
    ]


def _remarks(remarks: Sequence[Remark], key: str) -> list[dict[str, Any]]:
    return [{"at": _ms(one.at), key: one.text} for one in remarks]


def _ms(seconds: float) -> float:
    return round(seconds, 3)
