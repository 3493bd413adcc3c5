from __future__ import annotations

import email.utils

import pytest

from meetrec.core.errors import RefusedError, TooLongError, UnavailableError
from meetrec.provider.http_errors import refusal, retry_after
from meetrec.provider.service_errors import ServiceError

NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "2"}, 2.0),
        ({"retry-after": "2.5"}, 2.5),
        ({"Retry-After": email.utils.formatdate(NOW + 7, usegmt=True)}, 7.0),
        ({"Retry-After": "Fri, 15 Jan 2027 08:00:07 -0000"}, 7.0),
        ({"Retry-After": "3600"}, 3600.0),
        ({"retry-after-ms": "1500", "Retry-After": "9"}, 1.5),
        ({"Retry-After": "-4"}, None),
        ({"Retry-After": email.utils.formatdate(NOW - 100, usegmt=True)}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "inf"}, None),
        ({"Retry-After": "1" * 400}, None),
        ({"retry-after-ms": "-1"}, None),
    ],
)
def test_retry_after_is_read_in_every_form(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, NOW) == seconds


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (301, RefusedError),
        (400, RefusedError),
        (401, RefusedError),
        (403, RefusedError),
        (404, RefusedError),
        (408, UnavailableError),
        (409, UnavailableError),
        (413, TooLongError),
        (422, RefusedError),
        (429, UnavailableError),
        (500, UnavailableError),
        (503, UnavailableError),
        (599, UnavailableError),
    ],
)
def test_every_status_is_a_sentence_naming_the_host(status: int, kind: type) -> None:
    error = refusal(status, ServiceError(message="so it is"), "api.example")
    assert type(error) is kind
    assert "api.example" in error.message
    assert str(status) in error.message


def test_the_limit_the_service_names_is_kept() -> None:
    words = "audio duration 1830.530612 seconds is longer than 1400 seconds which is the maximum for this model"
    error = refusal(400, ServiceError(message=words, code="invalid_value"), "api.example")
    assert isinstance(error, TooLongError)
    assert error.limit_seconds == 1400.0
    too_large = refusal(413, ServiceError(), "api.example")
    assert isinstance(too_large, TooLongError)
    assert too_large.limit_seconds is None


@pytest.mark.parametrize("status", [400, 403, 404])
def test_a_model_that_is_gone_is_told_with_where_to_find_another(status: int) -> None:
    error = refusal(
        status, ServiceError(message="The model `x` does not exist.", code="model_not_found"), "api.example"
    )
    assert isinstance(error, RefusedError)
    assert "model" in error.message
    assert "meetrec models" in error.hint


def test_a_field_that_is_no_longer_taken_is_told_in_the_service_s_words() -> None:
    error = refusal(400, ServiceError(message="Unknown parameter: 'x'.", code="unknown_parameter"), "api.example")
    assert "Unknown parameter: 'x'." in error.message
    assert "meetrec models" in error.hint


def test_no_credit_is_told_apart_from_a_rate_limit() -> None:
    error = refusal(429, ServiceError(type="insufficient_quota", code="credit_balance_exhausted"), "api.example")
    assert isinstance(error, RefusedError)
    assert "credit" in error.message


def test_a_refused_key_is_told_without_the_service_s_words_which_may_quote_it() -> None:
    error = refusal(401, ServiceError(message="Incorrect API key provided: abc***xyz"), "api.example")
    assert "abc" not in error.message
    assert "OPENAI_API_KEY" in error.hint
