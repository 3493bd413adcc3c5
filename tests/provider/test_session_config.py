from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from meetrec.core.models import CATALOGUE, find_model
from meetrec.core.settings import CaptionsSettings
from meetrec.provider.session_config import DROPPABLE, clean_keywords, link_config
from tests.wire import check_client_event

EVERYTHING = CaptionsSettings(
    languages=("de", "en"), keywords=("meetrec", "Łódź"), prompt="A weekly meeting.", delay="high", vad_threshold=0.7
)


def session(model: str, settings: CaptionsSettings = EVERYTHING) -> dict[str, Any]:
    update = json.loads(link_config(settings, find_model(model)).session_update("update_1"))
    assert check_client_event(update) == []
    audio: dict[str, Any] = update["session"]["audio"]["input"]
    return audio


@pytest.mark.parametrize("model", [model.name for model in CATALOGUE if model.captions] + ["my-live", "whatever"])
@pytest.mark.parametrize("detection", ["server_vad", "semantic_vad"])
def test_every_session_update_is_what_the_official_package_says(model: str, detection: Any) -> None:
    for settings in (EVERYTHING, CaptionsSettings(), CaptionsSettings(languages=("fr",), noise_reduction="off")):
        audio = session(model, dataclasses.replace(settings, turn_detection=detection))
        assert audio["format"] == {"type": "audio/pcm", "rate": 24000}
        assert audio["transcription"]["model"] == model


def test_a_model_that_wants_all_gets_all() -> None:
    assert session("gpt-live-transcribe") == {
        "format": {"type": "audio/pcm", "rate": 24000},
        "transcription": {
            "model": "gpt-live-transcribe",
            "languages": ["de", "en"],
            "keywords": ["meetrec", "Łódź"],
            "prompt": "A weekly meeting.",
            "delay": "high",
        },
        "noise_reduction": {"type": "far_field"},
        "turn_detection": None,
    }


def test_models_get_no_field_they_would_refuse() -> None:
    assert session("gpt-realtime-whisper")["transcription"] == {"model": "gpt-realtime-whisper", "delay": "high"}
    assert set(session("gpt-4o-transcribe")["transcription"]) == {"model", "prompt"}
    assert set(session("gpt-transcribe")["transcription"]) == {"model", "languages", "keywords", "prompt"}


def test_a_single_language_goes_to_models_that_take_one() -> None:
    audio = session("gpt-4o-transcribe", CaptionsSettings(languages=("de",)))
    assert audio["transcription"] == {"model": "gpt-4o-transcribe", "language": "de"}


def test_all_parameters_of_the_service_s_voice_detection_are_settings() -> None:
    assert session("gpt-4o-transcribe")["turn_detection"] == {
        "type": "server_vad",
        "threshold": 0.7,
        "prefix_padding_ms": 300,
        "silence_duration_ms": 500,
    }
    semantic = session("whisper-1", CaptionsSettings(turn_detection="semantic_vad", eagerness="high"))
    assert semantic["turn_detection"] == {"type": "semantic_vad", "eagerness": "high"}


def test_keywords_are_made_fit_since_a_single_bad_one_refuses_all() -> None:
    assert clean_keywords(("a\nb", "<c>", "", " < > ", "d", "d")) == ["a b", "c", "d"]


@pytest.mark.parametrize("param", DROPPABLE)
def test_a_refused_parameter_is_found_by_its_name_and_dropped_once(param: str) -> None:
    name = param.rsplit(".", 1)[1]
    settings = CaptionsSettings(languages=("de",)) if name == "language" else EVERYTHING
    model = "gpt-4o-transcribe" if name in ("language", "turn_detection") else "gpt-live-transcribe"
    config = link_config(settings, find_model(model))
    assert config.find_dropped(param, "") == param
    assert config.find_dropped(f"{param}.type", "") == param
    assert config.find_dropped("", f"{name} is not supported for this model") == param
    less = config.without(param)
    assert less.find_dropped(param, "") is None
    update = json.loads(less.session_update("u"))["session"]["audio"]["input"]
    assert name not in update["transcription"]
    assert not update.get(name)


def test_turn_detection_is_recognized_in_the_words_the_service_uses() -> None:
    config = link_config(CaptionsSettings(), find_model("gpt-4o-transcribe"))
    words = "Turn detection is not supported for this transcription model."
    dropped = config.find_dropped("", words)
    assert dropped == "session.audio.input.turn_detection"
    assert not config.client_cuts
    assert config.without(dropped).client_cuts


def test_a_parameter_that_cannot_be_done_without_is_not_dropped() -> None:
    config = link_config(EVERYTHING, find_model("gpt-live-transcribe"))
    assert config.find_dropped("session.audio.input.transcription.model", "delay") is None
    assert config.find_dropped("session.type", "") is None
