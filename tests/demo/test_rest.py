"""Transcription requests: segments, labels, limits and refusals as the real service has them."""

from __future__ import annotations

import asyncio
import base64
import io
import json
from pathlib import Path
from typing import Any

import aiohttp
import numpy as np
import pytest
import soundfile
from multidict import CIMultiDictProxy
from openai import AsyncOpenAI, BadRequestError

from meetrec.demo.faults import Faults
from meetrec.demo.fingerprint import Known
from meetrec.demo.meeting import sample_path
from meetrec.demo.service import DemoService
from meetrec.demo.truth import Truth
from tests.demo.link_client import RATE, Pcm
from tests.wire import check_diarized, check_transcription

DIARIZE = {"model": "gpt-4o-transcribe-diarize", "response_format": "diarized_json", "chunking_strategy": "auto"}


def encoded(pcm: Pcm, kind: str = "WAV", rate: int = RATE) -> bytes:
    out = io.BytesIO()
    soundfile.write(out, pcm, rate, format=kind)
    return out.getvalue()


def clip(pcm: Pcm, start: float, end: float) -> str:
    """A reference clip as a data URL."""
    audio = encoded(pcm[round(start * RATE) : round(end * RATE)])
    return "data:audio/wav;base64," + base64.b64encode(audio).decode()


async def post(
    service: DemoService,
    audio: bytes,
    fields: dict[str, Any] = DIARIZE,
    *,
    name: str = "part.wav",
    headers: dict[str, str] | None = None,
    url: str = "",
) -> tuple[int, Any, CIMultiDictProxy[str]]:
    """Post audio; returns status, body (JSON where it is) and headers."""
    form = aiohttp.FormData()
    for key, value in fields.items():
        for one in value if isinstance(value, list) else [value]:
            form.add_field(key, one)
    form.add_field("file", io.BytesIO(audio), filename=name, content_type="audio/wav")
    headers = {"Authorization": "Bearer sk-test"} if headers is None else headers
    target = (url or service.base_url) + "/audio/transcriptions"
    async with (
        aiohttp.ClientSession() as session,
        session.post(target, data=form, headers=headers, allow_redirects=False) as response,
    ):
        body = await response.read()
        try:
            return response.status, json.loads(body), response.headers
        except ValueError:
            return response.status, body.decode(), response.headers


def text_by_speaker(body: dict[str, Any]) -> list[tuple[str, str]]:
    """Turns: neighboring segments of a speaker joined."""
    turns: list[tuple[str, str]] = []
    for one in body["segments"]:
        if turns and turns[-1][0] == one["speaker"]:
            turns[-1] = (one["speaker"], turns[-1][1] + one["text"])
        else:
            turns.append((one["speaker"], one["text"]))
    return [(speaker, text.strip()) for speaker, text in turns]


async def test_the_sample_comes_back_word_for_word_with_its_speakers(service: DemoService, truth: Truth) -> None:
    status, body, _headers = await post(service, sample_path().read_bytes(), name="meeting.flac")
    assert status == 200
    assert check_diarized(body) == []
    names = {"Ana": "A", "Ben": "B", "Callum": "C"}
    assert text_by_speaker(body) == [(names[one.speaker], one.text) for one in truth.segments]
    assert all(one["text"].startswith(" ") for one in body["segments"])
    assert body["segments"][0]["start"] == pytest.approx(truth.segments[0].start, abs=0.01)
    assert body["segments"][-1]["end"] == pytest.approx(truth.segments[-1].end, abs=0.01)
    assert body["duration"] == pytest.approx(truth.duration, abs=0.01)
    assert service.uploads[0].labels == {"A": "Ana", "B": "Ben", "C": "Callum"}
    assert service.uploads_coverage().missing == []


@pytest.mark.parametrize(("kind", "name"), [("WAV", "a.wav"), ("FLAC", "a.flac"), ("MP3", "a.mp3"), ("OGG", "a.ogg")])
async def test_every_format_we_upload_is_understood(
    service: DemoService, truth: Truth, pcm: Pcm, kind: str, name: str
) -> None:
    _status, body, _headers = await post(service, encoded(pcm[: 23 * RATE], kind), name=name)
    assert " ".join(text for _, text in text_by_speaker(body)) == " ".join(one.text for one in truth.segments[:5])


