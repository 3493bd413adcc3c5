"""What the service's errors mean: the `error` events of a link and the bodies of refused requests.

The classes are those of the API: planned end, fatal, configuration, benign, transient, other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from meetrec.core.sanitize import one_line


class Kind(Enum):
    """What to do about an error event."""

    EXPIRED = "expired"
    """The link reached its age limit: open a new one at once."""
    FATAL = "fatal"
    """Trying again will not help."""
    CONFIG = "config"
    """A field of session.update was refused."""
    BENIGN = "benign"
    """A commit found nothing to commit."""
    TRANSIENT = "transient"
    """The service is in trouble; what was sent may be lost."""
    OTHER = "other"
    """The link stays usable."""


@dataclass(frozen=True, slots=True)
class ServiceError:
    """The service's own words, made harmless and short."""

    message: str = ""
    type: str = ""
    code: str = ""
    param: str = ""
    event_id: str = ""


_FATAL_CODES = frozenset(
    {
        "insufficient_quota",
        "credit_balance_exhausted",
        "billing_hard_limit_reached",
        "billing_not_active",
        "invalid_api_key",
        "permission_denied",
        "organization_deactivated",
        "account_deactivated",
        "unsupported_country_region_territory",
        "model_not_found",
        "invalid_model",
        "beta_api_shape_disabled",
    }
)
_QUOTA_CODES = frozenset(
    {"insufficient_quota", "credit_balance_exhausted", "billing_hard_limit_reached", "billing_not_active"}
)
_CONFIG_CODES = frozenset(
    {
        "invalid_value",
        "unknown_parameter",
        "unsupported_parameter",
        "invalid_type",
        "invalid_parameter",
        "unsupported_value",
    }
)
_TRANSIENT_TYPES = frozenset({"server_error", "rate_limit_error", "overloaded_error"})
_KEY = re.compile(r"\b(sk|ek|sess|Bearer)[-_ ][A-Za-z0-9_*.\-]{4,}")


def read_error(value: object) -> ServiceError:
    """Read the `error` field of an event or a body, whatever it is: an object, a text, or nothing."""
    if isinstance(value, str):
        return ServiceError(message=quoted(value))
    if not isinstance(value, Mapping):
        return ServiceError()
    message = value.get("message")
    return ServiceError(
        message=quoted(message) if isinstance(message, str) else "",
        type=_name(value.get("type")),
        code=_name(value.get("code")),
        param=_name(value.get("param")),
        event_id=_name(value.get("event_id")),
    )


def quoted(message: str) -> str:
    """Return a sentence of the service fit to show: one short line, and nothing in it that looks like a key."""
    return one_line(_KEY.sub("(key)", message[:2000]), 200)


def _name(value: object) -> str:
    return one_line(value, 100) if isinstance(value, str) else ""


def is_quota(error: ServiceError) -> bool:
    """Whether the account has no credit left, which HTTP tells with the same 429 as a rate limit."""
    return error.code in _QUOTA_CODES or error.type == "insufficient_quota"


def classify(error: ServiceError) -> Kind:
    """Say what to do about an error event."""
    if error.code == "session_expired":
        return Kind.EXPIRED
    if error.code == "input_audio_buffer_commit_empty":
        return Kind.BENIGN
    if error.code in _FATAL_CODES or error.type in ("authentication_error", "permission_error") or is_quota(error):
        return Kind.FATAL
    if error.param.startswith("session") or (error.code in _CONFIG_CODES and not error.param):
        return Kind.CONFIG
    if error.type in _TRANSIENT_TYPES or error.code == "rate_limit_exceeded":
        return Kind.TRANSIENT
    return Kind.OTHER


_WORDS: Mapping[str, tuple[str, str]] = {
    "invalid_api_key": ("the service refused the key", "check OPENAI_API_KEY, or keys.command in the settings"),
    "model_not_found": ("the service does not offer this model to you", "choose another: meetrec models"),
    "model_not_supported": ("the service does not offer this model here", "choose another: meetrec models"),
    "invalid_model": (
        "the service refused this model",
        "choose another: meetrec models; for a gateway set provider.url_model",
    ),
    "unsupported_country_region_territory": ("the service is not offered in this country", "choose another provider"),
    "beta_api_shape_disabled": ("the service no longer takes the old form of the link", "update meetrec"),
}


def fatal_words(error: ServiceError) -> tuple[str, str]:
    """Return what to tell about a fatal error and what to do next."""
    if is_quota(error):
        return "the account has no credit left", "add credit to it"
    if error.type == "authentication_error":
        return _WORDS["invalid_api_key"]
    words, hint = _WORDS.get(error.code, (f"the service refused: {error.message or error.code or error.type}", ""))
    return words, hint


def body_error(body: Any) -> ServiceError:
    """Read the error of a refused request: `{"error": {…}}`, `{"error": "…"}`, `{"detail": …}` (FastAPI), or a text."""
    if isinstance(body, Mapping):
        if "error" in body:
            return read_error(body["error"])
        detail = body.get("detail", body.get("message"))
        if isinstance(detail, str):
            return ServiceError(message=quoted(detail))
        return read_error(detail)
    return ServiceError()
