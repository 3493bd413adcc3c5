"""Acts and their JSON form."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetrec.core.editing.acts import (
    KINDS,
    Act,
    Composite,
    EditText,
    NameSpeaker,
    SwapSpeakers,
    UnknownActError,
    from_dict,
    from_json,
    to_json,
)
from tests.core.acting import ACTS


@given(ACTS)
def test_what_is_written_is_read_as_the_same_act(act: Act) -> None:
    line = to_json(act)
    assert "\n" not in line
    assert from_json(line) == act


def test_the_json_says_the_kind_and_leaves_out_what_has_its_default() -> None:
    assert json.loads(to_json(SwapSpeakers("S1", "S2"))) == {"act": "swap", "one": "S1", "other": "S2"}
    act = Composite((NameSpeaker("S1", "Ana"), EditText(((3, "yes"),))), "from the editor")
    assert json.loads(to_json(act)) == {
        "act": "several",
        "acts": [{"act": "name", "speaker": "S1", "name": "Ana"}, {"act": "text", "texts": [[3, "yes"]]}],
        "what": "from the editor",
    }


def test_an_act_or_a_field_of_a_newer_version_is_told_apart_from_nonsense() -> None:
    with pytest.raises(UnknownActError):
        from_dict({"act": "translate", "into": "de"})
    with pytest.raises(UnknownActError):
        from_dict({"act": "merge", "into": "S1", "other": "S2", "softly": True})


@pytest.mark.parametrize(
    "values",
    [
        None,
        [],
        {},
        {"act": 5},
        {"act": "name", "speaker": "S1"},
        {"act": "name", "speaker": 1, "name": "Ana"},
        {"act": "delete", "segments": [1, "2"]},
        {"act": "delete", "segments": [True]},
        {"act": "text", "texts": [[1]]},
        {"act": "swap", "one": "a", "other": "b", "start": float("nan")},
        {"act": "swap", "one": "a", "other": "b", "start": 1e300},
        {"act": "several", "acts": "x"},
    ],
)
def test_what_is_no_act_is_refused(values: object) -> None:
    with pytest.raises(ValueError, match="act"):
        from_dict(values)


def test_acts_nested_without_end_are_refused() -> None:
    values: dict[str, object] = {"act": "name", "speaker": "S1", "name": "x"}
    for _ in range(50):
        values = {"act": "several", "acts": [values]}
    with pytest.raises(ValueError, match="act"):
        from_dict(values)


@given(st.recursive(st.none() | st.integers() | st.text() | st.floats(), lambda some: st.lists(some) | st.dictionaries(
    st.sampled_from(["act", "speaker", "segments", "texts", "acts", "start", "name", "names"]), some), max_leaves=8),
    st.sampled_from(sorted(KINDS)))  # fmt: skip
def test_no_json_whatever_does_more_than_be_refused(values: object, kind: str) -> None:
    if isinstance(values, dict):
        values["act"] = kind
    try:
        act = from_dict(values)
    except ValueError:
        return
    assert isinstance(act, Act)
