from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from meetrec.core.errors import RefusedError, UnavailableError
from meetrec.core.models import find_model
from meetrec.core.settings import CaptionsSettings
from meetrec.provider import link as link_module
from meetrec.provider.link import Link, proxy_for
from meetrec.provider.link_events import LinkEvent, LinkState
from meetrec.provider.protocol import LinkProtocol
from meetrec.provider.session_config import link_config
from tests.provider.loopback import RATE, Conversation, CountingService, Recording
from tests.proxy import Proxy

BLOCK = bytes(2 * RATE // 10)
numbers = itertools.count(1)


@asynccontextmanager
async def opened(port: int, events: list[LinkEvent] | None = None) -> AsyncIterator[Link]:
    protocol = LinkProtocol(link_config(CaptionsSettings(), find_model("gpt-live-transcribe")), number=1, start=0)
    link = Link(protocol, on_event=([] if events is None else events).append)
    async with aiohttp.ClientSession() as http:
        try:
            await link.open(http, f"ws://127.0.0.1:{port}/v1/realtime?intent=transcription", {})
            yield link
        finally:
            await link.close()


async def ended(link: Link) -> None:
    """Wait until the link is over."""
    news = asyncio.Event()
    link.on_news = news.set
    while link.alive:
        news.clear()
        await news.wait()


async def test_an_open_link_takes_audio_and_closes() -> None:
    async with CountingService(Recording(1)) as service:
        async with opened(service.port) as link:
            alive = [link.alive]
            assert link.protocol.state is LinkState.STREAMING
            began = time.monotonic()
        assert time.monotonic() - began < 20
        assert [*alive, link.alive] == [True, False]
        assert link.error is None


async def test_a_server_that_does_not_answer_the_settings_is_used_after_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(link_module, "READY_LIMIT_S", 0.2)
    async with CountingService(Recording(1), lambda _talk, _event: False) as service, opened(service.port) as link:
        assert link.protocol.state is LinkState.STREAMING


async def test_a_service_that_closes_at_once_is_an_error() -> None:
    async def close(talk: Conversation, _event: dict[str, Any]) -> bool:
        await talk.ws.close(code=1013)
        return False

    async with CountingService(Recording(1), close) as service:
        with pytest.raises(UnavailableError, match="1013"):
            async with opened(service.port):
                pass


async def test_a_refusal_after_the_handshake_is_an_error() -> None:
    async def refuse(talk: Conversation, _event: dict[str, Any]) -> bool:
        await talk.say("error", error={"type": "invalid_request_error", "code": "invalid_api_key", "message": "x"})
        return False

    async with CountingService(Recording(1), refuse) as service:
        with pytest.raises(RefusedError, match="key"):
            async with opened(service.port):
                pass


async def test_nothing_listening_is_a_sentence() -> None:
    async with CountingService(Recording(1)) as service:
        port = service.port
    with pytest.raises(UnavailableError, match=r"127\.0\.0\.1 cannot be reached"):
        async with opened(port):
            pass


async def test_a_black_hole_is_noticed_even_while_a_write_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_module, "SILENT_LIMIT_S", 1.0)
    monkeypatch.setattr(link_module, "PING_EVERY_S", 0.3)
    monkeypatch.setattr(link_module, "_TICK_S", 0.05)
    async with CountingService(Recording(1)) as service, Proxy(service.port) as proxy, opened(proxy.port) as link:
        proxy.passes.clear()
        began = time.monotonic()
        while link.alive and time.monotonic() - began < 60:  # far more than all buffers on the way hold
            link.protocol.send_audio(BLOCK)
            await link.flush()
            await asyncio.sleep(0)
        assert time.monotonic() - began > 0.9
        assert link.error is not None
        assert "does not answer" in link.error.message


def test_a_black_hole_is_noticed_within_sixteen_seconds() -> None:
    # the last pong came up to PING_EVERY_S before the hole opened
    assert link_module.SILENT_LIMIT_S + 2 * link_module._TICK_S <= 16


async def test_an_idle_link_is_kept_alive_by_pings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_module, "SILENT_LIMIT_S", 2.0)
    monkeypatch.setattr(link_module, "PING_EVERY_S", 0.1)
    monkeypatch.setattr(link_module, "_TICK_S", 0.02)
    async with CountingService(Recording(1)) as service, opened(service.port) as link:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(3.0):
                await ended(link)
        assert link.alive


async def test_a_slow_network_is_not_taken_for_a_dead_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """All buffers on the way are full, so pongs are late: the link stays (real limits are fourfold)."""
    monkeypatch.setattr(link_module, "SILENT_LIMIT_S", 4.0)
    monkeypatch.setattr(link_module, "PING_EVERY_S", 0.5)
    async with CountingService(Recording(1)) as service, Proxy(service.port) as proxy, opened(proxy.port) as link:
        proxy.bytes_per_second = 200_000
        began = time.monotonic()
        while time.monotonic() - began < 5:
            link.protocol.send_audio(BLOCK)
            await link.flush()
            await asyncio.sleep(0.01)
        assert link.alive


async def test_a_ping_of_the_service_is_answered() -> None:
    heard = asyncio.Event()

    async def ping(talk: Conversation, event: dict[str, Any]) -> bool:
        await talk.ws.ping(b"are you there")
        if "audio" in event:
            heard.set()
        return True

    async with CountingService(Recording(1), ping) as service, opened(service.port) as link:
        link.protocol.send_audio(BLOCK)
        await link.flush()
        async with asyncio.timeout(60):
            await heard.wait()
        assert link.alive


async def test_a_block_reaches_the_wire_at_once() -> None:
    """A frame leaves when its block is there, not with the next tick; benchmarks/ measures how soon 99 of 100 do."""
    arrived: asyncio.Queue[float] = asyncio.Queue()

    def note(_talk: Conversation, event: dict[str, Any]) -> bool:
        if "audio" in event:
            arrived.put_nowait(time.perf_counter())
        return True

    async with CountingService(Recording(1), note) as service, opened(service.port) as link:
        delays = []
        for _ in range(100):
            began = time.perf_counter()
            link.protocol.send_audio(BLOCK)
            await link.flush()
            delays.append(await arrived.get() - began)
        assert sorted(delays)[50] < 0.02


def test_the_proxy_of_the_environment_is_used_but_not_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")
    assert proxy_for("wss://api.openai.com/v1/realtime") == "http://proxy.example:3128"
    assert proxy_for("https://api.openai.com/v1") == "http://proxy.example:3128"
    assert proxy_for("ws://127.0.0.1:8000/v1/realtime") is None
