"""Events survive their way through a line of JSON, and nothing else gets through as one."""

from __future__ import annotations

import dataclasses
import json
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetrec.core import events
from meetrec.core.events import TYPES, CaptionFinal, Event, MarkAdded, UnknownEvent, from_json
from meetrec.core.sanitize import sanitize
from tests.core.test_fields import JSON

HARMLESS = st.text().map(lambda text: sanitize(text, multiline=True))
STATES = {"LinkState": events.LinkState, "SignalState": events.SignalState, "DiskState": events.DiskState}
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "float": st.floats(allow_nan=False, allow_infinity=False),
    "int": st.integers(),
    "bool": st.booleans(),
    "str": HARMLESS,
    "tuple[str, ...]": st.lists(HARMLESS, max_size=3).map(tuple),
    **{name: st.sampled_from(get_args(states)) for name, states in STATES.items()},
}


def of(cls: type[Event]) -> st.SearchStrategy[Event]:
    """Draw an event of that type."""
    return st.builds(cls, **{spec.name: VALUES[str(spec.type)] for spec in dataclasses.fields(cls)})


KNOWN = [cls for cls in TYPES.values() if cls is not UnknownEvent]
ANY_EVENT = st.one_of([of(cls) for cls in KNOWN])


@given(ANY_EVENT)
def test_every_event_is_read_back_as_it_was(event: Event) -> None:
    line = event.to_json()
    assert "\n" not in line
    assert from_json(line) == event


@given(ANY_EVENT)
def test_a_line_says_its_schema_and_type(event: Event) -> None:
    values = json.loads(event.to_json())
    assert values["v"] == 1
    assert values["type"] == event.type


@given(st.text())
def test_no_text_raises(text: str) -> None:
    from_json(text)


@given(JSON)
def test_no_json_raises(value: object) -> None:
    from_json(json.dumps(value))


@given(st.sampled_from(KNOWN), st.data())
def test_wrong_values_make_no_event_and_no_error(cls: type[Event], data: st.DataObject) -> None:
    names = [spec.name for spec in dataclasses.fields(cls)]
    values = data.draw(st.dictionaries(st.sampled_from(names), JSON))
    event = from_json(json.dumps({"type": cls.type, **values}))
    assert event is None or type(event) is cls


@pytest.mark.parametrize(
    "line", ["", "[]", "null", "{}", '{"type": 1}', '{"type": "mark.added", "at": 1', "[" * 100_000], ids=range(7)
)
def test_what_is_no_event_is_none(line: str) -> None:
    assert from_json(line) is None


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999", "1" + "0" * 400, "true", '"1"'])
def test_a_number_that_is_none_makes_no_event(number: str) -> None:
    assert from_json(f'{{"type": "mark.added", "at": {number}}}') is None


def test_a_state_that_is_none_makes_no_event() -> None:
    assert from_json('{"type": "link.changed", "state": "evil"}') is None


def test_a_missing_value_makes_no_event_but_a_default_stands_in() -> None:
    assert from_json('{"type": "note.added"}') is None
    assert from_json('{"type": "mark.added"}') == MarkAdded()


def test_text_is_harmless_once_read() -> None:
    assert from_json('{"type": "mark.added", "text": "a\\u001b[31mb"}') == MarkAdded(text="ab")


def test_an_event_of_a_newer_version_is_kept_as_it_was() -> None:
    line = '{"v": 2, "type": "voice.learned", "at": 1.5, "time": "2030", "who": {"name": "Ana"}}'
    event = from_json(line)
    assert isinstance(event, UnknownEvent)
    assert (event.at, event.time) == (1.5, "2030")
    assert json.loads(event.to_json()) == json.loads(line)
    assert from_json(event.to_json()) == event


def test_half_a_surrogate_pair_can_still_be_written() -> None:
    line = CaptionFinal(item="1", start=0, end=1, text="\udcff").to_json()
    assert json.loads(line.encode())["text"] == "\udcff"


def test_types_are_unique_and_named_by_what_happened() -> None:
    assert len(TYPES) == len({cls.type for cls in TYPES.values()})
    assert all(cls.type == name and name for name, cls in TYPES.items())
