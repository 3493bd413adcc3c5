"""Links: what is said in the audio comes back word for word, in the wire form of the real service."""

from __future__ import annotations

import asyncio
import base64
from itertools import pairwise
from typing import Any

import aiohttp
import numpy as np
import pytest
from openai import AsyncOpenAI

from meetrec.demo.fingerprint import Known
from meetrec.demo.service import DemoService
from meetrec.demo.truth import Truth
from tests.demo.link_client import COMPLETED, DELTA, RATE, LinkClient, Pcm, link_to, pauses, update

TURNS = {"type": "server_vad", "threshold": 0.5, "prefix_padding_ms": 300, "silence_duration_ms": 500}


async def say(client: LinkClient, pcm: Pcm, cuts: list[float]) -> None:
    """Send audio with a commit at each of `cuts`, in seconds."""
    edges = [0, *(round(cut * RATE) for cut in cuts), len(pcm)]
    for first, last in pairwise(edges):
        await client.append(pcm[first:last])
        await client.commit()
    await client.until(lambda: len(client.of(COMPLETED)) == len(edges) - 1)


@pytest.mark.parametrize("model", ["gpt-live-transcribe", "gpt-realtime-whisper", "gpt-transcribe"])
async def test_committing_at_pauses_gives_every_word_once(
    service: DemoService, truth: Truth, pcm: Pcm, model: str
) -> None:
    async with link_to(service.base_url) as client:
        await client.configure(model)
        await say(client, pcm, pauses(truth))
        assert " ".join(client.texts()).split() == truth.words()
        assert client.errors() == []
        assert {event["usage"]["type"] for event in client.of(COMPLETED)} == {"duration"}
        by_item = {event["item_id"]: event["transcript"] for event in client.of(COMPLETED)}
        assert client.drafts() == {item: text for item, text in by_item.items() if text}


@pytest.mark.parametrize(
    ("model", "turns", "usage"),
    [
        ("gpt-4o-transcribe", TURNS, "tokens"),
        ("gpt-4o-mini-transcribe", {"type": "semantic_vad", "eagerness": "medium"}, "tokens"),
        ("whisper-1", {"type": "server_vad", "silence_duration_ms": 600}, "duration"),
    ],
)
async def test_a_server_that_cuts_turns_gives_every_word_once(
    service: DemoService, truth: Truth, pcm: Pcm, model: str, turns: dict[str, Any], usage: str
) -> None:
    async with link_to(service.base_url) as client:
        await client.configure(model, turns)
        await client.append(pcm)
        await client.append(np.zeros(RATE, np.int16))
        await client.until(lambda: len(client.of(COMPLETED)) == len(pauses(truth)) + 1)
        assert " ".join(client.texts()).split() == truth.words()
        assert {event["usage"]["type"] for event in client.of(COMPLETED)} == {usage}
        first = client.of("input_audio_buffer.speech_started")[0]["audio_start_ms"] / 1000
        assert truth.segments[0].start - 0.4 < first <= truth.segments[0].start


async def test_words_appear_while_they_are_spoken(service: DemoService, truth: Truth, pcm: Pcm) -> None:
    async with link_to(service.base_url) as client:
        await client.configure("gpt-live-transcribe", delay="low")
        await client.append(pcm[: 5 * RATE])
        await client.until(lambda: len(client.of(DELTA)) >= 4)
        spoken = [word.text for word in truth.segments[0].words if word.end < 4.5]
        await client.until(lambda: len("".join(client.drafts().values()).split()) >= len(spoken))
        assert client.of("input_audio_buffer.committed") == []


async def test_events_of_a_turn_come_in_order(service: DemoService, pcm: Pcm) -> None:
    async with link_to(service.base_url) as client:
        await client.configure("gpt-4o-transcribe", TURNS)
        await client.append(pcm[: 8 * RATE])
        await client.until(lambda: client.of(COMPLETED))
        kinds = [event["type"].removeprefix("conversation.item.") for event in client.events]
        assert kinds[:7] == [
            "session.created",
            "session.updated",
            "input_audio_buffer.speech_started",
            "input_audio_buffer.speech_stopped",
            "input_audio_buffer.committed",
            "added",
            "done",
        ]
        assert len({event["item_id"] for event in client.events if "item_id" in event}) <= 2


