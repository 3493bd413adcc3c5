from __future__ import annotations

import asyncio
import io
import json
import wave
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from meetrec.core.errors import (
    MisunderstoodError,
    ProviderError,
    RefusedError,
    StorageError,
    TooLongError,
    UnavailableError,
)
from meetrec.core.events import RequestSent
from meetrec.core.models import CATALOGUE, find_model
from meetrec.core.settings import KeysSettings, ProviderSettings
from meetrec.core.transcript import clean_segments
from meetrec.provider import http as http_module
from meetrec.provider.auth import sign_in
from meetrec.provider.endpoints import find_endpoint
from meetrec.provider.transcribe import Answer, Transcriber, billed_seconds, form_fields, read_segments
from tests.waiting import until
from tests.wire import check_form

DIARIZE = find_model("gpt-4o-transcribe-diarize")
GOOD = {
    "task": "transcribe",
    "duration": 1.0,
    "text": "Hello.",
    "segments": [
        {"type": "transcript.text.segment", "id": "s0", "start": 0, "end": 1, "text": " Hello.", "speaker": "A"}
    ],
    "usage": {"type": "duration", "seconds": 2},
}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def wav(seconds: float = 1.0) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(24_000)
        file.writeframes(bytes(range(256)) * round(seconds * 187.5))
    return out.getvalue()


class Rest:
    """A service that answers as it is told, in order; then well."""

    def __init__(self) -> None:
        self.answers: list[web.StreamResponse | Handler] = []
        self.requests: list[web.Request] = []
        self.forms: list[list[tuple[str, Any]]] = []
        self.port = 0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        self.forms.append([await read(part) async for part in await request.multipart()])
        answer = self.answers.pop(0) if self.answers else web.json_response(GOOD, headers={"x-request-id": "req_1"})
        return answer if isinstance(answer, web.StreamResponse) else await answer(request)


async def read(part: Any) -> tuple[str, Any]:
    data = await part.read(decode=False)
    return part.name, (part.filename, part.headers["Content-Type"], data) if part.filename else data.decode()


