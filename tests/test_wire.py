"""The strict checker lets good frames pass and sees what is wrong with bad ones."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.wire import check_client_event, check_diarized, check_form, check_server_event, check_transcription

AUDIO = base64.b64encode(bytes(4800)).decode()
LIVE = {
    "model": "gpt-live-transcribe",
    "languages": ["en"],
    "keywords": ["meetrec"],
    "delay": "low",
    "prompt": "A sync.",
}
SESSION = {
    "id": "sess_1",
    "object": "realtime.transcription_session",
    "type": "transcription",
    "expires_at": 1_795_200_000,
    "include": None,
    "audio": {
        "input": {"format": {"type": "audio/pcm", "rate": 24_000}, "transcription": None, "turn_detection": None}
    },
}
COMPLETED = {
    "type": "conversation.item.input_audio_transcription.completed",
    "event_id": "e",
    "item_id": "i",
    "content_index": 0,
    "transcript": "hi",
    "usage": {"type": "duration", "seconds": 2},
}
SEGMENT = {"type": "transcript.text.segment", "id": "seg_0", "start": 0, "end": 1.5, "text": " hi", "speaker": "A"}
DIARIZED = {"task": "transcribe", "duration": 2.0, "text": "hi", "segments": [SEGMENT]}
FORM = [
    ("model", "gpt-4o-transcribe-diarize"),
    ("response_format", "diarized_json"),
    ("chunking_strategy", "auto"),
    ("known_speaker_names[]", "S1"),
    ("known_speaker_references[]", "data:audio/wav;base64,AAAA"),
    ("file", "part-000.wav"),
]


def update(**given: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "format": {"type": "audio/pcm", "rate": 24_000},
        "transcription": {"model": "gpt-4o-transcribe", "language": "en"},
        "turn_detection": {"type": "server_vad", "silence_duration_ms": 500},
        **given,
    }
    return {"type": "session.update", "session": {"type": "transcription", "audio": {"input": values}}}


@pytest.mark.parametrize(
    "event",
    [
        update(),
        update(transcription=LIVE, turn_detection=None, noise_reduction=None),
        update(turn_detection={"type": "semantic_vad", "eagerness": "low"}, noise_reduction={"type": "far_field"}),
        {"type": "input_audio_buffer.append", "audio": AUDIO, "event_id": "c1"},
        {"type": "input_audio_buffer.commit"},
        {"type": "input_audio_buffer.clear"},
    ],
)
def test_good_client_events_pass(event: dict[str, Any]) -> None:
    assert check_client_event(event) == []


@pytest.mark.parametrize(
    "event",
    [
        [],
        {"type": "transcription_session.update", "session": {}},
        {"type": "session.update", "session": {"audio": {}}},
        update(transcription=LIVE),
        update(transcription={**LIVE, "languages": []}, turn_detection=None),
        update(transcription={**LIVE, "language": "en"}, turn_detection=None),
        update(transcription={**LIVE, "keywords": "meetrec"}, turn_detection=None),
        update(transcription={**LIVE, "keywords": ["a\nb"]}, turn_detection=None),
        update(transcription={**LIVE, "delay": "fast"}, turn_detection=None),
        update(transcription={"model": "gpt-4o-transcribe", "keywords": ["x"]}),
        update(transcription={}),
        update(format={"type": "audio/pcm", "rate": 16_000}),
        update(format="pcm16"),
        update(noise_reduction="near_field"),
        update(turn_detection={"threshold": 0.5}),
        update(turn_detection={"type": "server_vad", "threshold": 1.5}),
        update(turn_detection={"type": "server_vad", "silence_ms": 5}),
        update(turn_detection={"type": "server_vad", "silence_duration_ms": "500"}),
        {"type": "input_audio_buffer.append"},
        {"type": "input_audio_buffer.append", "audio": ""},
        {"type": "input_audio_buffer.append", "audio": "@@"},
        {"type": "input_audio_buffer.append", "audio": "AA=="},
        {"type": "input_audio_buffer.commit", "final": True},
    ],
)
def test_bad_client_events_are_seen(event: object) -> None:
    assert check_client_event(event)


@pytest.mark.parametrize(
    "event",
    [
        {"type": "session.created", "event_id": "e", "session": SESSION},
        {"type": "session.updated", "event_id": "e", "session": SESSION},
        {"type": "input_audio_buffer.speech_started", "event_id": "e", "item_id": "i", "audio_start_ms": 12},
        {"type": "input_audio_buffer.committed", "event_id": "e", "item_id": "i", "previous_item_id": None},
        {"type": "error", "event_id": "e", "error": {"type": "server_error", "message": "m", "code": None}},
        COMPLETED,
    ],
)
def test_good_server_events_pass(event: dict[str, Any]) -> None:
    assert check_server_event(event) == []


@pytest.mark.parametrize(
    "event",
    [
        None,
        {"type": "transcription.delta", "event_id": "e"},
        {"type": "session.created", "event_id": "e", "session": {**SESSION, "model": "x"}},
        {"type": "session.created", "event_id": "e", "session": {k: v for k, v in SESSION.items() if k != "id"}},
        {"type": "session.created", "session": SESSION},
        {"type": "input_audio_buffer.committed", "event_id": "e"},
        {"type": "error", "event_id": "e", "error": "boom"},
        {**COMPLETED, "transcript": None},
        {**COMPLETED, "usage": {"type": "duration", "seconds": "2"}},
        {**COMPLETED, "phrases": []},
        {k: v for k, v in COMPLETED.items() if k != "usage"},
    ],
)
def test_bad_server_events_are_seen(event: object) -> None:
    assert check_server_event(event)


def test_a_good_answer_passes() -> None:
    assert check_diarized(DIARIZED) == []
    assert check_transcription({"text": "hi", "usage": {"type": "duration", "seconds": 5}}) == []


@pytest.mark.parametrize(
    "change",
    [
        {"speaker": None},
        {"speaker": " "},
        {"text": " "},
        {"start": -1.0},
        {"end": 9.0},
        {"start": "0"},
        {"confidence": 1.0},
    ],
)
def test_bad_segments_are_seen(change: dict[str, Any]) -> None:
    assert check_diarized({**DIARIZED, "segments": [{**SEGMENT, **change}]})


def test_segments_out_of_order_or_with_one_id_are_seen() -> None:
    assert check_diarized({**DIARIZED, "segments": [SEGMENT, SEGMENT]})
    assert check_diarized({**DIARIZED, "segments": [{**SEGMENT, "start": 1.0}, {**SEGMENT, "id": "seg_1"}]})


def test_a_good_form_passes() -> None:
    assert check_form(FORM) == []
    assert check_form([("model", "gpt-transcribe"), ("languages[]", "de"), ("file", "a.mp3")]) == []


@pytest.mark.parametrize(
    "form",
    [
        [part for part in FORM if part[0] != "chunking_strategy"],
        [part for part in FORM if part[0] != "known_speaker_references[]"],
        [part for part in FORM if part[0] != "file"],
        [*FORM, ("prompt", "x")],
        [*FORM, ("speakers", "2")],
        [*FORM, ("model", "gpt-transcribe")],
        [(name.removesuffix("[]"), value) for name, value in FORM],
        [*FORM[:-1], ("file", "blob")],
        [*FORM[:-1], ("file", "päärt.wav")],
        [*FORM[:4], ("known_speaker_references[]", "AAAA"), FORM[5]],
        [("model", "gpt-4o-transcribe"), ("file", "a.wav"), ("keywords[]", "x")],
        [("model", "gpt-4o-transcribe"), ("file", "a.wav"), ("response_format", "diarized_json")],
    ],
)
def test_bad_forms_are_seen(form: list[tuple[str, str]]) -> None:
    assert check_form(form)
