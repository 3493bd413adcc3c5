"""HTTP statuses of the service in words, shared by the live link's handshake and by requests."""

from __future__ import annotations

import email.utils
import math
import re
import time
from collections.abc import Mapping
from datetime import UTC
from urllib.parse import urlsplit

import aiohttp

from meetrec.core.errors import ProviderError, RefusedError, TooLongError, UnavailableError
from meetrec.provider import service_errors
from meetrec.provider.service_errors import ServiceError

_LONGER_THAN = re.compile(r"longer than (\d+(?:\.\d+)?) seconds")
RETRIED = frozenset({408, 409, 429})


def refusal(status: int, error: ServiceError, host: str) -> ProviderError:
    """Return the error for an answer with `status` (300 and above) from `host`, in words and with what to do."""
    said = f": {error.message}" if error.message else ""
    limit = _LONGER_THAN.search(error.message)
    if limit is not None:
        return TooLongError(f"{host} takes no more than {limit[1]} s at once", limit_seconds=float(limit[1]))
    if service_errors.is_quota(error):
        return RefusedError(*service_errors.fatal_words(error))
    if error.code in _MODEL_CODES:
        words, hint = service_errors.fatal_words(error)
        return RefusedError(f"{words} (HTTP {status}){said}", hint)
    known = _BY_STATUS.get(status)
    if known is not None:
        cls, words, hint = known
        return cls(words.format(host=host, status=status) + (said if status in _QUOTED else ""), hint)
    if status >= 500:
        return UnavailableError(f"{host} is in trouble (HTTP {status}){said}", "try again later")
    if 300 <= status < 400:
        return RefusedError(
            f"{host} sends on to another address (HTTP {status}), which meetrec does not follow with your key",
            "set provider.base_url to the final address",
        )
    return RefusedError(f"{host} refused the request (HTTP {status}){said}", "")


_CHECK_KEY = "check the key: OPENAI_API_KEY (Azure: AZURE_OPENAI_API_KEY), or keys.command in the settings"
_MODEL_CODES = frozenset({"model_not_found", "invalid_model", "model_not_supported"})
_QUOTED = frozenset({400, 403, 404})
_BY_STATUS: dict[int, tuple[type[ProviderError], str, str]] = {
    400: (
        RefusedError,
        "{host} refused the request (HTTP 400)",
        "the model may have changed: update meetrec, or choose another: meetrec models",
    ),
    401: (RefusedError, "{host} refused the key (HTTP 401)", _CHECK_KEY),
    403: (RefusedError, "{host} does not permit this (HTTP 403)", "check what the key may do, and the model's name"),
    404: (
        RefusedError,
        "{host} does not know this address or model (HTTP 404)",
        "check provider.base_url and the model",
    ),
    408: (UnavailableError, "{host} waited too long for the request (HTTP 408)", "try again"),
    409: (UnavailableError, "{host} is busy with another request (HTTP 409)", "try again"),
    413: (TooLongError, "{host} says that the recording is too large (HTTP 413)", ""),
    429: (UnavailableError, "{host} asks to slow down (HTTP 429)", "try again in a few minutes"),
}


def unreachable(error: Exception, host: str) -> UnavailableError:
    """Return the error for a connection that failed; `error` may hold secrets and is not quoted."""
    hint = "check the network and provider.base_url"
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return UnavailableError(f"{host} cannot be found", hint)
    if isinstance(error, aiohttp.ClientSSLError | aiohttp.ServerFingerprintMismatch):
        return UnavailableError(f"{host} shows no valid certificate", "check the clock, the network, and SSL_CERT_FILE")
    if isinstance(error, TimeoutError):
        return UnavailableError(f"{host} does not answer", hint)
    if isinstance(error, aiohttp.ClientProxyConnectionError | aiohttp.ClientHttpProxyError):
        return UnavailableError("the proxy does not let meetrec through", "check HTTPS_PROXY")
    if isinstance(error, aiohttp.ClientConnectorError | OSError):
        return UnavailableError(f"{host} cannot be reached", hint)
    return UnavailableError(f"the connection to {host} broke", "try again")


def retry_after(headers: Mapping[str, str], now: float | None = None) -> float | None:
    """Return the seconds to wait that the service asks for, None where it does not say or says nonsense.

    `retry-after-ms`, then `Retry-After` as seconds or as an HTTP date (RFC 9110, section 10.2.3).
    """
    seconds = _float(headers.get("retry-after-ms"))
    if seconds is not None:
        return seconds / 1000 if seconds >= 0 else None
    value = headers.get("Retry-After", headers.get("retry-after"))
    seconds = _float(value)
    if seconds is None and value:
        try:
            until = email.utils.parsedate_to_datetime(value)
        except (ValueError, TypeError):
            return None
        if until.tzinfo is None:
            until = until.replace(tzinfo=UTC)
        seconds = until.timestamp() - (time.time() if now is None else now)
    return seconds if seconds is not None and seconds >= 0 else None


def _float(value: str | None) -> float | None:
    try:
        number = float(value or "")
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def host_of(url: str) -> str:
    """Return the host's name, for a person."""
    return urlsplit(url).hostname or ""
