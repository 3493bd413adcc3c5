"""A session as data: the form that scripts rely on."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from meetrec.core.document import Document
from meetrec.core.sanitize import sanitize
from meetrec.core.transcript import Transcript
from meetrec.export.document_json import document_json, document_values, read_document
from tests.export.documents import DRAFT, FULL, HOSTILE, documents, saying

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "session.schema.json").read_text("utf-8"))
READER = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)


def test_the_published_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@given(documents())
def test_every_document_is_as_the_published_schema_says(document: Document) -> None:
    READER.validate(json.loads(document_json(document)))


def test_the_schema_tells_every_field_and_no_other() -> None:
    told = dict(fields_told(SCHEMA))
    found: dict[str, set[str]] = {}
    for document in (FULL, DRAFT):
        for place, names in fields_of(document_values(document)):
            found.setdefault(place, set()).update(names)
    assert found == told


def fields_told(schema: dict[str, Any], place: str = "") -> Iterator[tuple[str, set[str]]]:
    """Yield (place, names of its fields) of every object that the schema describes."""
    if "items" in schema:
        yield from fields_told(schema["items"], place)
    if "properties" in schema:
        yield place, set(schema["properties"])
        for name, inner in schema["properties"].items():
            assert inner.get("description") or name == "currency", name
            yield from fields_told(inner, f"{place}/{name}")


def fields_of(value: object, place: str = "") -> Iterator[tuple[str, set[str]]]:
    """Yield (place, names of its fields) of every object in the value."""
    for one in value if isinstance(value, list) else []:
        yield from fields_of(one, place)
    if isinstance(value, dict):
        yield place, set(value)
        for name, inner in value.items():
            yield from fields_of(inner, f"{place}/{name}")


@pytest.mark.parametrize("change", [{"state": "lost"}, {"duration": "long"}, {"segments": [{}]}, {"schema": 2}])
def test_the_schema_refuses_what_is_no_session(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        READER.validate({**document_values(FULL), **change})


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
    assert values["cost"] == {"estimated": 1.3804, "billed": 0.288, "maybe": 0.0, "currency": "USD"}
    assert values["started_at"] == "2026-11-20T14:05:33+01:00"
    assert values["segments"][3]["doubt"] == "two people speak at once"
    assert values["segments"][4]["unsure"] == "the live captions heard nobody there"


@given(documents())
def test_what_is_written_is_read_and_written_as_the_same_text(document: Document) -> None:
    text = document_json(document)
    assert document_json(read_document(text)) == text


@given(documents())
def test_what_is_read_is_the_document(document: Document) -> None:
    again = read_document(document_json(document))
    assert read_document(document_json(again)) == again
    assert again.is_draft == document.is_draft
    assert again.session.title == sanitize(document.session.title, multiline=True)
    assert [(one.at, one.text) for one in again.marks] == [
        (round(one.at, 3), sanitize(one.text, multiline=True)) for one in document.marks
    ]


def test_a_document_that_is_in_order_is_read_as_it_was() -> None:
    for document in (FULL, DRAFT):
        again = read_document(document_json(document))
        assert again.transcript == (
            document.transcript and dataclasses.replace(document.transcript, billed_seconds=0.0)
        )
        assert [one.text for one in again.captions] == [one.text for one in document.captions]
        assert (again.notes, again.faults, again.state) == (document.notes, document.faults, document.state)


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


@pytest.mark.parametrize(
    "change", [{"state": "lost"}, {"duration": None}, {"schema": 2}, {"captions": [3]}, {"models": 1}, {"title": 7}]
)
def test_what_is_no_session_is_refused_in_words(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"not a session|newer"):
        read_document(json.dumps({**document_values(FULL), **change}))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_read_back_as_text(text: str) -> None:
    values = json.loads(document_json(saying(text, name=text, title=text, note=text)))
    harmless = sanitize(text, multiline=True)
    assert values["title"] == values["speakers"][0]["name"] == values["segments"][0]["text"] == harmless


@given(documents())
def test_the_text_holds_nothing_that_acts_on_a_terminal(document: Document) -> None:
    text = document_json(document)
    assert not any(
        char != "\n" and (char < " " or "\x7f" <= char <= "\x9f" or char in "\u2028\u2029\u202e") for char in text
    )
    text.encode()
    assert text == document_json(document)
