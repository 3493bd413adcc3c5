from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetrec.provider.service_errors import Kind, ServiceError, body_error, classify, fatal_words, quoted, read_error

ERRORS: list[tuple[dict[str, Any], Kind]] = [
    ({"code": "session_expired", "type": "invalid_request_error"}, Kind.EXPIRED),
    ({"code": "insufficient_quota"}, Kind.FATAL),
    ({"type": "insufficient_quota", "code": "credit_balance_exhausted"}, Kind.FATAL),
    ({"code": "invalid_api_key"}, Kind.FATAL),
    ({"type": "authentication_error"}, Kind.FATAL),
    ({"type": "permission_error"}, Kind.FATAL),
    ({"code": "model_not_found"}, Kind.FATAL),
    ({"code": "beta_api_shape_disabled"}, Kind.FATAL),
    ({"code": "invalid_value", "param": "session.audio.input.turn_detection"}, Kind.CONFIG),
    ({"code": "unknown_parameter", "param": "session.audio.input.transcription.delay"}, Kind.CONFIG),
    ({"code": "input_audio_buffer_commit_empty"}, Kind.BENIGN),
    ({"type": "server_error", "code": None}, Kind.TRANSIENT),
    ({"type": "rate_limit_error"}, Kind.TRANSIENT),
    ({"code": "rate_limit_exceeded"}, Kind.TRANSIENT),
    ({"type": "overloaded_error"}, Kind.TRANSIENT),
    ({"type": "invalid_request_error", "code": "something_new", "param": "audio"}, Kind.OTHER),
    ({}, Kind.OTHER),
]


@pytest.mark.parametrize(("error", "kind"), ERRORS)
def test_errors_fall_into_the_classes_of_the_service(error: dict[str, Any], kind: Kind) -> None:
    assert classify(read_error(error)) is kind


@pytest.mark.parametrize("error", [error for error, kind in ERRORS if kind is Kind.FATAL])
def test_a_fatal_error_is_a_sentence(error: dict[str, Any]) -> None:
    words, _ = fatal_words(read_error(error))
    assert len(words) > 10


def test_nothing_that_looks_like_a_key_is_quoted() -> None:
    said = quoted("Incorrect API key provided: sk-proj-abcdef****WXYZ. Bearer sk-12345 is bad, ek_0123456789 too.")
    assert "abcdef" not in said
    assert "WXYZ" not in said
    assert "12345" not in said


def test_words_of_the_service_are_harmless_and_short() -> None:
    said = read_error({"message": "\x1b]0;owned\x07bad\nthing " + "x" * 10_000}).message
    assert said.startswith("bad thing")
    assert len(said) <= 200


def test_an_error_may_be_a_text() -> None:
    assert read_error("boom") == ServiceError(message="boom")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"error": {"message": "a"}}, "a"),
        ({"error": "b"}, "b"),
        ({"detail": "c"}, "c"),
        ({"detail": [{"msg": "x"}]}, ""),
        ({"message": "d"}, "d"),
        (None, ""),
        ("<html>", ""),
        ([1], ""),
    ],
)
def test_bodies_of_all_kinds_are_read(body: object, message: str) -> None:
    assert body_error(body).message == message


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=15,
)
FIELDS = st.sampled_from(["message", "type", "code", "param", "event_id", "error", "detail"])


@given(JSON | st.dictionaries(FIELDS, JSON))
def test_no_error_whatever_it_holds_raises(value: object) -> None:
    fatal_words(read_error(value))
    assert classify(body_error(value)) in Kind