async def test_each_item_names_its_predecessor(service: DemoService, pcm: Pcm) -> None:
    async with link_to(service.base_url) as client:
        await client.configure("gpt-transcribe")
        await say(client, pcm[: 20 * RATE], [6.6, 13.9])
        items = client.of("input_audio_buffer.committed")
        assert [one["previous_item_id"] for one in items] == [None, items[0]["item_id"], items[1]["item_id"]]


async def test_a_cut_in_the_middle_of_speech_loses_no_word(service: DemoService, truth: Truth, pcm: Pcm) -> None:
    async with link_to(service.base_url) as client:
        await client.configure("gpt-live-transcribe")
        await say(client, pcm, [3.05, 9.7, 25.2, 47.3])
        assert " ".join(client.texts()).split() == truth.words()


async def test_cleared_audio_is_not_transcribed(service: DemoService, truth: Truth, pcm: Pcm) -> None:
    async with link_to(service.base_url) as client:
        await client.configure("gpt-live-transcribe")
        await client.append(pcm[: round(6.6 * RATE)])
        await client.send({"type": "input_audio_buffer.clear"})
        await client.append(pcm[round(6.6 * RATE) : round(13.9 * RATE)])
        await client.commit()
        await client.until(lambda: client.of(COMPLETED))
        assert client.of("input_audio_buffer.cleared")
        assert client.texts() == [truth.segments[1].text]


