"""Link: one WebSocket that carries a LinkProtocol.

One task reads and never times out (cancelling a read makes aiohttp believe that the socket is closed); a ping every
ten seconds finds half-open connections within sixteen.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import urllib.request
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

import aiohttp

from meetrec.core.errors import ProviderError, RefusedError, UnavailableError
from meetrec.provider import http_errors
from meetrec.provider.protocol import Expired, LinkEvent, LinkProtocol, LinkState, Refused, Transient
from meetrec.provider.service_errors import ServiceError

CONNECT_LIMIT_S = 10.0
READY_LIMIT_S = 5.0
HEARTBEAT_S = 10.0
CLOSE_LIMIT_S = 1.0
MESSAGE_LIMIT = 16 * 1024 * 1024
_SEND_BUFFER = 128 * 1024  # some seconds of audio: what lies there counts as sent, and is not


class Link:
    """One connection. `on_event` is called with what the service says, `on_news` after anything came, also its end.

    `error` says why it ended, None when it was closed on purpose.
    """

    def __init__(self, protocol: LinkProtocol, *, on_event: Callable[[LinkEvent], None]) -> None:
        self.protocol = protocol
        self.error: ProviderError | None = None
        self.status: int | None = None
        """The HTTP status of a refused handshake."""
        self.retry_after: float | None = None
        self.on_news: Callable[[], None] = _nobody
        self._on_event = on_event
        self._trouble = ""
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._reader: asyncio.Task[None] | None = None
        self._news = asyncio.Event()

    @property
    def alive(self) -> bool:
        """Whether the connection stands."""
        return self._reader is not None and not self._reader.done() and self.error is None

    async def open(self, http: aiohttp.ClientSession, url: str, headers: Mapping[str, str]) -> None:
        """Connect and configure. Returns when audio may be sent; raises ProviderError when it never will be."""
        host = urlsplit(url).hostname or ""
        try:
            async with asyncio.timeout(CONNECT_LIMIT_S):
                self._socket = await http.ws_connect(
                    url,
                    headers=headers,
                    heartbeat=HEARTBEAT_S,
                    max_msg_size=MESSAGE_LIMIT,
                    timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_LIMIT_S),
                    proxy=proxy_for(url),
                )
        except aiohttp.WSServerHandshakeError as error:
            self.status = error.status
            self.retry_after = http_errors.retry_after(error.headers or {})
            raise http_errors.refusal(error.status, ServiceError(), host) from None
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            raise http_errors.unreachable(error, host) from None
        _limit_send_buffer(self._socket)
        self.protocol.connected()
        self._reader = asyncio.create_task(self._read(self._socket, host), name=f"link {self.protocol.number}")
        await self._configure()

    async def _configure(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(READY_LIMIT_S):
                while self.alive and self.protocol.state is LinkState.CONFIGURING:
                    await self.flush()
                    self._news.clear()
                    await self._news.wait()
        if self.alive:
            self.protocol.assume_ready()  # some servers do not answer session.update
            self._pass_on()
        if self.error is not None:
            raise self.error
        if not self.alive:
            raise UnavailableError("the service closed the link at once")

    async def flush(self) -> None:
        """Write what the protocol has to say. A failure shows in `error` and `alive`, as the reader's do."""
        if self._socket is None:
            return
        for message in self.protocol.messages_to_send():
            try:
                await self._socket.send_str(message)
            except (aiohttp.ClientError, OSError, RuntimeError):
                self._end(UnavailableError("the connection broke"))
                return

    async def close(self) -> None:
        """Close now. Returns within about a second."""
        if self.error is None:
            self.protocol.closed()
        if self._socket is not None:
            with contextlib.suppress(aiohttp.ClientError, OSError, RuntimeError, TimeoutError):
                async with asyncio.timeout(2 * CLOSE_LIMIT_S):
                    await self._socket.close()
        if self._reader is not None:
            self._reader.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reader

    async def _read(self, ws: aiohttp.ClientWebSocketResponse, host: str) -> None:
        try:
            async for message in ws:
                if message.type is aiohttp.WSMsgType.TEXT:
                    self.protocol.receive(message.data)
                    self._pass_on()
                    # answers by the protocol itself (a session.update without a refused field) go out at once
                    await self.flush()
        except (aiohttp.ClientError, OSError, RuntimeError):
            pass  # what ended it is said below
        finally:
            if self.error is None and self.protocol.state is not LinkState.CLOSED:
                self._end(_ending(ws, host, self._trouble))
            self._tell()

    def _pass_on(self) -> None:
        for event in self.protocol.events_received():
            if isinstance(event, Refused):
                self._end(RefusedError(event.words, event.hint))
            elif isinstance(event, Expired):
                self._end(UnavailableError("the link reached its age limit"))
            elif isinstance(event, Transient):
                self._trouble = event.words
            self._on_event(event)
        self._tell()

    def _tell(self) -> None:
        self._news.set()
        self.on_news()

    def _end(self, error: ProviderError) -> None:
        if self.error is None:
            self.error = error
        self.protocol.closed()
        self._tell()


def _nobody() -> None:
    """Nobody waits for news yet."""


def _ending(ws: aiohttp.ClientWebSocketResponse, host: str, trouble: str) -> ProviderError:
    """Return why a socket ended: no answer to a ping, the service's last words, or its close code."""
    if isinstance(ws.exception(), TimeoutError):
        return UnavailableError(f"{host} does not answer any more")
    if trouble:
        return UnavailableError(f"{host} is in trouble: {trouble}")
    code = ws.close_code
    if code in (None, 1006):
        return UnavailableError("the connection broke")
    if code == 1008:
        return UnavailableError(f"{host} ended the link (code 1008, policy)")
    return UnavailableError(f"{host} ended the link (code {code})")


def _limit_send_buffer(ws: aiohttp.ClientWebSocketResponse) -> None:
    raw = ws.get_extra_info("socket")
    if raw is not None:
        with contextlib.suppress(OSError):
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)


def proxy_for(url: str) -> str | None:
    """Return the HTTP proxy that the environment names for `url`, None for a direct way.

    aiohttp's own `trust_env` would also put passwords of ~/.netrc in the place of the key.
    """
    parts = urlsplit(url)
    if parts.hostname is None or urllib.request.proxy_bypass(parts.hostname):
        return None
    scheme = {"ws": "http", "wss": "https"}.get(parts.scheme, parts.scheme)
    proxy = urllib.request.getproxies().get(scheme)
    return proxy if proxy and proxy.startswith("http://") else None
