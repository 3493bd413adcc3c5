"""Each fault happens as often as its script says, and then all is well again."""

from __future__ import annotations

import asyncio
import json
import random
from typing import Any

import aiohttp
import numpy as np
import pytest

from meetrec.demo.faults import HOSTILE, Faults, LinkFaults, spoil
from meetrec.demo.fingerprint import Known
from meetrec.demo.service import DemoService
from meetrec.demo.truth import Truth
from tests.demo.link_client import COMPLETED, FAILED, RATE, Pcm, link_to
from tests.demo.test_rest import encoded, post
from tests.wire import check_diarized


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ("401", 401, "invalid_api_key"),
        ("403", 403, "model_not_found"),
        ("404", 404, "model_not_found"),
        ("408", 408, None),
        ("413", 413, None),
        ("429", 429, "rate_limit_exceeded"),
        ("429-bare", 429, "rate_limit_exceeded"),
        ("quota", 429, "insufficient_quota"),
        ("longer", 400, "invalid_value"),
        ("500", 500, None),
        ("503", 503, None),
    ],
)
async def test_a_refusal_is_an_api_error(sample: Known, pcm: Pcm, fault: str, status: int, code: str | None) -> None:
    async with DemoService([sample], faults=Faults(http=("ok", fault))) as service:
        audio = encoded(pcm[: 2 * RATE])
        assert (await post(service, audio))[0] == 200
        answered, body, headers = await post(service, audio)
        assert (answered, body["error"]["code"]) == (status, code)
        assert headers.get("Retry-After") == ("1" if fault == "429" else None)
        assert (await post(service, audio))[0] == 200
        assert [one.status for one in service.uploads] == [200, status, 200]


@pytest.mark.parametrize(
    ("fault", "status", "begins"),
    [
        ("html", 502, "<html>"),
        ("redirect", 307, ""),
        ("empty", 200, ""),
        ("malformed", 200, '{"task"'),
    ],
)
async def test_an_answer_that_is_none(sample: Known, pcm: Pcm, fault: str, status: int, begins: str) -> None:
    async with DemoService([sample], faults=Faults(http=(fault,))) as service:
        answered, body, _headers = await post(service, encoded(pcm[: 2 * RATE]))
        assert answered == status
        assert isinstance(body, str)
        assert body.startswith(begins)


@pytest.mark.parametrize(("fault", "key"), [("text-error", "error"), ("detail", "detail")])
async def test_errors_of_other_shapes(sample: Known, pcm: Pcm, fault: str, key: str) -> None:
    async with DemoService([sample], faults=Faults(http=(fault,))) as service:
        _status, body, _headers = await post(service, encoded(pcm[: 2 * RATE]))
        assert not isinstance(body[key], dict)


@pytest.mark.parametrize("fault", ["cut", "reset"])
async def test_a_connection_that_breaks(sample: Known, pcm: Pcm, fault: str) -> None:
    async with DemoService([sample], faults=Faults(http=(fault,))) as service:
        with pytest.raises(aiohttp.ClientError):
            await post(service, encoded(pcm[: 2 * RATE]))


async def test_a_request_that_hangs_does_not_keep_the_service_from_stopping(sample: Known, pcm: Pcm) -> None:
    async with DemoService([sample], faults=Faults(http=("hang",))) as service:
        waiting = asyncio.create_task(post(service, encoded(pcm[: 2 * RATE])))
        done, _ = await asyncio.wait([waiting], timeout=0.5)
        assert not done
        async with asyncio.timeout(60):
            await service.stop()
            with pytest.raises(aiohttp.ClientError):
                await waiting


async def test_limits_can_be_set_lower(sample: Known, pcm: Pcm) -> None:
    async with DemoService([sample], faults=Faults(max_seconds=10, max_bytes=600_000)) as service:
        status, body, _headers = await post(service, encoded(pcm[: 11 * RATE]))
        assert (status, "longer than 10 seconds" in body["error"]["message"]) == (400, True)
        assert (await post(service, encoded(pcm[: 13 * RATE])))[0] == 413
        assert (await post(service, encoded(pcm[: 9 * RATE])))[0] == 200


async def test_new_faults_start_their_scripts(service: DemoService, pcm: Pcm) -> None:
    audio = encoded(pcm[: 2 * RATE])
    for _ in range(2):
        service.faults = Faults(http=("500",))
        assert [(await post(service, audio))[0] for _ in range(2)] == [500, 200]


@pytest.mark.parametrize(
    "kind", ["none", "missing", "null_speaker", "unsorted", "overlapping", "outside", "many_speakers", "empty_texts"]
)
async def test_a_spoiled_answer_differs_from_a_good_one_and_can_be_read(sample: Known, pcm: Pcm, kind: str) -> None:
    async with DemoService([sample], faults=Faults(answers=(kind,))) as service:
        _status, bad, _headers = await post(service, encoded(pcm))
        _status, good, _headers = await post(service, encoded(pcm))
        assert check_diarized(good) == []
        assert bad["segments"] != good["segments"]
        assert (kind in ("none", "missing", "many_speakers")) == (check_diarized(bad) == [])