@pytest.fixture
async def rest() -> AsyncIterator[Rest]:
    service = Rest()
    app = web.Application(client_max_size=1 << 30)
    app.router.add_post("/{tail:.*}", service.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    service.port = runner.addresses[0][1]
    yield service
    await runner.cleanup()


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "my meeting.WAV"
    path.write_bytes(wav())
    return path


class Waits:
    """Stands in for sleeping, and remembers."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


def transcriber(port: int, *, kind: Any = "openai", **options: Any) -> Transcriber:
    path = "" if kind == "azure" else "/v1"
    settings = ProviderSettings(kind=kind, base_url=f"http://127.0.0.1:{port}{path}")
    endpoint = find_endpoint(settings, {})
    environment = {"OPENAI_API_KEY": "sk-test", "AZURE_OPENAI_API_KEY": "azure-test"}
    return Transcriber(endpoint, sign_in(endpoint, KeysSettings(), environment), **{"sleep": Waits(), **options})


async def transcribe(one: Transcriber, path: Path, **options: Any) -> Answer:
    return await one.transcribe(path, **{"model": DIARIZE, "audio_seconds": 1.0, **options})


# -- what is sent ------------------------------------------------------------------------------------------------


async def test_the_form_on_the_wire_is_what_the_official_package_says(rest: Rest, recording: Path) -> None:
    known = [("Ana", wav(2)), ("Łukasz", wav(2))]
    answer = await transcribe(transcriber(rest.port), recording, language="de", known_speakers=known)
    assert (answer.billed_seconds, answer.request_id, answer.raw) == (2, "req_1", GOOD)
    fields = [(name, value) for name, value in rest.forms[0] if isinstance(value, str)]
    assert check_form([*fields, ("file", "audio.wav")]) == []
    assert [name for name, _ in fields] == [
        "model",
        "response_format",
        "chunking_strategy",
        "language",
        "known_speaker_names[]",
        "known_speaker_names[]",
        "known_speaker_references[]",
        "known_speaker_references[]",
    ]
    assert ("chunking_strategy", "auto") in fields
    name, file = rest.forms[0][-1]
    assert name == "file"
    assert file == ("audio.wav", "audio/wav", wav())
    headers = rest.requests[0].headers
    assert headers["Authorization"] == "Bearer sk-test"
    assert int(headers["Content-Length"]) > len(wav())
    assert rest.requests[0].path == "/v1/audio/transcriptions"


@pytest.mark.parametrize("model", [model.name for model in CATALOGUE if model.minutes] + ["some-diarize-model"])
def test_every_model_gets_the_fields_it_takes(model: str) -> None:
    fields = list(form_fields(find_model(model), "de", [("Ana", wav(2))]))
    if model != "some-diarize-model":
        assert check_form([*fields, ("file", "audio.wav")]) == []
    values = dict(fields)
    expected = "diarized_json" if "diarize" in model else "verbose_json" if model == "whisper-1" else "json"
    assert values["response_format"] == expected
    assert ("known_speaker_names[]" in values) == ("diarize" in model)
    assert ("languages[]" in values) == (model == "gpt-transcribe")


def test_no_more_than_four_speakers_are_named() -> None:
    fields = form_fields(DIARIZE, "", [(f"S{number}", b"") for number in range(9)])
    assert [value for name, value in fields if name == "known_speaker_names[]"] == ["S0", "S1", "S2", "S3"]


async def test_a_large_file_is_streamed_not_loaded(rest: Rest, tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    with path.open("wb") as file:
        file.truncate(20_000_000)
    rows: list[RequestSent] = []
    await transcribe(transcriber(rest.port, ledger=rows.append), path)
    assert len(rest.forms[0][-1][1][2]) == 20_000_000
    assert rows[0].bytes >= 20_000_000


async def test_the_ledger_is_told_of_every_try(rest: Rest, recording: Path) -> None:
    rows: list[RequestSent] = []
    rest.answers = [web.Response(status=503)]
    await transcribe(transcriber(rest.port, ledger=rows.append), recording)
    assert [(row.method, row.status, row.purpose) for row in rows] == [
        ("POST", 503, "minutes"),
        ("POST", 200, "minutes"),
    ]
    assert rows[0].url == f"http://127.0.0.1:{rest.port}/v1/audio/transcriptions"
    assert len(rest.forms) == 2
    assert rest.forms[0] == rest.forms[1]


# -- azure -------------------------------------------------------------------------------------------------------


async def test_azure_is_asked_at_its_present_address_then_at_the_older_one(rest: Rest, recording: Path) -> None:
    rest.answers = [web.json_response({"error": {"code": "DeploymentNotFound", "message": "x"}}, status=404)]
    one = transcriber(rest.port, kind="azure")
    await transcribe(one, recording)
    await transcribe(one, recording)
    older = "/openai/deployments/gpt-4o-transcribe-diarize/audio/transcriptions"
    assert [request.path for request in rest.requests] == ["/openai/v1/audio/transcriptions", older, older]
    assert rest.requests[1].query["api-version"]
    assert all(request.headers["api-key"] == "azure-test" for request in rest.requests)
    assert "Authorization" not in rest.requests[0].headers


async def test_a_deployment_unknown_at_both_addresses_is_refused(rest: Rest, recording: Path) -> None:
    rest.answers = [web.Response(status=404), web.Response(status=404)]
    with pytest.raises(RefusedError, match="404"):
        await transcribe(transcriber(rest.port, kind="azure"), recording)


# -- trying again ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 529])
async def test_trouble_is_tried_again_twice_with_growing_waits(rest: Rest, recording: Path, status: int) -> None:
    waits = Waits()
    rest.answers = [web.Response(status=status), web.Response(status=status)]
    await transcribe(transcriber(rest.port, sleep=waits, jitter=lambda: 0.0), recording)
    assert waits.seconds == [0.5, 1.0]


@pytest.mark.parametrize("status", [301, 302, 307, 400, 401, 403, 404, 413, 422])
async def test_refusals_are_not_tried_again(rest: Rest, recording: Path, status: int) -> None:
    rest.answers = [web.Response(status=status, headers={"Location": f"http://127.0.0.1:{rest.port}/elsewhere"})]
    with pytest.raises(RefusedError):
        await transcribe(transcriber(rest.port), recording)
    assert len(rest.requests) == 1


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "2"}, 2.0),
        ({"retry-after-ms": "300"}, 0.3),
        ({"Retry-After": "Fri, 15 Jan 2027 08:00:07 GMT"}, 7.0),
        ({"Retry-After": "-3"}, 0.5),
        ({"Retry-After": "garbage"}, 0.5),
    ],
)
async def test_the_service_says_how_long_to_wait(
    rest: Rest, recording: Path, headers: dict[str, str], wait: float
) -> None:
    waits = Waits()
    rest.answers = [web.Response(status=429, headers=headers)]
    one = transcriber(rest.port, sleep=waits, jitter=lambda: 0.0, wall=lambda: 1_800_000_000.0)
    await transcribe(one, recording)
    assert waits.seconds == [wait]


async def test_a_wait_beyond_two_minutes_is_left_to_the_user(rest: Rest, recording: Path) -> None:
    waits = Waits()
    rest.answers = [web.Response(status=429, headers={"Retry-After": "3600"})]
    with pytest.raises(UnavailableError) as caught:
        await transcribe(transcriber(rest.port, sleep=waits), recording)
    assert waits.seconds == []
    assert "3600" in caught.value.hint


async def test_the_service_may_ask_for_a_retry_or_forbid_it(rest: Rest, recording: Path) -> None:
    rest.answers = [web.Response(status=400, headers={"x-should-retry": "true"})]
    await transcribe(transcriber(rest.port), recording)
    rest.answers = [web.Response(status=500, headers={"x-should-retry": "false"})]
    with pytest.raises(UnavailableError):
        await transcribe(transcriber(rest.port), recording)
    assert len(rest.requests) == 3


async def test_an_account_without_credit_is_not_asked_again(rest: Rest, recording: Path) -> None:
    body = {"error": {"type": "insufficient_quota", "code": "credit_balance_exhausted", "message": "x"}}
    rest.answers = [web.json_response(body, status=429, headers={"Retry-After": "1"})]
    with pytest.raises(RefusedError, match="credit"):
        await transcribe(transcriber(rest.port), recording)
    assert len(rest.requests) == 1


async def hang_up(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def half(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "1000", "Content-Type": "application/json"})
    await response.prepare(request)
    await response.write(b'{"text": "He')
    return await hang_up(request)


@pytest.mark.parametrize("answer", [hang_up, half])
async def test_a_lost_answer_may_have_been_charged_so_it_is_asked_for_once_more_only(
    rest: Rest, recording: Path, answer: Handler
) -> None:
    rest.answers = [answer]
    assert (await transcribe(transcriber(rest.port), recording)).unanswered == 1
    rest.answers = [answer, answer, answer]
    with pytest.raises(UnavailableError, match="broke") as caught:
        await transcribe(transcriber(rest.port), recording)
    assert caught.value.unanswered == 2
    assert len(rest.requests) == 4


async def test_what_was_lost_before_counts(rest: Rest, recording: Path) -> None:
    rest.answers = [hang_up, hang_up]
    with pytest.raises(UnavailableError) as caught:
        await transcribe(transcriber(rest.port), recording, unanswered=1)
    assert caught.value.unanswered == 1
    assert len(rest.requests) == 1
    rest.answers = [web.Response(status=500), hang_up]
    with pytest.raises(UnavailableError) as caught:
        await transcribe(transcriber(rest.port), recording, unanswered=1)
    assert caught.value.unanswered == 1
    assert len(rest.requests) == 3


async def test_a_refusal_says_what_was_lost_before_it(rest: Rest, recording: Path) -> None:
    rest.answers = [hang_up, web.Response(status=403)]
    with pytest.raises(RefusedError) as caught:
        await transcribe(transcriber(rest.port), recording)
    assert caught.value.unanswered == 1


async def test_a_lost_answer_and_a_service_that_was_never_reached_are_told_apart_in_the_ledger(
    rest: Rest, recording: Path
) -> None:
    rows: list[RequestSent] = []
    rest.answers = [hang_up]
    await transcribe(transcriber(rest.port, ledger=rows.append), recording)
    assert [(row.status, row.bytes > 0) for row in rows] == [(0, True), (200, True)]
    rows.clear()
    server = await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    with pytest.raises(UnavailableError):
        await transcribe(transcriber(port, ledger=rows.append), recording)
    assert [(row.status, row.bytes) for row in rows] == [(0, 0)] * 3


async def test_waiting_can_be_cancelled_at_once(rest: Rest, recording: Path) -> None:
    rest.answers = [web.Response(status=429, headers={"Retry-After": "100"})]
    task = asyncio.create_task(transcribe(transcriber(rest.port, sleep=asyncio.sleep), recording))
    await until(lambda: rest.forms)
    await asyncio.sleep(0.05)
    began = asyncio.get_running_loop().time()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert asyncio.get_running_loop().time() - began < 60  # not the hundred seconds


async def test_a_service_that_says_nothing_is_not_waited_for_for_ever(
    rest: Rest, recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("meetrec.provider.transcribe._READ_LIMIT_S", 0.2)

    async def silent(_request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(2)
        return web.Response()

    rest.answers = [silent, silent]
    with pytest.raises(UnavailableError, match="does not answer"):
        await transcribe(transcriber(rest.port), recording, audio_seconds=0.1)


async def test_an_answer_that_drips_is_cut(rest: Rest, recording: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_module, "BODY_LIMIT_S", 0.3)

    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(30):
            await response.write(b" ")
            await asyncio.sleep(0.05)
        return response

    rest.answers = [drip, drip]
    with pytest.raises(UnavailableError):
        await transcribe(transcriber(rest.port), recording)


async def test_an_upload_that_stalls_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("meetrec.provider.transcribe._READ_LIMIT_S", 0.2)
    monkeypatch.setattr(http_module, "_UPLOAD_STALL_S", 0.3)
    path = tmp_path / "long.wav"
    with path.open("wb") as file:
        file.truncate(20_000_000)
    gone = asyncio.Event()

    async def swallow(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await gone.wait()
        writer.transport.abort()

    server = await asyncio.start_server(swallow, "127.0.0.1", 0, limit=1024)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(UnavailableError, match="does not answer"):
        await transcribe(transcriber(port), path, audio_seconds=0.1)
    gone.set()
    server.close()


# -- what comes back ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>captive portal</html>",
        b"null",
        b"[]",
        b'{"text": 5}',
        b'{"segments": {}}',
        b'{"text": "He',
        b"[" * 1_000_000,
        b'{"segments":' + b"[" * 100_000,
        b"\xff\xfe\x00",
    ],
    ids=range(10),
)
async def test_what_is_no_transcript_is_said_to_be_none(rest: Rest, recording: Path, body: bytes) -> None:
    rest.answers = [web.Response(body=body, content_type="application/json")]
    with pytest.raises(MisunderstoodError):
        await transcribe(transcriber(rest.port), recording)
    assert len(rest.requests) == 1


async def test_an_answer_beyond_all_measure_is_cut(
    rest: Rest, recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_module, "BODY_LIMIT", 1_000_000)
    rest.answers = [web.Response(body=b'{"text": "' + b"x" * 1_100_000)]
    with pytest.raises(MisunderstoodError, match="more than"):
        await transcribe(transcriber(rest.port), recording)


async def test_a_compressed_bomb_is_not_unpacked(rest: Rest, recording: Path) -> None:
    rest.answers = [web.Response(body=b"\x1f\x8b" + b"x" * 100, headers={"Content-Encoding": "gzip"})]
    with pytest.raises(MisunderstoodError):
        await transcribe(transcriber(rest.port), recording)


async def test_values_of_the_wrong_type_pass_through_and_are_cleaned_later(rest: Rest, recording: Path) -> None:
    body = (
        '{"segments": [{"start": NaN, "end": "x", "text": "a", "speaker": null}, 5, null, {"text": 7},'
        ' {"start": 1e999, "text": "\\ud800b"}], "usage": {"seconds": NaN}, "duration": []}'
    )
    rest.answers = [web.Response(body=body.encode(), content_type="application/json")]
    answer = await transcribe(transcriber(rest.port), recording)
    assert answer.billed_seconds == 1.0
    assert [one.text for one in clean_segments(answer.segments, start=0, end=1)] == ["a", "b"]
    json.dumps(answer.raw).encode()


@pytest.mark.parametrize(
    ("body", "texts"),
    [
        ({"text": "all of it"}, ["all of it"]),
        ({"text": "all of it", "segments": []}, ["all of it"]),
        ({"text": "", "segments": []}, []),
        ({"text": " "}, []),
        ({"segments": [{"text": "a"}]}, ["a"]),
        ({}, None),
        ("text", None),
        (None, None),
    ],
)
def test_an_answer_without_segments_is_one_segment(body: Any, texts: list[str] | None) -> None:
    segments = read_segments(body, 60.0)
    assert (None if segments is None else [one["text"] for one in segments]) == texts
    if segments and "segments" not in body:
        assert segments[0] == {"start": 0.0, "end": 60.0, "speaker": "", "text": "all of it"}


@pytest.mark.parametrize(
    ("usage", "seconds"),
    [
        ({"type": "duration", "seconds": 27}, 27.0),
        ({"type": "tokens", "total_tokens": 5}, 60.0),
        (None, 60.0),
        ({"seconds": True}, 60.0),
        ({"seconds": -1}, 60.0),
        ({"seconds": float("inf")}, 60.0),
        ("x", 60.0),
    ],
)
def test_what_was_billed_is_read_where_it_is_told(usage: Any, seconds: float) -> None:
    assert billed_seconds({"usage": usage}, 60.0) == seconds


@pytest.mark.parametrize(
    ("status", "message", "limit"),
    [(400, "audio duration 1830 seconds is longer than 1400 seconds which is the maximum", 1400.0), (413, "", None)],
)
async def test_a_recording_too_long_is_told_as_that(
    rest: Rest, recording: Path, status: int, message: str, limit: float | None
) -> None:
    rest.answers = [web.json_response({"error": {"message": message, "code": "invalid_value"}}, status=status)]
    with pytest.raises(TooLongError) as caught:
        await transcribe(transcriber(rest.port), recording)
    assert caught.value.limit_seconds == limit


async def test_a_missing_file_is_not_the_service_s_fault(rest: Rest, tmp_path: Path) -> None:
    with pytest.raises(StorageError):
        await transcribe(transcriber(rest.port), tmp_path / "gone.wav")


async def test_nobody_listening_is_a_sentence(recording: Path, rest: Rest) -> None:
    server = await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    waits = Waits()
    with pytest.raises(ProviderError, match=r"127\.0\.0\.1 cannot be reached"):
        await transcribe(transcriber(port, sleep=waits), recording)
    assert len(waits.seconds) == 2
