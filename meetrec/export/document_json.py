"""A session as one JSON object: what `meetrec show --json` prints and `export -f json` writes.

`docs/session.schema.json` describes it (JSON Schema 2020-12). What is written is read back as the same document, but
for what only the folder knows (device, rate, billed seconds), and that is written as the very same text again.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, get_args

from meetrec.core.captions import Caption
from meetrec.core.document import Cost, Document, Remark
from meetrec.core.fields import coerced
from meetrec.core.sanitize import one_line, sanitize
from meetrec.core.session import Session, SessionState
from meetrec.core.transcript import Segment, Transcript

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
        "id": _text(session.id),
        "title": _text(session.title),
        "started_at": session.started_at.isoformat(timespec="seconds"),
        "duration": _ms(document.duration),
        "state": document.state,
        "problem": _text(document.problem),
        "simulated": session.simulated,
        "draft": document.is_draft,
        "version": document.version,
        "attendees": [_text(one) for one in session.attendees],
        "tags": [_text(one) for one in session.tags],
        "tracks": [_text(one) for one in session.tracks],
        "models": {
            "captions": _text(session.captions_model),
            "minutes": _text((transcript.model if transcript is not None else "") or session.minutes_model),
        },
        "tells_speakers": transcript is not None and transcript.tells_speakers,
        "speakers": _speakers(transcript or Transcript()),
        "segments": [_segment(one) for one in (transcript.segments if transcript is not None else ())],
        "gaps": [
            {"start": _ms(one.start), "end": _ms(one.end), "why": _text(one.why)}
            for one in (transcript.gaps if transcript is not None else ())
        ],
        "captions": [
            {"start": _ms(one.start), "end": _ms(one.end), "text": _text(one.text), "uncertain": one.uncertain}
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


def _segment(one: Segment) -> dict[str, Any]:
    values: dict[str, Any] = {
        "id": one.id,
        "start": _ms(one.start),
        "end": _ms(one.end),
        "speaker": _text(one.speaker),
        "text": _text(one.text),
        "track": _text(one.track),
    }
    doubts = {"doubt": one.doubt, "unsure": one.unsure}
    return {**values, **{key: _text(why) for key, why in doubts.items() if why}}


def _speakers(transcript: Transcript) -> list[dict[str, Any]]:
    times: dict[str, float] = {}
    for one in transcript.segments:  # of the times as they are written, so that a reader can add them up
        times[one.speaker] = times.get(one.speaker, 0.0) + _ms(one.end) - _ms(one.start)
    return [
        {"id": _text(one.id), "name": _text(one.name), "named": one.named, "talk_time": _ms(times.get(one.id, 0.0))}
        for one in transcript.speakers
    ]


def _remarks(remarks: Sequence[Remark], key: str) -> list[dict[str, Any]]:
    return [{"at": _ms(one.at), key: _text(one.text)} for one in remarks]


def _text(text: str) -> str:
    return sanitize(text, multiline=True)


def _ms(seconds: float) -> float:
    return round(seconds, 3)


def read_document(text: str) -> Document:
    """Read what `document_json` wrote; unknown fields are dropped. Raises ValueError naming what is wrong."""
    try:
        values = json.loads(text)
        if values["schema"] > SCHEMA:
            raise ValueError(f"schema {one_line(str(values['schema']), 20)} is newer than {SCHEMA}")
        return _document(values)
    except (KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise ValueError(f"not a session: {one_line(repr(error), 100)}") from error


def _document(values: Mapping[str, Any]) -> Document:
    models = values["models"]
    known = {key: values[key] for key in ("segments", "speakers", "gaps", "duration", "tells_speakers")}
    transcript = None if values["draft"] else Transcript.from_dict({**known, "model": models["minutes"]})
    session = Session(
        id=_read(values["id"], "str"),
        title=_read(values["title"], "str"),
        started_at=datetime.fromisoformat(values["started_at"]),
        tracks=_read(values["tracks"], "tuple[str, ...]"),
        captions_model=_read(models["captions"], "str"),
        minutes_model=_read(models["minutes"], "str"),
        attendees=_read(values["attendees"], "tuple[str, ...]"),
        tags=_read(values["tags"], "tuple[str, ...]"),
        simulated=_read(values["simulated"], "bool"),
    )
    if values["state"] not in get_args(SessionState):
        raise ValueError("not a session: there is no such state")
    return Document(
        session=session,
        state=values["state"],
        duration=_read(values["duration"], "float"),
        transcript=transcript,
        version=_read(values["version"], "int"),
        captions=tuple(_caption(number, one) for number, one in enumerate(values["captions"])),
        marks=_read_remarks(values["marks"], "text"),
        notes=_read_remarks(values["notes"], "text"),
        faults=_read_remarks(values["faults"], "what"),
        cost=_cost(values["cost"]),
        problem=_read(values["problem"], "str"),
    )


def _caption(number: int, values: Mapping[str, Any]) -> Caption:
    start, end = _read(values["start"], "float"), _read(values["end"], "float")
    text, uncertain = _read(values["text"], "str"), _read(values["uncertain"], "bool")
    return Caption(f"{number}", start, end, text, final=True, uncertain=uncertain)


def _read_remarks(rows: Sequence[Mapping[str, Any]], key: str) -> tuple[Remark, ...]:
    return tuple(Remark(_read(one["at"], "float"), _read(one[key], "str")) for one in rows)


def _cost(values: Mapping[str, Any]) -> Cost:
    known = {"maybe": 0.0, **values}  # older files do not have it
    estimated, billed, maybe = (
        None if known[key] is None else _read(known[key], "float") for key in ("estimated", "billed", "maybe")
    )
    return Cost(estimated=estimated, billed=billed, maybe=maybe, currency=_read(values["currency"], "str"))


def _read(value: object, declared: str) -> Any:
    known = coerced(value, declared)
    if known is None:
        raise ValueError(f"not a session: {one_line(repr(value), 40)} is no {declared}")
    return known
