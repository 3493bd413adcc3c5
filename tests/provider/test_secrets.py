"""A key goes through everything that can fail; afterwards it is in no message, no repr, no traceback and no log."""

from __future__ import annotations

import base64
import logging
import traceback
import urllib.parse
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from meetrec.core.errors import MeetrecError
from meetrec.core.events import RequestSent
from meetrec.core.models import find_model
from meetrec.core.settings import CaptionsSettings, KeysSettings, ProviderSettings
from meetrec.provider.auth import sign_in
from meetrec.provider.endpoints import Endpoint, find_endpoint
from meetrec.provider.live_captions import LiveCaptions
from meetrec.provider.transcribe import Transcriber
from tests.provider.loopback import Recording

KEY = "sk-sentinel-Zx81Qp+/=77hW"
FORMS = (
    KEY,
    KEY[:11],
    urllib.parse.quote(KEY, safe=""),
    base64.b64encode(KEY.encode()).decode(),
    repr(KEY)[1:-1],
)


def answering(status: int, **options: Any) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def answer(request: web.Request) -> web.StreamResponse:
        said = request.headers.get("Authorization") or request.headers.get("api-key", "")
        # a careless service quotes the key
        text = f'{{"error": {{"message": "Incorrect API key provided: {said}", "code": "x"}}}}'
        return web.Response(status=status, text=text, content_type="application/json", **options)

    return answer


async def welcome_then_error(request: web.Request) -> web.StreamResponse:
    if request.headers.get("Upgrade", "").lower() != "websocket":
        return await answering(500)(request)
    ws = web.WebSocketResponse()
    await ws.prepare(request)
    said = request.headers["Authorization"]
    await ws.send_json({"type": "error", "error": {"code": "invalid_api_key", "message": f"bad key {said}"}})
    await ws.close()
    return ws


async def crash(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


@pytest.mark.parametrize("kind", ["openai", "azure"])
@pytest.mark.parametrize(
    "handler",
    [
        answering(401),
        answering(403),
        answering(500),
        answering(302, headers={"Location": "http://127.0.0.1:1/"}),
        welcome_then_error,
        crash,
        None,
    ],
    ids=["401", "403", "500", "redirect", "error-event", "crash", "nobody"],
)
async def test_no_fault_lets_the_key_out(
    handler: Callable[[web.Request], Awaitable[web.StreamResponse]] | None,
    kind: Any,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.DEBUG)
    runner = web.AppRunner(web.Application(), shutdown_timeout=0.1)
    if handler is not None:
        runner.app.router.add_route("*", "/{tail:.*}", handler)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    if handler is None:
        await runner.cleanup()
    endpoint = find_endpoint(ProviderSettings(kind=kind, base_url=url), {})
    shown = await everything_shown(endpoint, tmp_path)
    await runner.cleanup()
    assert_no_key(shown + caplog.text)


async def test_an_unknown_host_lets_the_key_out_neither(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    endpoint = find_endpoint(ProviderSettings(base_url="https://no-such-host.invalid/v1"), {})
    assert_no_key(await everything_shown(endpoint, tmp_path) + caplog.text)


async def everything_shown(endpoint: Endpoint, folder: Path) -> str:
    """Use the service in both ways and return all that could be read of it afterwards."""
    path = folder / "audio.wav"
    path.write_bytes(b"RIFF")
    environment = {"OPENAI_API_KEY": KEY, "AZURE_OPENAI_API_KEY": KEY}
    signed = sign_in(endpoint, KeysSettings(), environment)
    rows: list[RequestSent] = []
    shown = []

    async def no_wait(_seconds: float) -> None:
        return None

    transcriber = Transcriber(endpoint, signed, ledger=rows.append, sleep=no_wait)
    try:
        await transcriber.transcribe(path, model=find_model("gpt-4o-transcribe-diarize"), audio_seconds=1)
    except MeetrecError as error:
        shown += [str(error), error.hint, repr(error), "".join(traceback.format_exception(error))]
    live = LiveCaptions(
        endpoint,
        signed,
        CaptionsSettings(),
        find_model("gpt-live-transcribe"),
        reader=Recording(1),
        ledger=rows.append,
    )
    live.advanced(2400)
    live.finish(patience_s=0.3)
    shown += [event.to_json() async for event in live.run()]
    return "\n".join(
        [*shown, repr(rows), repr(endpoint), repr(vars(signed)), repr(vars(transcriber)), repr(vars(live))]
    )


def assert_no_key(shown: str) -> None:
    assert shown
    found = [form for form in FORMS if form in shown]
    assert not found, shown
