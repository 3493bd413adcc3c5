from __future__ import annotations

import asyncio

import aiohttp
import pytest
from aiohttp import web

from meetrec.core.errors import ProviderError, RefusedError
from meetrec.core.models import find_model
from meetrec.core.settings import CaptionsSettings, KeysSettings, ProviderSettings
from meetrec.provider.auth import KeySignIn, SignIn
from meetrec.provider.backoff import Backoff
from meetrec.provider.endpoints import Endpoint, find_endpoint
from meetrec.provider.opener import ROTATE_AFTER_S, Opener
from meetrec.provider.session_config import link_config
from tests.provider.loopback import CountingService, Recording

NOW = 1_800_000_000.0


def endpoint(port: int) -> Endpoint:
    return find_endpoint(ProviderSettings(base_url=f"http://127.0.0.1:{port}/v1"), {})


def opener(
    port: int, http: aiohttp.ClientSession, failures: list[ProviderError], sign_in: SignIn | None = None
) -> Opener:
    at = endpoint(port)

    async def no_wait(_seconds: float) -> None:
        await asyncio.sleep(0)

    return Opener(
        at,
        sign_in or KeySignIn(at, KeysSettings(), {"OPENAI_API_KEY": "k"}),
        link_config(CaptionsSettings(), find_model("gpt-live-transcribe")),
        http,
        on_event=lambda _event: None,
        on_failure=failures.append,
        wall=lambda: NOW,
        sleep=no_wait,
    )


async def test_every_link_gets_a_number_of_its_own_and_failures_are_told() -> None:
    failures: list[ProviderError] = []
    async with CountingService(Recording(1)) as service, aiohttp.ClientSession() as http:
        service.refuse = [web.Response(status=500), web.Response(status=404)]
        one = opener(service.port, http, failures)
        link = await one.connect(Backoff(lambda: 0.0))
        assert link.protocol.number == 3
        assert len(failures) == 2
        assert one.seconds_to_rotation(link) == ROTATE_AFTER_S
        link.protocol.expires_at = NOW + 1800
        assert one.seconds_to_rotation(link) == 1500
        link.protocol.expires_at = NOW - 50_000
        assert one.seconds_to_rotation(link) == 1.0
        await link.close()


class Entra:
    def __init__(self) -> None:
        self.audiences = ["first", "second"]

    async def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.audiences[0]}"}

    def other_audience(self) -> bool:
        if len(self.audiences) == 1:
            return False
        self.audiences.pop(0)
        return True


async def test_a_token_for_the_wrong_audience_is_replaced_once() -> None:
    async with CountingService(Recording(1)) as service, aiohttp.ClientSession() as http:
        service.refuse = [web.Response(status=401)]
        link = await opener(service.port, http, [], Entra()).connect(Backoff(lambda: 0.0))
        assert service.conversations[0].request.headers["Authorization"] == "Bearer second"
        await link.close()
        service.refuse = [web.Response(status=401), web.Response(status=401)]
        with pytest.raises(RefusedError, match="401"):
            await opener(service.port, http, [], Entra()).connect(Backoff(lambda: 0.0))