@pytest.mark.parametrize("kind", ["bad_values", "hostile", "deep", "huge"])
async def test_an_answer_full_of_nonsense_still_is_json(sample: Known, pcm: Pcm, kind: str) -> None:
    async with DemoService([sample], faults=Faults(every_answer=kind)) as service:
        status, body, _headers = await post(service, encoded(pcm[: 15 * RATE]))
        assert (status, isinstance(body, dict)) == (200, True)
        assert len(json.dumps(body)) > (5_000_000 if kind == "huge" else 0)
        assert kind != "hostile" or body["segments"][0]["text"].startswith(HOSTILE)


def test_a_hundred_speakers_are_a_hundred() -> None:
    segments = [{"id": str(n), "start": n, "end": n + 1, "text": " x", "speaker": "A"} for n in range(150)]
    body = spoil({"segments": segments}, "many_speakers", Faults(), random.Random(1))
    assert len({one["speaker"] for one in body["segments"]}) == 100


def test_noise_changes_the_share_it_says() -> None:
    segments = [{"id": str(n), "start": n, "end": n + 1, "text": " x", "speaker": "AB"[n % 2]} for n in range(2000)]
    faults = Faults(wrong_labels=0.05, lost_segments=0.1)
    left = spoil({"segments": segments}, "ok", faults, random.Random(1))["segments"]
    wrong = [one for one in left if one["speaker"] != "AB"[int(one["id"]) % 2]]
    assert len(left) == pytest.approx(1800, abs=50)
    assert len(wrong) == pytest.approx(90, abs=30)


# -- links --------------------------------------------------------------------------------------------------------


async def link_with(sample: Known, pcm: Pcm, faults: LinkFaults, turns: int = 1, strict: bool = True) -> Any:
    """Say two seconds in each of some turns over a link with faults; returns the client once it is done."""
    async with (
        DemoService([sample], latency=0.02, faults=Faults(links=(faults,))) as service,
        link_to(service.base_url, strict=strict) as client,
    ):
        await client.configure("gpt-live-transcribe")
        for turn in range(turns):
            await client.append(pcm[2 * turn * RATE : 2 * (turn + 1) * RATE])
            await client.commit()
        await client.until(lambda: len(client.of(COMPLETED)) + len(client.of(FAILED)) >= turns)
    return client


async def test_a_handshake_is_refused_as_often_as_the_script_says(sample: Known) -> None:
    faults = Faults(links=(LinkFaults(refuse=429, retry_after="7"), LinkFaults(refuse=503)))
    async with DemoService([sample], faults=faults) as service:
        for status, retry_after in ((429, "7"), (503, None)):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                async with link_to(service.base_url):
                    pass
            assert refused.value.status == status
            assert refused.value.headers is not None
            assert refused.value.headers.get("Retry-After") == retry_after
        async with link_to(service.base_url) as client:
            await client.configure("gpt-live-transcribe")


@pytest.mark.parametrize("code", [0, 1000, 1001, 1008, 1011, 1012, 1013, 4000])
async def test_a_link_is_dropped_after_so_much_audio(sample: Known, pcm: Pcm, code: int) -> None:
    faults = Faults(links=(LinkFaults(drop_after=3.0, close_code=code, close_reason="why"),))
    async with DemoService([sample], faults=faults) as service:
        async with link_to(service.base_url) as client:
            await client.configure("gpt-live-transcribe")
            await client.append(pcm[: 3 * RATE])
            assert await client.ended() == (code or 1006)
        assert service.links[0].seconds == pytest.approx(3.0)
        assert service.links[0].close_code == (code or 1006)


async def test_a_link_expires_by_audio_or_by_the_clock(sample: Known, pcm: Pcm) -> None:
    faults = Faults(links=(LinkFaults(expire_after=1.0), LinkFaults(expire_after_seconds=0.2)))
    async with DemoService([sample], faults=faults) as service:
        for _ in range(2):
            async with link_to(service.base_url) as client:
                await client.configure("gpt-live-transcribe")
                await client.append(pcm[:RATE])
                assert await client.ended() == 1001
                assert client.errors()[0]["code"] == "session_expired"


async def test_a_half_open_link_answers_nothing_not_even_pings(sample: Known, pcm: Pcm) -> None:
    async with (
        DemoService([sample], faults=Faults(links=(LinkFaults(stall_after=1.0),))) as service,
        aiohttp.ClientSession() as session,
    ):
        url, headers = service.base_url + "/realtime?intent=transcription", {"Authorization": "Bearer k"}
        async with session.ws_connect(url, headers=headers, heartbeat=0.4) as socket:
            assert (await socket.receive_json())["type"] == "session.created"
            audio = "AAAA" * 3200
            for _ in range(10):
                await socket.send_json({"type": "input_audio_buffer.append", "audio": audio})
            async with asyncio.timeout(60):
                assert (await socket.receive()).type in (aiohttp.WSMsgType.ERROR, aiohttp.WSMsgType.CLOSED)