async def test_labels_are_given_afresh_by_order_of_appearance(service: DemoService, truth: Truth, pcm: Pcm) -> None:
    start = truth.segments[5].start - 0.4  # Callum, Ana, Callum, Ana, Callum, Ben
    _status, body, _headers = await post(service, encoded(pcm[round(start * RATE) :]))
    assert service.uploads[0].labels == {"A": "Callum", "B": "Ana", "C": "Ben"}
    assert body["segments"][0]["speaker"] == "A"


async def test_a_reference_names_its_voice_whatever_the_name_says(service: DemoService, truth: Truth, pcm: Pcm) -> None:
    callum, ana = truth.segments[5], truth.segments[0]
    fields = {
        **DIARIZE,
        "known_speaker_names[]": ["Ana", "S2"],
        "known_speaker_references[]": [clip(pcm, callum.start, callum.end), clip(pcm, ana.start, ana.end)],
    }
    _status, body, _headers = await post(service, encoded(pcm), fields)
    assert check_diarized(body) == []
    assert service.uploads[0].references == {"Ana": "Callum", "S2": "Ana"}
    assert service.uploads[0].labels == {"S2": "Ana", "A": "Ben", "Ana": "Callum"}
    assert "base64" not in repr(service.uploads[0].fields)


async def test_a_voice_that_is_not_in_the_audio_names_nobody(service: DemoService, truth: Truth, pcm: Pcm) -> None:
    ben = truth.segments[1]
    fields = {
        **DIARIZE,
        "known_speaker_names[]": ["Ben"],
        "known_speaker_references[]": [clip(pcm, ben.start, ben.start + 4)],
    }
    _status, body, _headers = await post(service, encoded(pcm[: round(6.5 * RATE)]), fields)
    assert {one["speaker"] for one in body["segments"]} == {"A"}


async def test_words_at_a_cut_go_to_one_side(service: DemoService, truth: Truth, pcm: Pcm) -> None:
    texts = []
    for first, last in ((0, 9.7), (9.7, 25.2), (25.2, 70)):
        _status, body, _headers = await post(service, encoded(pcm[round(first * RATE) : round(last * RATE)]))
        texts += [one["text"] for one in body["segments"]]
    assert " ".join(texts).split() == truth.words()
    assert service.uploads_coverage().repeated == []


async def test_unknown_speech_is_answered_honestly(service: DemoService, pcm: Pcm) -> None:
    noise = (np.random.default_rng(1).standard_normal(2 * RATE) * 3000).astype(np.int16)
    audio = np.concatenate([pcm[: 7 * RATE], noise, np.zeros(RATE, np.int16)])
    _status, body, _headers = await post(service, encoded(audio))
    assert check_diarized(body) == []
    assert body["segments"][-1]["text"] == " (simulated service: 2.0 s of speech it does not know)"
    assert body["segments"][-1]["speaker"] == "B"


async def test_silence_has_no_segments(service: DemoService) -> None:
    _status, body, _headers = await post(service, encoded(np.zeros(5 * RATE, np.int16)))
    assert body["segments"] == []


@pytest.mark.parametrize(
    ("fields", "usage"),
    [
        ({"model": "gpt-4o-transcribe"}, "tokens"),
        ({"model": "gpt-4o-mini-transcribe", "prompt": "Names: Ana."}, "tokens"),
        ({"model": "gpt-transcribe", "keywords[]": ["Callum"], "languages[]": ["en"]}, "duration"),
        ({"model": "whisper-1"}, "duration"),
        ({**DIARIZE, "response_format": "json"}, "duration"),
    ],
)
async def test_plain_json_has_the_text(
    service: DemoService, truth: Truth, pcm: Pcm, fields: dict[str, Any], usage: str
) -> None:
    status, body, _headers = await post(service, encoded(pcm[: round(6.6 * RATE)]), fields)
    assert (status, check_transcription(body)) == (200, [])
    assert body["text"] == truth.segments[0].text
    assert body["usage"]["type"] == usage


