"""What POST /v1/audio/transcriptions accepts, and the words and statuses it refuses with.

Written from the types of the `openai` package and from reports of the real service, on purpose not from our own
catalogue of models: were that wrong, the tests would not see it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

FILE_MODELS = (
    "gpt-4o-transcribe-diarize",
    "gpt-4o-transcribe",
    "gpt-4o-mini-transcribe",
    "gpt-4o-mini-transcribe-2025-12-15",
    "gpt-4o-mini-transcribe-2025-03-20",
    "gpt-transcribe",
    "whisper-1",
)
_LIMITED_MODELS = ("gpt-4o-transcribe", "gpt-4o-transcribe-diarize")
_EXTENSIONS = ("flac", "m4a", "mp3", "mp4", "mpeg", "mpga", "oga", "ogg", "wav", "webm")
_FIELDS = {
    "model", "response_format", "chunking_strategy", "known_speaker_names[]", "known_speaker_references[]", "language",
    "languages[]", "keywords[]", "prompt", "temperature", "stream", "include[]", "timestamp_granularities[]",
}  # fmt: skip
_NOT_WITH_SPEAKERS = ("prompt", "include[]", "timestamp_granularities[]", "keywords[]", "languages[]")
_MOST_REFERENCES = 4
_LEAST_SECONDS = 0.1
_REFERENCE_SECONDS = (1.2, 10.0)


class ApiError(Exception):
    """An answer of the API that is an error: HTTP status, and `message`, `type`, `param`, `code` of its body."""

    def __init__(
        self, status: int, message: str, *, param: str | None = None, code: str | None = None,
        type: str = "invalid_request_error", headers: dict[str, str] | None = None,  # noqa: A002  the API's name
    ) -> None:  # fmt: skip
        super().__init__(message)
        self.status, self.headers = status, headers or {}
        self.body: dict[str, Any] = {"error": {"message": message, "type": type, "param": param, "code": code}}


@dataclass
class Form:
    """The fields of a request, each with its values in order, and what is known of the file."""

    fields: dict[str, list[str]] = field(default_factory=dict)
    file_name: str | None = None
    file_type: str = ""
    bytes: int = 0

    def one(self, name: str) -> str | None:
        """The last value of a field, None where it was not sent."""
        return self.fields[name][-1] if self.fields.get(name) else None

    def all(self, name: str) -> list[str]:
        """All values of a repeated field."""
        return self.fields.get(name, [])

    @property
    def response_format(self) -> str:
        """The format asked for, "json" by default."""
        return self.one("response_format") or "json"


def checked_model(form: Form, deployment: str | None, aliases: dict[str, str], max_bytes: int) -> str:
    """The model of a request whose fields are in order. Raises ApiError."""
    if form.file_name is None:
        raise ApiError(400, "You must provide a file.", param="file", code="missing_required_parameter")
    if form.bytes > max_bytes:
        message = f"413: Maximum content size limit ({max_bytes}) exceeded ({form.bytes} bytes read)"
        raise ApiError(413, message, type="server_error")
    named = form.one("model") or deployment
    if not named:
        raise ApiError(400, "You must provide a model parameter.", param="model", code="missing_required_parameter")
    model = aliases.get(named, named)
    if model in ("gpt-live-transcribe", "gpt-realtime-whisper"):
        raise ApiError(404, "Invalid URL (POST /v1/audio/transcriptions)")
    if model not in FILE_MODELS:
        message = f"The model `{named}` does not exist or you do not have access to it."
        raise ApiError(404, message, param="model", code="model_not_found")
    _check_names(form)
    if form.file_name.rsplit(".", 1)[-1].lower() not in _EXTENSIONS:
        message = f"Unrecognized file format. Supported formats: {list(_EXTENSIONS)}"
        raise _bad(message, "file")
    _check_format(form, model)
    (_check_diarizing if model.endswith("-diarize") else _check_plain)(form, model)
    return model


def check_duration(seconds: float, model: str, max_seconds: float) -> None:
    """Refuse audio that is too short or, for the models that have a limit, too long."""
    if seconds < _LEAST_SECONDS:
        message = f"audio duration {seconds:f} seconds is shorter than 0.1 seconds which is the minimum for this model"
        raise _bad(message, None, "audio_too_short")
    if seconds > max_seconds and model in _LIMITED_MODELS:
        raise too_long(seconds, max_seconds)


def too_long(seconds: float, limit: float) -> ApiError:
    """The refusal of audio longer than the model takes."""
    maximum = f"{limit:.0f} seconds which is the maximum for this model"
    return _bad(f"audio duration {seconds:f} seconds is longer than {maximum}", None)


def check_reference(number: int, seconds: float) -> None:
    """Refuse a reference clip of the wrong length. The placeholder in the text is the real service's own."""
    least, most = _REFERENCE_SECONDS
    if not least - 1e-3 <= seconds <= most + 1e-3:
        message = "Known speaker reference duration {duration_s} must be " + f"between {least:g} and {most:g} seconds"
        raise _bad(message, f"known_speaker_references[{number}]")