async def test_a_parameter_is_rejected_by_name(sample: Known) -> None:
    rejected = "session.audio.input.transcription.keywords"
    async with (
        DemoService([sample], faults=Faults(every_link=LinkFaults(reject=(rejected,)))) as service,
        link_to(service.base_url) as client,
    ):
        await client.send(update_with_keywords := _update(keywords=["meetrec"]))
        await client.until(client.errors)
        assert client.errors()[0]["param"] == rejected
        assert update_with_keywords in service.links[0].updates
        await client.configure("gpt-live-transcribe")


def _update(**hints: Any) -> dict[str, Any]:
    transcription = {"model": "gpt-live-transcribe", **hints}
    values = {"transcription": transcription, "turn_detection": None}
    return {"type": "session.update", "session": {"type": "transcription", "audio": {"input": values}}}


async def test_an_error_event_leaves_the_link_open(sample: Known, pcm: Pcm) -> None:
    faults = LinkFaults(error_after=1.0, error_code="rate_limit_exceeded", error_type="rate_limit_error")
    client = await link_with(sample, pcm, faults)
    assert [one["code"] for one in client.errors()] == ["rate_limit_exceeded"]
    assert client.texts() == ["Good morning. Let's start"]


async def test_items_fail_or_are_empty(sample: Known, pcm: Pcm) -> None:
    failed = await link_with(sample, pcm, LinkFaults(fail_items=1), turns=2)
    assert (len(failed.of(FAILED)), len(failed.of(COMPLETED))) == (1, 1)
    empty = await link_with(sample, pcm, LinkFaults(empty_items=1), turns=2)
    assert empty.texts()[0] == ""
    assert empty.texts()[1]


async def test_a_lost_item_never_completes(sample: Known, pcm: Pcm) -> None:
    async with DemoService([sample], latency=0.0, faults=Faults(links=(LinkFaults(lose_items=1),))) as service:
        async with link_to(service.base_url) as client:
            await client.configure("gpt-live-transcribe")
            for first in (0, 2):
                await client.append(pcm[first * RATE : (first + 2) * RATE])
                await client.commit()
            await client.until(lambda: client.of(COMPLETED))
        assert [item.outcome for item in service.links[0].items] == ["lost", "completed"]


async def test_items_complete_out_of_order(sample: Known, truth: Truth, pcm: Pcm) -> None:
    client = await link_with(sample, pcm, LinkFaults(out_of_order=True), turns=4)
    committed = [event["item_id"] for event in client.of("input_audio_buffer.committed")]
    completed = [event["item_id"] for event in client.of(COMPLETED)]
    assert completed == [committed[1], committed[0], committed[3], committed[2]]
    said = " ".join(text for text in client.texts() if text)
    assert " ".join(truth.words()).startswith(said)


async def test_a_completion_comes_twice(sample: Known, pcm: Pcm) -> None:
    client = await link_with(sample, pcm, LinkFaults(duplicate=True))
    assert client.of(COMPLETED)[0]["item_id"] == client.of(COMPLETED)[-1]["item_id"]


async def test_frames_that_are_none_come_in_between(sample: Known, pcm: Pcm) -> None:
    client = await link_with(sample, pcm, LinkFaults(malformed_every=2, unknown_events=True), strict=False)
    assert len(client.odd_frames) >= 3
    assert client.of("demo.unknown")


async def test_text_is_hostile_or_huge(sample: Known, pcm: Pcm) -> None:
    client = await link_with(sample, pcm, LinkFaults(hostile=True, huge_text=5_000_000))
    text = client.of(COMPLETED)[0]["transcript"]
    assert text.startswith(HOSTILE)
    assert len(text) == 5_000_000


async def test_a_service_that_says_nothing_at_first(sample: Known, pcm: Pcm) -> None:
    async with (
        DemoService([sample], faults=Faults(links=(LinkFaults(mute_start=True, mute_updates=True),))) as service,
        link_to(service.base_url) as client,
    ):
        await client.send(_update())
        await client.append(pcm[: 3 * RATE])
        await client.commit()
        await client.until(lambda: client.of(COMPLETED))
        assert not client.of("session.created")
        assert not client.of("session.updated")


async def test_slow_reading_slows_the_sender(sample: Known) -> None:
    async with (
        DemoService([sample], faults=Faults(links=(LinkFaults(slow_reading=0.05),))) as service,
        link_to(service.base_url) as client,
    ):
        await client.configure("gpt-live-transcribe")
        begun = asyncio.get_running_loop().time()
        await client.append(np.zeros(RATE, np.int16))
        await client.commit()
        await client.until(lambda: client.of(COMPLETED))
        assert asyncio.get_running_loop().time() - begun > 0.5