async def test_whisper_has_verbose_json(service: DemoService, pcm: Pcm) -> None:
    fields = {"model": "whisper-1", "response_format": "verbose_json", "timestamp_granularities[]": ["word"]}
    _status, body, _headers = await post(service, encoded(pcm[: 7 * RATE]), fields)
    assert check_transcription(body, verbose=True) == []
    assert body["words"][0]["word"] == "Good"


async def test_plain_text_is_plain(service: DemoService, truth: Truth, pcm: Pcm) -> None:
    audio = encoded(pcm[: round(6.6 * RATE)])
    _status, body, _headers = await post(service, audio, {**DIARIZE, "response_format": "text"})
    assert body == truth.segments[0].text + "\n"


@pytest.mark.parametrize(
    ("change", "status", "code", "param"),
    [
        ({"chunking_strategy": '{"type":"auto"}'}, 400, "invalid_value", "chunking_strategy"),
        ({"chunking_strategy": []}, 400, "invalid_value", "chunking_strategy"),
        ({"response_format": "verbose_json"}, 400, "unsupported_value", "response_format"),
        ({"prompt": "names"}, 400, "unsupported_parameter", "prompt"),
        ({"keywords[]": ["x"]}, 400, "unsupported_parameter", "keywords"),
        ({"nonsense": "x"}, 400, "unknown_parameter", "nonsense"),
        ({"model": "gpt-9"}, 404, "model_not_found", "model"),
        ({"model": "gpt-live-transcribe"}, 404, None, None),
        ({"model": "gpt-4o-transcribe"}, 400, "unsupported_value", "response_format"),
        ({"model": []}, 400, "missing_required_parameter", "model"),
        ({"known_speaker_names[]": ["S1"]}, 400, "invalid_value", "known_speaker_references"),
    ],
)
async def test_a_wrong_form_is_refused_by_name(
    service: DemoService, pcm: Pcm, change: dict[str, Any], status: int, code: str | None, param: str | None
) -> None:
    answered, body, _headers = await post(service, encoded(pcm[:RATE]), {**DIARIZE, **change})
    assert (answered, body["error"]["code"], body["error"]["param"]) == (status, code, param)


@pytest.mark.parametrize(("seconds", "status"), [(1.0, 400), (1.3, 200), (9.9, 200), (10.2, 400)])
async def test_references_last_from_1_2_to_10_seconds(
    service: DemoService, pcm: Pcm, seconds: float, status: int
) -> None:
    fields = {**DIARIZE, "known_speaker_names[]": ["S"], "known_speaker_references[]": [clip(pcm, 24, 24 + seconds)]}
    assert (await post(service, encoded(pcm[: 3 * RATE]), fields))[0] == status


async def test_at_most_four_references(service: DemoService, pcm: Pcm) -> None:
    fields = {
        **DIARIZE,
        "known_speaker_names[]": [f"S{n}" for n in range(5)],
        "known_speaker_references[]": [clip(pcm, 24 + n, 26 + n) for n in range(5)],
    }
    assert (await post(service, encoded(pcm[: 3 * RATE]), fields))[0] == 400


async def test_a_reference_that_is_no_audio_is_refused(service: DemoService, pcm: Pcm) -> None:
    for reference in ("hello", "data:audio/wav;base64,AAAA", "data:audio/wav;base64,@"):
        fields = {**DIARIZE, "known_speaker_names[]": ["S"], "known_speaker_references[]": [reference]}
        status, body, _headers = await post(service, encoded(pcm[: 3 * RATE]), fields)
        assert (status, body["error"]["param"]) == (400, "known_speaker_references[0]")


