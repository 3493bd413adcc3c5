"""Requests that are worth trying again: what the service asks for is obeyed, and nothing waits for ever.

The policy is that of the official client (`openai` package, _base_client.py): 408, 409, 429, 5xx and broken connections
are tried again twice, after what Retry-After says or 0.5 s, 1 s with jitter; `x-should-retry` overrides. One
difference: a request whose answer got lost may have been charged, so it is repeated only once without being asked.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import io
import json
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from meetrec.core.errors import MisunderstoodError, ProviderError, StorageError, UnavailableError
from meetrec.core.events import RequestSent
from meetrec.provider import http_errors, service_errors
from meetrec.provider.link import proxy_for
from meetrec.provider.service_errors import ServiceError

RETRIES = 2
BLIND_RETRIES = 1
ASKED_LIMIT_S = 120.0
CONNECT_LIMIT_S = 10.0
BODY_LIMIT = 8 * 1024 * 1024
"""Bytes: fifty times what the longest part of a meeting takes, with every word by itself."""
BODY_LIMIT_S = 120.0
NEVER_ARRIVED = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
"""What is raised before anything was sent: such a request costs nothing."""
_UPLOAD_STALL_S = 60.0
_DECODER = json.JSONDecoder(parse_constant=lambda _: None)


@dataclass(frozen=True)
class Reply:
    """What the service answered: `body` is the parsed JSON, None where it was none."""

    status: int
    body: Any = field(repr=False)
    request_id: str = ""
    retry_after: float | None = None
    should_retry: bool | None = None
    unanswered: int = 0
    """How many tries before had no answer, and may be charged."""

    @property
    def error(self) -> ServiceError:
        """The service's words about a refusal."""
        return service_errors.body_error(self.body)

    @property
    def worth_a_retry(self) -> bool:
        """Whether the same request may succeed later."""
        if self.should_retry is not None:
            return self.should_retry
        if self.retry_after is not None and self.retry_after > ASKED_LIMIT_S:
            return False
        again = self.status in http_errors.RETRIED or self.status >= 500
        return again and not service_errors.is_quota(self.error)


@dataclass(frozen=True)
class Form:
    """A multipart form: text fields in order (names may repeat), and a file that is streamed from disk."""

    fields: tuple[tuple[str, str], ...] = field(repr=False)
    path: Path
    file_name: str
    content_type: str
    unanswered: int = 0
    """How many requests with the same sound had no answer before: it is repeated blindly only once in all."""


class HttpClient:
    """Posts forms. `ledger` is told of every try; `sleep`, `jitter` and `wall` are for tests."""

    def __init__(
        self,
        *,
        ledger: Callable[[RequestSent], None] | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._ledger = ledger
        self._sleep = sleep
        self._jitter = jitter
        self._wall = wall

    async def post(
        self, url: str, headers: Mapping[str, str], form: Form, *, read_limit_s: float, purpose: str
    ) -> Reply:
        """Send `form` and return the answer, whatever its status. `read_limit_s` is per read, not for the whole.

        Raises UnavailableError where no answer can be had, MisunderstoodError for one too large, StorageError where
        the file cannot be read.
        """
        host = http_errors.host_of(url)
        blind = form.unanswered
        for attempt in range(RETRIES + 1):
            try:
                reply = await self._post_once(url, headers, form, read_limit_s, purpose)
            except (aiohttp.ClientError, OSError, TimeoutError) as error:
                blind += 0 if isinstance(error, NEVER_ARRIVED) else 1
                if attempt == RETRIES or blind > BLIND_RETRIES:
                    lost = http_errors.unreachable(error, host)
                    lost.unanswered = blind - form.unanswered
                    raise lost from None
                await self._sleep(self._backoff(attempt))
                continue
            if reply.status < 300 or attempt == RETRIES or not reply.worth_a_retry:
                return dataclasses.replace(reply, unanswered=blind - form.unanswered)
            asked = reply.retry_after
            await self._sleep(self._backoff(attempt) if asked is None else min(asked, ASKED_LIMIT_S))
        raise AssertionError("the last try returns or raises")

    def _backoff(self, attempt: int) -> float:
        return float(min(0.5 * 2**attempt, 8.0) * (1 - 0.25 * self._jitter()))

    async def _post_once(
        self, url: str, headers: Mapping[str, str], form: Form, read_limit_s: float, purpose: str
    ) -> Reply:
        limits = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_LIMIT_S, sock_read=read_limit_s)
        status = size = 0
        connected = True
        try:
            async with (
                _moving(form.path, read_limit_s + _UPLOAD_STALL_S) as file,
                aiohttp.ClientSession(timeout=limits, auto_decompress=False) as session,
            ):
                data = _form_data(form, file)
                size = _size(form)
                async with session.post(
                    url,
                    data=data,
                    headers={**headers, "Accept": "application/json", "Accept-Encoding": "identity"},
                    allow_redirects=False,  # the key must not travel to another host
                    proxy=proxy_for(url),
                ) as response:
                    status = response.status
                    return await self._read(response)
        except NEVER_ARRIVED:
            connected = False
            raise
        finally:
            self._note(url, purpose, size if connected else 0, status)

    async def _read(self, response: aiohttp.ClientResponse) -> Reply:
        headers = response.headers
        should = {"true": True, "false": False}.get(headers.get("x-should-retry", ""))
        return Reply(
            status=response.status,
            body=parse(await _body(response)),
            request_id=service_errors.quoted(headers.get("x-request-id", "")),
            retry_after=http_errors.retry_after(headers, self._wall()),
            should_retry=should,
        )

    def _note(self, url: str, purpose: str, size: int, status: int) -> None:
        if self._ledger is not None:
            self._ledger(RequestSent(method="POST", url=url, purpose=purpose, bytes=size, status=status))


