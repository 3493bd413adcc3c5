"""Link: one WebSocket that carries a LinkProtocol.

One task reads and never times out (cancelling a read makes aiohttp believe that the socket is closed). Another pings,
and ends a link of which nothing has come for fifteen seconds. It is not aiohttp's heartbeat, which allows a pong five:
on a slow network a ping waits behind the audio for longer than that.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import urllib.request
from collections.abc import Callable, Coroutine, Mapping
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from meetrec.core.errors import ProviderError, RefusedError, UnavailableError
from meetrec.provider import http_errors
from meetrec.provider.link_events import Expired, LinkEvent, LinkState, Refused, Transient
from meetrec.provider.protocol import LinkProtocol
from meetrec.provider.service_errors import ServiceError

log = logging.getLogger(__name__)

CONNECT_LIMIT_S = 10.0
READY_LIMIT_S = 5.0
PING_EVERY_S = 5.0
SILENT_LIMIT_S = 15.0
CLOSE_LIMIT_S = 1.0
MESSAGE_LIMIT = 8 * 1024 * 1024
_SEND_BUFFER = 32 * 1024  # about a second of audio: what lies there counts as sent, and is not
_TICK_S = 0.5


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
        self._raw: socket.socket | None = None
        self._reader: asyncio.Task[None] | None = None
        self._pinger: asyncio.Task[None] | None = None
        self._controls: set[asyncio.Task[None]] = set()
        self._silent_s = 0.0
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
                    autoping=False,
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
        self._raw = self._socket.get_extra_info("socket")
        self._limit_send_buffer()
        self.protocol.connected()
        self._reader = asyncio.create_task(self._read(self._socket, host), name=f"link {self.protocol.number}")
        self._pinger = asyncio.create_task(self._ping(self._socket, host), name=f"ping {self.protocol.number}")
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

    def give_up(self, why: str) -> None:
        """End the link, which is of no use any more."""
        self._end(UnavailableError(why))

    async def close(self) -> None:
        """Close now. Returns at once, on a blocked socket within two seconds."""
        if self.error is None:
            self.protocol.closed()
        if self.error is not None:
            self._shut()
        if self._socket is not None:
            with contextlib.suppress(aiohttp.ClientError, OSError, RuntimeError, TimeoutError):
                async with asyncio.timeout(2 * CLOSE_LIMIT_S):
                    await self._socket.close()
        self._shut()
        for task in (self._pinger, self._reader, *self._controls):
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    async def _read(self, ws: aiohttp.ClientWebSocketResponse, host: str) -> None:
        try:
            async for message in ws:
                self._silent_s = 0.0
                if message.type is aiohttp.WSMsgType.TEXT:
                    self.protocol.receive(message.data)
                    self._pass_on()
                elif message.type is aiohttp.WSMsgType.PING:
                    self._control(ws.pong(message.data))
        except (aiohttp.ClientError, OSError, RuntimeError):
            log.debug("link %d: the socket broke", self.protocol.number)  # what that means is said below
        finally:
            if self.error is None and self.protocol.state is not LinkState.CLOSED:
                self._end(_ending(ws, host, self._trouble))
            self._tell()

    async def _ping(self, ws: aiohttp.ClientWebSocketResponse, host: str) -> None:
        """Ask for a sign of life, and end the link when none comes."""
        loop = asyncio.get_running_loop()
        last, asked = loop.time(), loop.time()
        while self._silent_s < SILENT_LIMIT_S:
            await asyncio.sleep(_TICK_S)
            now = loop.time()
            # a process that was stopped for a while has heard nothing in that time, which proves nothing
            self._silent_s += min(now - last, 2 * _TICK_S)
            last = now
            if now - asked >= PING_EVERY_S and not self._controls:
                asked = now
                self._control(ws.ping())
        self._end(UnavailableError(f"{host} does not answer any more"))

    def _control(self, frame: Coroutine[Any, Any, None]) -> None:
        """Send a ping or pong without waiting: behind a blocked socket it would hold up whoever does."""

        async def send() -> None:
            with contextlib.suppress(aiohttp.ClientError, OSError, RuntimeError):
                await frame

        task = asyncio.create_task(send())
        self._controls.add(task)
        task.add_done_callback(self._controls.discard)

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
        self._shut()
        self._tell()

    def _shut(self) -> None:
        """Shut the socket down, so that a write that waits for a dead network fails instead of waiting for ever."""
        if self._raw is not None:
            with contextlib.suppress(OSError):
                self._raw.shutdown(socket.SHUT_RDWR)

    def _limit_send_buffer(self) -> None:
        if self._raw is not None:
            with contextlib.suppress(OSError):
                self._raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)


def link_session() -> aiohttp.ClientSession:
    """Return a session for links that follows no redirect: the key must not travel to another host.

    aiohttp follows those of a handshake, and leaves out only the Authorization header, not Azure's.
    """

    async def refuse(_session: object, _context: object, redirect: aiohttp.TraceRequestRedirectParams) -> None:
        response = redirect.response
        raise aiohttp.WSServerHandshakeError(
            response.request_info, (), status=response.status, headers=response.headers, message="redirect"
        )

    trace = aiohttp.TraceConfig()
    trace.on_request_redirect.append(refuse)
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), trace_configs=[trace])


def _nobody() -> None:
    """Nobody waits for news yet."""


def _ending(ws: aiohttp.ClientWebSocketResponse, host: str, trouble: str) -> ProviderError:
    """Return why a socket ended: the service's last words, or its close code."""
    if trouble:
        return UnavailableError(f"{host} is in trouble: {trouble}")
    code = ws.close_code
    if code in (None, 1006):
        return UnavailableError("the connection broke")
    if code == 1008:
        return UnavailableError(f"{host} ended the link (code 1008, policy)")
    return UnavailableError(f"{host} ended the link (code {code})")


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