async def test_audio_has_a_least_and_a_greatest_length(service: DemoService, pcm: Pcm) -> None:
    status, body, _headers = await post(service, encoded(pcm[: RATE // 20]))
    assert (status, "shorter than 0.1 seconds" in body["error"]["message"]) == (400, True)
    long = encoded(np.zeros(8000 * 1401, np.int16), "FLAC", 8000)
    status, body, _headers = await post(service, long, name="long.flac")
    assert (status, body["error"]["code"], body["error"]["param"]) == (400, "invalid_value", None)
    assert "longer than 1400 seconds which is the maximum for this model" in body["error"]["message"]


async def test_a_file_over_25_mb_is_refused(service: DemoService) -> None:
    status, body, _headers = await post(service, bytes(26_214_401))
    assert status == 413
    assert "(26214400) exceeded (26214401 bytes read)" in body["error"]["message"]


async def test_a_file_that_is_no_audio_is_refused(service: DemoService) -> None:
    status, body, _headers = await post(service, b"not audio at all")
    assert (status, body["error"]["param"]) == (400, "file")
    status, body, _headers = await post(service, b"x", name="notes.docx")
    assert (status, "Unrecognized file format" in body["error"]["message"]) == (400, True)


async def test_what_is_no_form_is_refused(service: DemoService) -> None:
    headers = {"Authorization": "Bearer k"}
    async with aiohttp.ClientSession() as session:
        async with session.post(service.base_url + "/audio/transcriptions", data=b"x", headers=headers) as response:
            assert response.status == 400
        async with session.get(service.base_url + "/nowhere", headers=headers) as response:
            assert response.status == 404
            assert (await response.json())["error"]["message"] == "Invalid URL (GET /v1/nowhere)"


async def test_azure_forms_are_served(sample: Known, pcm: Pcm) -> None:
    async with DemoService([sample], key="az", aliases={"minutes": "gpt-4o-transcribe-diarize"}) as service:
        audio, headers = encoded(pcm[: 7 * RATE]), {"api-key": "az"}
        fields = {**DIARIZE, "model": "minutes"}
        assert (await post(service, audio, fields, headers=headers, url=service.azure_url))[0] == 200
        deployment = service.azure_url.removesuffix("/v1") + "/deployments/minutes"
        assert (await post(service, audio, fields, headers=headers, url=deployment))[0] == 200
        assert (await post(service, audio, fields, headers=headers))[0] == 401  # OpenAI's own form wants a bearer
        assert [one.model for one in service.uploads[:2]] == ["gpt-4o-transcribe-diarize"] * 2


async def test_the_official_client_works(service: DemoService, truth: Truth, tmp_path: Path) -> None:
    client = AsyncOpenAI(api_key="sk-test", base_url=service.base_url, max_retries=0)
    diarized: Any = {"response_format": "diarized_json", "chunking_strategy": "auto"}
    answer: Any = await client.audio.transcriptions.create(
        file=sample_path(), model="gpt-4o-transcribe-diarize", **diarized
    )
    assert " ".join(one.text.strip() for one in answer.segments) == " ".join(one.text for one in truth.segments)
    plain = await client.audio.transcriptions.create(file=sample_path(), model="gpt-4o-transcribe")
    assert plain.text.startswith("Good morning.")
    (tmp_path / "bad.wav").write_bytes(b"nothing")
    with pytest.raises(BadRequestError):
        await client.audio.transcriptions.create(file=tmp_path / "bad.wav", model="gpt-4o-transcribe")
    assert "gpt-live-transcribe" in [one.id async for one in client.models.list()]
    await client.close()


async def test_the_wait_for_an_answer_grows_with_the_audio(sample: Known, pcm: Pcm) -> None:
    async with DemoService([sample], faults=Faults(answer_delay=0.1, answer_delay_per_second=0.05)) as service:
        for seconds, least in ((1, 0.1), (10, 0.5)):
            await post(service, encoded(pcm[: seconds * RATE]))
            assert service.uploads[-1].answered - service.uploads[-1].started >= least


async def test_many_requests_at_once_are_answered_each_for_itself(service: DemoService, truth: Truth, pcm: Pcm) -> None:
    parts = [encoded(pcm[round((s.start - 0.2) * RATE) : round((s.end + 0.2) * RATE)]) for s in truth.segments[:8]]
    answers = await asyncio.gather(*(post(service, part) for part in parts))
    assert [" ".join(text for _, text in text_by_speaker(body)) for _, body, _ in answers] == [
        one.text for one in truth.segments[:8]
    ]