class _Watched(io.BufferedReader):
    """A file that says when it is read: the only sign that an upload moves."""

    def __init__(self, path: Path, moved: Callable[[], None]) -> None:
        super().__init__(io.FileIO(path))
        self._moved = moved

    def read(self, size: int | None = -1, /) -> bytes:
        self._moved()
        return super().read(size)


@contextlib.asynccontextmanager
async def _moving(path: Path, limit_s: float) -> AsyncIterator[io.BufferedReader]:
    """Open `path`; end the block with TimeoutError when the file was not read from for `limit_s` seconds."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(limit_s) as limit:

        def extend() -> None:
            with contextlib.suppress(RuntimeError):  # the block is over
                limit.reschedule(loop.time() + limit_s)

        def moved() -> None:
            loop.call_soon_threadsafe(extend)  # aiohttp reads files in a thread

        try:
            file = _Watched(path, moved)
        except OSError as error:
            raise StorageError(f"{path.name} cannot be read ({error.strerror})", "") from None
        with file:
            yield file


def _form_data(form: Form, file: io.BufferedReader) -> aiohttp.FormData:
    # quoting would turn known_speaker_names[] into known_speaker_names%5B%5D, which the service does not know
    data = aiohttp.FormData(quote_fields=False, default_to_multipart=True)
    for name, value in form.fields:
        data.add_field(name, value)
    data.add_field("file", file, filename=form.file_name, content_type=form.content_type)
    return data


def _size(form: Form) -> int:
    with contextlib.suppress(OSError):
        return form.path.stat().st_size + sum(len(value) for _, value in form.fields)
    return 0


async def _body(response: aiohttp.ClientResponse) -> bytes:
    """Read the body, bounded in size and time. Raises MisunderstoodError, TimeoutError."""
    body = bytearray()
    async with asyncio.timeout(BODY_LIMIT_S):
        async for piece in response.content.iter_chunked(1 << 16):
            body += piece
            if len(body) > BODY_LIMIT:
                raise MisunderstoodError(f"{response.url.host} answered more than {BODY_LIMIT >> 20} MB")
    return bytes(body)


def parse(body: bytes) -> Any:
    """Return the JSON in `body`, None where there is none. What is no number in JSON (NaN) is None as well."""
    try:
        return _DECODER.decode(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None


def failure(reply: Reply, host: str) -> ProviderError:
    """Return the error for an answer that is not the one asked for."""
    if reply.status < 300:
        return MisunderstoodError(f"{host} answered something that is no transcript", "try again, or another model")
    error = http_errors.refusal(reply.status, reply.error, host)
    error.unanswered = reply.unanswered
    if reply.retry_after is not None and isinstance(error, UnavailableError):
        error.hint = f"try again in {reply.retry_after:.0f} s"
    return error