async def test_less_than_100_ms_cannot_be_committed(service: DemoService, pcm: Pcm) -> None:
    async with link_to(service.base_url) as client:
        await client.configure("gpt-live-transcribe")
        await client.append(pcm[: RATE // 20])
        await client.commit()
        await client.until(client.errors)
        assert client.errors()[0]["code"] == "input_audio_buffer_commit_empty"


async def test_silence_has_no_text(service: DemoService) -> None:
    async with link_to(service.base_url) as client:
        await client.configure("gpt-live-transcribe")
        await client.append(np.zeros(2 * RATE, np.int16))
        await client.commit()
        await client.until(lambda: client.of(COMPLETED))
        assert client.texts() == [""]


async def test_unknown_speech_is_answered_honestly(service: DemoService) -> None:
    noise = (np.random.default_rng(1).standard_normal(2 * RATE) * 3000).astype(np.int16)
    async with link_to(service.base_url) as client:
        await client.configure("gpt-live-transcribe")
        await client.append(np.concatenate([noise, np.zeros(RATE, np.int16)]))
        await client.commit()
        await client.until(lambda: client.of(COMPLETED))
        assert client.texts() == ["(simulated service: 2.0 s of speech it does not know)"]


async def test_a_second_link_goes_on_where_the_first_was_left(service: DemoService, truth: Truth, pcm: Pcm) -> None:
    texts = []
    for first, last in ((0.0, 22.7), (22.7, 70.0)):
        async with link_to(service.base_url) as client:
            await client.configure("gpt-live-transcribe")
            await say(client, pcm[round(first * RATE) : round(last * RATE)], [])
            texts += client.texts()
    assert " ".join(texts).split() == truth.words()
    await service.links_ended()
    assert service.links_coverage().missing == []
    assert service.links_coverage().repeated == []


async def test_the_report_tells_what_was_lost_and_what_came_twice(service: DemoService, truth: Truth, pcm: Pcm) -> None:
    async with link_to(service.base_url) as client:
        await client.configure("gpt-live-transcribe")
        await say(client, np.concatenate([pcm[: 30 * RATE], pcm[28 * RATE : 40 * RATE], pcm[42 * RATE :]]), [])
    await service.links_ended()
    coverage = service.links_coverage()
    assert coverage.missing == [pytest.approx((40.0, 42.0), abs=0.01)]
    assert coverage.repeated == [pytest.approx((28.0, 30.0), abs=0.01)]
    assert coverage.missing_words(truth) == ["that", "by", "Thursday", "evening."]


async def test_kept_audio_is_what_was_sent(sample: Known, pcm: Pcm) -> None:
    async with DemoService([sample], keep_audio=True) as service:
        async with link_to(service.base_url) as client:
            await client.configure("gpt-live-transcribe")
            await say(client, pcm[: 3 * RATE], [])
        assert bytes(service.links[0].audio) == pcm[: 3 * RATE].tobytes()


async def refusal(service: DemoService, event: dict[str, Any]) -> tuple[str | None, str | None]:
    """The param and code of the error an update is answered with."""
    async with link_to(service.base_url, strict=False) as client:
        await client.send(event)
        await client.until(client.errors)
        assert client.of("session.updated") == []
        return client.errors()[0]["param"], client.errors()[0]["code"]


@pytest.mark.parametrize("model", ["gpt-live-transcribe", "gpt-realtime-whisper"])
async def test_streaming_models_refuse_turn_detection(service: DemoService, model: str) -> None:
    async with link_to(service.base_url, strict=False) as client:
        await client.send(update(model, TURNS))
        await client.until(client.errors)
        error = client.errors()[0]
        assert error["message"] == "Turn detection is not supported for this transcription model."
        assert error["param"] == "session.audio.input.turn_detection"
        assert error["event_id"] == "u1"


@pytest.mark.parametrize(
    ("hints", "param"),
    [
        ({"model": "gpt-4o-transcribe", "keywords": ["x"]}, "transcription.keywords"),
        ({"model": "gpt-4o-transcribe", "languages": ["en"]}, "transcription.languages"),
        ({"model": "gpt-4o-transcribe", "delay": "low"}, "transcription.delay"),
        ({"model": "gpt-realtime-whisper", "prompt": "names"}, "transcription.prompt"),
        ({"model": "gpt-live-transcribe", "languages": []}, "transcription.languages"),
        ({"model": "gpt-live-transcribe", "language": "en"}, "transcription.language"),
        ({"model": "gpt-live-transcribe", "keywords": ["<b>"]}, "transcription.keywords"),
        ({"model": "gpt-live-transcribe", "delay": "fast"}, "transcription.delay"),
        ({"model": "gpt-4o-transcribe-diarize"}, "transcription.model"),
        ({"model": "gpt-4o-transcribe", "temperature": 0}, "transcription.temperature"),
    ],
)
async def test_what_a_model_does_not_take_is_refused_by_name(
    service: DemoService, hints: dict[str, Any], param: str
) -> None:
    assert (await refusal(service, update(**hints)))[0] == f"session.audio.input.{param}"


async def test_a_wrong_rate_is_refused(service: DemoService) -> None:
    event = update("gpt-live-transcribe")
    event["session"]["audio"]["input"]["format"]["rate"] = 16_000
    assert await refusal(service, event) == ("session.audio.input.format.rate", "integer_below_min_value")


async def test_the_beta_form_is_refused(service: DemoService) -> None:
    assert await refusal(service, {"type": "transcription_session.update", "session": {}}) == ("type", "invalid_value")
    flat = {"type": "session.update", "session": {"type": "transcription", "input_audio_format": "pcm16"}}
    assert await refusal(service, flat) == ("session.input_audio_format", "unknown_parameter")


async def test_the_beta_header_ends_the_link(service: DemoService) -> None:
    headers = {"Authorization": "Bearer sk-test", "OpenAI-Beta": "realtime=v1"}
    async with link_to(service.base_url, headers=headers) as client:
        assert await client.ended() == 4000
        assert client.errors()[0]["code"] == "beta_api_shape_disabled"


async def test_a_model_in_the_url_is_refused(service: DemoService) -> None:
    async with link_to(service.base_url, "intent=transcription&model=gpt-live-transcribe") as client:
        assert await client.ended() == 4000
        assert client.errors()[0]["code"] == "invalid_model"


async def test_a_gateway_wants_the_model_in_the_url(sample: Known) -> None:
    async with DemoService([sample], url_model=True) as service:
        async with link_to(service.base_url) as client:
            assert await client.ended() == 1011
        async with link_to(service.base_url, "intent=transcription&model=gpt-live-transcribe") as client:
            await client.configure("gpt-live-transcribe")


async def test_without_the_intent_it_is_a_conversation(service: DemoService) -> None:
    async with link_to(service.base_url, "model=gpt-realtime") as client:
        await client.until(lambda: client.of("session.created"))
        await client.send(update("gpt-live-transcribe"))
        await client.until(client.errors)
        assert client.errors()[0]["code"] == "invalid_parameter"


async def test_frames_that_are_no_events_are_refused_and_the_link_stays_open(service: DemoService, pcm: Pcm) -> None:
    async with link_to(service.base_url, strict=False) as client:
        await client.configure("gpt-live-transcribe")
        await client.socket.send_str("{")
        await client.socket.send_str("[1]")
        await client.socket.send_bytes(b"\0\1")
        for audio in (None, "@@", "AA==", ""):
            await client.send({"type": "input_audio_buffer.append", "audio": audio})
        await client.until(lambda: len(client.errors()) == 7)
        await client.append(pcm[: 5 * RATE])
        await client.commit()
        await client.until(lambda: client.of(COMPLETED))


async def test_several_links_at_once_do_not_mix(service: DemoService, truth: Truth, pcm: Pcm) -> None:
    async def one(first: float, last: float, words: str) -> None:
        async with link_to(service.base_url) as client:
            await client.configure("gpt-live-transcribe")
            await say(client, pcm[round(first * RATE) : round(last * RATE)], [])
            assert client.texts() == [words]

    segments = truth.segments
    await asyncio.gather(*(one(s.start - 0.3, s.end + 0.3, s.text) for s in (segments[0], segments[4], segments[8])))


async def test_azure_takes_its_own_key_header_and_deployments(sample: Known, truth: Truth, pcm: Pcm) -> None:
    async with DemoService([sample], key="az-key", aliases={"captions": "gpt-live-transcribe"}) as service:
        async with link_to(service.azure_url, headers={"api-key": "az-key"}) as client:
            await client.configure("captions")
            await say(client, pcm[: round(6.6 * RATE)], [])
            assert client.texts() == [truth.segments[0].text]
        assert service.links[0].auth == "api-key"
        for query, status in (
            ("intent=transcription&api-version=2025-04-01-preview", 401),
            ("intent=transcription&deployment=captions", 400),
        ):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                async with link_to(service.azure_url, query, headers={"api-key": "az-key"}):
                    pass
            assert refused.value.status == status


async def test_a_wrong_key_is_refused_and_never_kept(sample: Known) -> None:
    async with DemoService([sample], key="sk-right") as service:
        for headers in ({}, {"Authorization": "Bearer sk-wrong"}, {"api-key": "sk-right"}):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                async with link_to(service.base_url, headers=headers):
                    pass
            assert refused.value.status == 401
        assert "sk-" not in repr(service.requests)


async def test_the_official_client_works(service: DemoService, truth: Truth, pcm: Pcm) -> None:
    client = AsyncOpenAI(api_key="sk-test", base_url=service.base_url)
    turns: Any = update("gpt-live-transcribe")["session"]
    async with client.realtime.connect(extra_query={"intent": "transcription"}) as link:
        await link.session.update(session=turns)
        for first in range(0, round(6.6 * RATE), 4800):
            audio = base64.b64encode(pcm[first : first + 4800].tobytes()).decode()
            await link.input_audio_buffer.append(audio=audio)
        await link.input_audio_buffer.commit()
        async with asyncio.timeout(60):
            async for event in link:
                if event.type == "conversation.item.input_audio_transcription.completed":
                    assert event.transcript == truth.segments[0].text
                    break
    await client.close()
