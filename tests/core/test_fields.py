"""Values from files are the declared type or nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetrec.core.fields import coerced

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("value", "declared", "read"),
    [
        (1, "float", 1.0),
        (True, "float", None),
        (float("nan"), "float", None),
        (float("inf"), "float", None),
        (10**400, "float", None),
        ("1", "float", None),
        (1, "int", 1),
        (1.0, "int", None),
        (False, "int", None),
        (False, "bool", False),
        (0, "bool", None),
        ("a\x1b[31m", "str", "a"),
        (None, "str", None),
        (["a", "b"], "tuple[str, ...]", ("a", "b")),
        (["a", 1], "tuple[str, ...]", None),
        ("ab", "tuple[str, ...]", None),
    ],
)
def test_a_value_becomes_the_declared_type_or_nothing(value: object, declared: str, read: object) -> None:
    result = coerced(value, declared)
    assert result == read
    assert type(result) is type(read)


@given(JSON, st.sampled_from(["float", "int", "bool", "str", "tuple[str, ...]"]))
def test_no_value_is_too_strange(value: object, declared: str) -> None:
    result = coerced(value, declared)
    assert result is None or type(result).__name__ == declared.partition("[")[0]
