"""A session as data: the form that scripts rely on."""

from __future__ import annotations

import dataclasses
import json

from hypothesis import given

from meetrec.core.document import Document
from meetrec.core.sanitize import sanitize
from meetrec.core.transcript import Transcript
from meetrec.export.document_json import document_json, document_values
from tests.export.documents import FULL, documents

PROMISED = {
    "schema": int,
    "id": str,
    "title": str,
    "started_at": str,
    "duration": float,
    "state": str,
    "tracks": list,
    "models": dict,
    "speakers": list,
    "segments": list,
    "captions": list,
    "marks": list,
    "notes": list,
    "faults": list,
    "cost": dict,
}


@given(documents())
def test_what_is_promised_is_there_with_its_type(document: Document) -> None:
    values = json.loads(document_json(document))
    assert {key: type(values[key]) for key in PROMISED} == PROMISED
    assert set(values["models"]) == {"captions", "minutes"}
    assert {"estimated", "billed", "currency"} == set(values["cost"])


def test_rows_have_the_promised_fields() -> None:
    values = document_values(FULL)
    assert values["speakers"][0] == {"id": "S1", "name": "Ana", "named": True, "talk_time": 17.2}
    assert values["segments"][0] == {
        "id": 0,
        "start": 0.4,
        "end": 3.1,
        "speaker": "S1",
        "text": "Good afternoon, everybody.",
        "track": "mic",
    }
    assert values["captions"][0] == {"start": 0.4, "end": 3.1, "text": "Good afternoon everybody.", "uncertain": False}
    assert values["marks"][1] == {"at": 1931.0, "text": "decision"}
    assert values["notes"][0] == {"at": 75.5, "text": "ask Ben for the figures"}
    assert values["faults"][0]["at"] == 30.1
    assert values["cost"] == {"estimated": 1.3804, "billed": 0.288, "currency": "USD"}
    assert values["started_at"] == "2026-11-20T14:05:33+01:00"
    assert values["segments"][3]["doubt"] == "two people speak at once"


@given(documents())
def test_data_becomes_the_transcript_again(document: Document) -> None:
    values = json.loads(document_json(document))
    if document.transcript is None:
        assert values["segments"] == values["speakers"] == []
        return
    again = Transcript.from_dict({**values, "model": values["models"]["minutes"]})
    rounded = [(one.id, round(one.start, 3), round(one.end, 3), one.speaker) for one in document.transcript.segments]
    assert [(one.id, one.start, one.end, one.speaker) for one in again.segments] == rounded
    texts = [sanitize(one.text, multiline=True) for one in document.transcript.segments]
    assert [one.text for one in again.segments] == texts
    assert again.tells_speakers == document.transcript.tells_speakers
    # Once read, it stays as it is.
    second = dataclasses.replace(document, transcript=again)
    assert Transcript.from_dict(json.loads(document_json(second))).segments == again.segments


@given(documents())
def test_the_text_holds_nothing_that_acts_on_a_terminal(document: Document) -> None:
    text = document_json(document)
    assert not any(
        char != "\n" and (char < " " or "\x7f" <= char <= "\x9f" or char in "\u2028\u2029\u202e") for char in text
    )
    text.encode()
    assert text == document_json(document)
