"""What a transcription session accepts in session.update, and the words it refuses with.

Written from the types of the `openai` package and from reports of the real service, on purpose not from our own
catalogue of models: were that wrong, the tests would not see it.
"""

from __future__ import annotations

from typing import Any

INPUT = "session.audio.input"
TRANSCRIPTION = INPUT + ".transcription"
RATE_HZ = 24_000
STREAMING_MODELS = ("gpt-live-transcribe", "gpt-realtime-whisper")
CLIENT_MODELS = (*STREAMING_MODELS, "gpt-transcribe")
_SERVER_MODELS = (
    "gpt-4o-transcribe",
    "gpt-4o-mini-transcribe",
    "gpt-4o-mini-transcribe-2025-12-15",
    "gpt-4o-mini-transcribe-2025-03-20",
    "whisper-1",
)
LINK_MODELS = CLIENT_MODELS + _SERVER_MODELS
_HINTED_MODELS = ("gpt-live-transcribe", "gpt-transcribe")
_DELAYS = ("minimal", "low", "medium", "high", "xhigh")
_SERVER_VAD = {"type": "server_vad", "threshold": 0.5, "prefix_padding_ms": 300, "silence_duration_ms": 200}
_VAD_KEYS = {
    "server_vad": {*_SERVER_VAD, "idle_timeout_ms", "create_response", "interrupt_response"},
    "semantic_vad": {"type", "eagerness", "create_response", "interrupt_response"},
}


class RefusedUpdateError(Exception):
    """Why a session.update is refused: `message`, `param` and `code` of the error event."""

    def __init__(self, message: str, param: str | None, code: str = "invalid_value") -> None:
        super().__init__(message)
        self.message, self.param, self.code = message, param, code


def first_input() -> dict[str, Any]:
    """`audio.input` of a fresh session."""
    return {
        "format": {"type": "audio/pcm", "rate": RATE_HZ},
        "transcription": None,
        "noise_reduction": None,
        "turn_detection": dict(_SERVER_VAD),
    }


def updated_input(current: dict[str, Any], session: Any, rejected: tuple[str, ...], aliases: dict[str, str]) -> Any:
    """`audio.input` after an update by `session`; `aliases` maps deployments to models. Raises RefusedUpdateError."""
    if not isinstance(session, dict) or session.get("type") is None:
        message = "Missing required parameter: 'session.type'."
        raise RefusedUpdateError(message, "session.type", "missing_required_parameter")
    if session["type"] != "transcription":
        message = f"Passing a {session['type']} session update event to a transcription session is not allowed."
        raise RefusedUpdateError(message, "session.type", "invalid_parameter")
    _only(session, {"type", "audio", "include"}, "session")
    audio = _object(session.get("audio", {}), "session.audio")
    _only(audio, {"input"}, "session.audio")
    change = _object(audio.get("input", {}), INPUT)
    _only(change, set(first_input()), INPUT)
    _check_rejected(change, rejected)
    new = {**current, **change}
    if isinstance(change.get("transcription"), dict):
        new["transcription"] = {**(current["transcription"] or {}), **change["transcription"]}
    _check_format(new["format"])
    new["turn_detection"] = _checked_turns(new["turn_detection"])
    _check_noise(new["noise_reduction"])
    if new["transcription"] is not None:
        model = _checked_transcription(_object(new["transcription"], TRANSCRIPTION), aliases)
        if model in STREAMING_MODELS and new["turn_detection"] is not None:
            message = "Turn detection is not supported for this transcription model."
            raise RefusedUpdateError(message, f"{INPUT}.turn_detection")
        if session.get("include") and not model.startswith("gpt-4o"):
            message = "The parameter 'session.include' is not supported for this transcription model."
            raise RefusedUpdateError(message, "session.include")
    return new


def _check_rejected(change: dict[str, Any], rejected: tuple[str, ...]) -> None:
    transcription = change.get("transcription")
    for param in rejected:
        inside = transcription if param.startswith(TRANSCRIPTION + ".") and isinstance(transcription, dict) else change
        if inside.get(param.rsplit(".", 1)[-1]) is not None:
            raise RefusedUpdateError(f"Unsupported parameter: '{param}'.", param, "unsupported_parameter")


