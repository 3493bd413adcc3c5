"""Opener: makes links, one number after the other, and tries again as long as that makes sense."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import aiohttp

from meetrec.core.errors import ProviderError, RefusedError
from meetrec.provider.auth import SignIn
from meetrec.provider.backoff import NETWORK_LIMIT_S, SERVICE_LIMIT_S, Backoff
from meetrec.provider.endpoints import Endpoint
from meetrec.provider.link import Link
from meetrec.provider.link_events import LinkEvent
from meetrec.provider.protocol import LinkProtocol
from meetrec.provider.session_config import LinkConfig

ROTATE_AFTER_S = 55 * 60.0
ROTATE_BEFORE_END_S = 5 * 60.0
_FATAL_STATUS = frozenset({401, 403})


class Opener:
    """Opens links to one endpoint. `config` is that of the next link; what a link had to drop stays dropped."""

    def __init__(
        self,
        endpoint: Endpoint,
        sign_in: SignIn,
        config: LinkConfig,
        http: aiohttp.ClientSession,
        *,
        on_event: Callable[[LinkEvent], None],
        on_failure: Callable[[ProviderError], None],
        wall: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self.config = config
        self._endpoint = endpoint
        self._sign_in = sign_in
        self._http = http
        self._on_event = on_event
        self._on_failure = on_failure
        self._wall = wall
        self.sleep = sleep
        self._number = 0

    async def connect(self, backoff: Backoff) -> Link:
        """Open a link, trying as long as it takes. Raises RefusedError when the service will never take one."""
        while True:
            link = self._new_link()
            try:
                return await self._open(link)
            except ProviderError as error:
                if isinstance(error, RefusedError) and (link.status is None or link.status in _FATAL_STATUS):
                    raise
                self._on_failure(error)
                limit = NETWORK_LIMIT_S if link.status is None else SERVICE_LIMIT_S
                await self.sleep(backoff.delay(limit=limit, asked=link.retry_after))

    async def try_once(self) -> Link | None:
        """Open a link; None where that fails."""
        link = self._new_link()
        try:
            return await self._open(link)
        except ProviderError:
            return None

    async def _open(self, link: Link) -> Link:
        url = self._endpoint.realtime_url(self.config.model)
        try:
            try:
                await link.open(self._http, url, await self._sign_in.headers())
            except RefusedError:
                if link.status != 401 or not self._sign_in.other_audience():
                    raise
                await link.open(self._http, url, await self._sign_in.headers())
        except BaseException:
            await link.close()
            raise
        return link

    def _new_link(self) -> Link:
        self._number += 1
        protocol = LinkProtocol(self.config, number=self._number, start=0.0)

        def on_event(event: LinkEvent) -> None:
            self.config = protocol.config
            self._on_event(event)

        return Link(protocol, on_event=on_event)

    def seconds_to_rotation(self, link: Link) -> float:
        """Return when the next link should be opened: after 55 min, or 5 min before the service ends this one."""
        expires_at = link.protocol.expires_at
        if expires_at is None:
            return ROTATE_AFTER_S
        left = expires_at - self._wall()
        # a clock that is wrong by hours must not make links rotate at once, one after the other
        return min(ROTATE_AFTER_S, max(left - ROTATE_BEFORE_END_S, left / 2, 1.0))