def bad_reference(number: int, why: str) -> ApiError:
    """The refusal of a reference that is no audio."""
    return _bad(f"Invalid known speaker reference: {why}", f"known_speaker_references[{number}]")


def unreadable() -> ApiError:
    """The refusal of a file that is no audio."""
    return _bad("Audio file might be corrupted or unsupported", "file")


def _check_names(form: Form) -> None:
    for name in form.fields:
        if name not in _FIELDS and not name.startswith("chunking_strategy["):
            raise ApiError(400, f"Unknown parameter: '{name}'.", param=name, code="unknown_parameter")


def _check_format(form: Form, model: str) -> None:
    allowed = {"json", "text"}
    if model.endswith("-diarize"):
        allowed.add("diarized_json")
    if model == "whisper-1":
        allowed.add("verbose_json")
    if form.response_format not in allowed:
        inner = f"{model}-api-ev3" if model.endswith("-diarize") else model
        message = f"response_format '{form.response_format}' is not compatible with model '{inner}'"
        raise _bad(message, "response_format", "unsupported_value")
    if form.all("timestamp_granularities[]") and form.response_format != "verbose_json":
        raise _bad("timestamp_granularities needs response_format verbose_json", "timestamp_granularities")


def _check_diarizing(form: Form, _model: str) -> None:
    chunking = form.one("chunking_strategy") or form.one("chunking_strategy[type]")
    if chunking != "auto" and form.one("chunking_strategy[type]") != "server_vad":
        raise _bad("chunking_strategy is required for diarization models", "chunking_strategy")
    for name in _NOT_WITH_SPEAKERS:
        if form.all(name):
            raise _bad(f"{name} is not supported for diarization models", name.rstrip("[]"), "unsupported_parameter")
    names, references = form.all("known_speaker_names[]"), form.all("known_speaker_references[]")
    if len(names) != len(references):
        message = "known_speaker_names and known_speaker_references must have the same length"
        raise _bad(message, "known_speaker_references")
    if len(names) > _MOST_REFERENCES:
        raise _bad(f"At most {_MOST_REFERENCES} known speakers are supported", "known_speaker_names")
    if len(set(names)) != len(names):
        raise _bad("known_speaker_names must be unique", "known_speaker_names")


def _check_plain(form: Form, model: str) -> None:
    for name in ("known_speaker_names[]", "known_speaker_references[]"):
        if form.all(name):
            raise _bad(f"{name} needs a diarization model", name.rstrip("[]"), "unsupported_parameter")
    for name in ("keywords[]", "languages[]"):
        if form.all(name) and model != "gpt-transcribe":
            raise _bad(f"{name} is not supported by {model}", name.rstrip("[]"), "unsupported_parameter")
    if form.one("language") and (form.all("languages[]") or model == "gpt-transcribe"):
        raise _bad("Give languages instead of language", "language")
    if form.all("include[]") and not (model.startswith("gpt-4o") and form.response_format == "json"):
        raise _bad("include is not supported here", "include", "unsupported_parameter")


def _bad(message: str, param: str | None, code: str = "invalid_value") -> ApiError:
    return ApiError(400, message, param=param, code=code)