def _check_format(value: Any) -> None:
    given = _object(value, f"{INPUT}.format")
    _only(given, {"type", "rate"}, f"{INPUT}.format")
    if given.get("type") != "audio/pcm":
        message = f"Invalid value: '{given.get('type')}'. The simulated service takes 'audio/pcm' only."
        raise RefusedUpdateError(message, f"{INPUT}.format.type")
    rate = given.get("rate", RATE_HZ)
    if rate != RATE_HZ:
        low = isinstance(rate, int) and rate < RATE_HZ
        word, sign = ("below minimum", ">=") if low else ("above maximum", "<=")
        param = f"{INPUT}.format.rate"
        message = f"Invalid '{param}': integer {word} value. Expected a value {sign} {RATE_HZ}, but got {rate} instead."
        raise RefusedUpdateError(message, param, "integer_below_min_value" if low else "integer_above_max_value")


def _checked_turns(value: Any) -> dict[str, Any] | None:
    if value is None:
        return None
    param = f"{INPUT}.turn_detection"
    given = _object(value, param)
    if given.get("type") not in _VAD_KEYS:
        message = f"Invalid value: '{given.get('type')}'. Supported values are: 'server_vad' and 'semantic_vad'."
        raise RefusedUpdateError(message, f"{param}.type")
    _only(given, _VAD_KEYS[given["type"]], param)
    if given["type"] == "semantic_vad":
        return given
    turns = {**_SERVER_VAD, **given}
    if not _number(turns["threshold"]) or not 0.0 <= turns["threshold"] <= 1.0:
        raise RefusedUpdateError(f"Invalid '{param}.threshold': expected a value from 0 to 1.", f"{param}.threshold")
    for key in ("prefix_padding_ms", "silence_duration_ms"):
        if not isinstance(turns[key], int) or turns[key] < 0:
            raise RefusedUpdateError(f"Invalid '{param}.{key}': expected an integer >= 0.", f"{param}.{key}")
    return turns


def _check_noise(value: Any) -> None:
    if value is None:
        return
    param = f"{INPUT}.noise_reduction"
    given = _object(value, param)
    if given.get("type") not in ("near_field", "far_field"):
        message = f"Invalid value: '{given.get('type')}'. Supported values are: 'near_field' and 'far_field'."
        raise RefusedUpdateError(message, f"{param}.type")


def _checked_transcription(given: dict[str, Any], aliases: dict[str, str]) -> str:
    """The model named, after all else was found to fit it."""
    _only(given, {"model", "language", "languages", "keywords", "prompt", "delay"}, TRANSCRIPTION)
    named = given.get("model")
    if not isinstance(named, str):
        raise _refused("model", f"Missing required parameter: '{TRANSCRIPTION}.model'.")
    model = aliases.get(named, named)
    if model not in LINK_MODELS:
        known = ", ".join(f"'{one}'" for one in LINK_MODELS)
        raise _refused("model", f"Invalid value: '{named}'. Supported values are: {known}.")
    hinted = model in _HINTED_MODELS
    _check_words(given, "keywords", hinted)
    _check_words(given, "languages", hinted)
    if "language" in given and hinted:
        raise _refused("language", "Language is not supported for this transcription model, give languages instead.")
    if "delay" in given and (model not in STREAMING_MODELS or given["delay"] not in _DELAYS):
        raise _refused("delay", f"Invalid '{TRANSCRIPTION}.delay' for this transcription model.")
    if given.get("prompt") and model == "gpt-realtime-whisper":
        raise _refused("prompt", "Prompt is not supported for this transcription model.")
    return model


def _check_words(given: dict[str, Any], key: str, hinted: bool) -> None:
    """Keywords and languages: lists of single lines, and only where the model takes them."""
    if key not in given:
        return
    words = given[key]
    if not hinted:
        raise _refused(key, f"The parameter '{TRANSCRIPTION}.{key}' is not supported for this transcription model.")
    fine = isinstance(words, list) and all(isinstance(one, str) and one.strip() for one in words)
    if not fine or (key == "languages" and not words) or any(set("<>\r\n") & set(one) for one in words):
        raise _refused(key, f"Invalid '{TRANSCRIPTION}.{key}': expected a list of single lines without < and >.")


def _refused(key: str, message: str) -> RefusedUpdateError:
    return RefusedUpdateError(message, f"{TRANSCRIPTION}.{key}")


def _only(given: dict[str, Any], known: set[str], param: str) -> None:
    for key in sorted(set(given) - known):
        raise RefusedUpdateError(f"Unknown parameter: '{param}.{key}'.", f"{param}.{key}", "unknown_parameter")


def _object(value: Any, param: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        message = f"Invalid type for '{param}': expected an object, but got {value!r:.40} instead."
        raise RefusedUpdateError(message, param, "invalid_type")
    return value


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
