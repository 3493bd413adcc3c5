"""Is this frame, form or answer what the `openai` package says it should be?

The package's own models take unknown keys and convert types, so they are rebuilt here as pydantic models that do
neither. Every `check_…` returns a list of complaints, empty if there is none.
"""

from __future__ import annotations

import base64
import binascii
import collections.abc
import functools
import itertools
import re
import types
import typing
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pydantic
import typing_extensions
from openai._types import SequenceNotStr
from openai.types.audio import Transcription, TranscriptionDiarized, TranscriptionVerbose
from openai.types.audio.transcription_create_params import TranscriptionCreateParamsBase
from openai.types.realtime.realtime_client_event_param import RealtimeClientEventParam
from openai.types.realtime.realtime_server_event import RealtimeServerEvent
from openai.types.realtime.realtime_transcription_session_create_response import (
    RealtimeTranscriptionSessionCreateResponse,
)

MAX_APPEND_BYTES = 15 * 1024 * 1024
_STRICT = pydantic.ConfigDict(extra="forbid", strict=True, protected_namespaces=())
_WRAPPERS = (typing.Annotated, typing_extensions.Required, typing_extensions.NotRequired)
# The types do not say so, but null is the documented way to switch these off.
_MAY_BE_NULL = {("RealtimeTranscriptionSessionAudioInputParam", name) for name in ("turn_detection", "noise_reduction")}
_SPEAKER_FIELDS = ("known_speaker_names[]", "known_speaker_references[]")
_DATA_URL = re.compile(r"data:audio/[\w.+-]+;base64,[A-Za-z0-9+/]+=*")
_FILE_NAME = re.compile(r"[ -~]+\.(flac|mp3|mp4|mpeg|mpga|m4a|ogg|wav|webm)")


def check_client_event(event: object) -> list[str]:
    """What is wrong with an event we send on a link."""
    complaints = _check_event(event, _client_events())
    if complaints or not isinstance(event, dict):
        return complaints
    if event["type"] == "input_audio_buffer.append":
        return _check_audio(event["audio"])
    if event["type"] == "session.update":
        return _check_session(event["session"])
    return []


def check_server_event(event: object) -> list[str]:
    """What is wrong with an event the service sends on a link."""
    session = event.get("session") if isinstance(event, dict) else None
    if isinstance(event, dict) and isinstance(session, dict) and session.get("type") == "transcription":
        # The type of the event names what is asked for as a session; what is answered has a type of its own.
        complaints = _check_event({**event, "session": {"type": "transcription"}}, _server_events())
        return complaints + _validate(RealtimeTranscriptionSessionCreateResponse, session)
    return _check_event(event, _server_events())


def check_diarized(body: object) -> list[str]:
    """What is wrong with an answer in diarized_json."""
    complaints = _validate(TranscriptionDiarized, body)
    if complaints or not isinstance(body, dict):
        return complaints
    segments = body["segments"]
    if len({one["id"] for one in segments}) < len(segments):
        complaints.append("segments: an id comes twice")
    for one, following in itertools.pairwise(segments):
        if following["start"] < one["start"]:
            complaints.append(f"segments: {following['id']} starts before the one before it")
    for one in segments:
        if not 0.0 <= one["start"] <= one["end"] <= body["duration"] + 1e-3:
            complaints.append(f"segments: {one['id']} is not inside the audio")
        if not one["speaker"].strip() or not one["text"].strip():
            complaints.append(f"segments: {one['id']} has no speaker or no text")
    return complaints


def check_transcription(body: object, verbose: bool = False) -> list[str]:
    """What is wrong with an answer in json (or verbose_json)."""
    return _validate(TranscriptionVerbose if verbose else Transcription, body)


def check_form(parts: list[tuple[str, str]]) -> list[str]:
    """What is wrong with a form, given as (part name, value) in order; the file as ("file", its name)."""
    complaints = []
    values: dict[str, list[str]] = {}
    for name, value in parts:
        plain = re.sub(r"^chunking_strategy\[\w+\]$", "chunking_strategy", name)
        if plain not in _form_names():
            complaints.append(f"{name}: unknown")
        values.setdefault(plain, []).append(value)
    complaints += [f"{name}: missing" for name in ("file", "model") if name not in values]
    complaints += [f"{name}: twice" for name, all_ in values.items() if len(all_) > 1 and not name.endswith("[]")]
    if not _FILE_NAME.fullmatch(values.get("file", [""])[0]):
        complaints.append("file: the name needs a supported extension and plain characters")
    diarizing = "diarize" in values.get("model", [""])[0]
    return complaints + (_check_diarizing_form(values) if diarizing else _check_plain_form(values))


def _check_diarizing_form(values: dict[str, list[str]]) -> list[str]:
    complaints = []
    names, references = (values.get(name, []) for name in _SPEAKER_FIELDS)
    if "chunking_strategy" not in values:
        complaints.append("chunking_strategy: missing")
    others = ("prompt", "include[]", "timestamp_granularities[]", "keywords[]", "languages[]")
    complaints += [f"{name}: not with speakers" for name in others if name in values]
    if values.get("response_format", ["json"])[0] not in ("json", "text", "diarized_json"):
        complaints.append("response_format: not with speakers")
    if len(names) != len(references) or len(names) > 4 or len(set(names)) < len(names):
        complaints.append("known_speaker_names[]: at most 4, no two alike, each with a reference")
    complaints += ["known_speaker_references[]: no data URL" for one in references if not _DATA_URL.fullmatch(one)]
    return complaints


def _check_plain_form(values: dict[str, list[str]]) -> list[str]:
    complaints = [f"{name}: only with speakers" for name in _SPEAKER_FIELDS if name in values]
    if values.get("response_format", ["json"])[0] == "diarized_json":
        complaints.append("response_format: only with speakers")
    if "language" in values and "languages[]" in values:
        complaints.append("language: not with languages[]")
    if values.get("model", [""])[0] != "gpt-transcribe":
        complaints += [f"{name}: only for gpt-transcribe" for name in ("keywords[]", "languages[]") if name in values]
    return complaints


def _check_audio(audio: str) -> list[str]:
    try:
        pcm = base64.b64decode(audio, validate=True)
    except binascii.Error:
        return ["audio: not base64"]
    if not pcm or len(pcm) % 2 or len(pcm) > MAX_APPEND_BYTES:
        return [f"audio: {len(pcm)} bytes"]
    return []


def _check_session(session: dict[str, Any]) -> list[str]:
    """The rules of transcription sessions that the types do not express."""
    if session["type"] != "transcription":
        return ["session.type: not transcription"]
    given = session.get("audio", {}).get("input", {})
    transcription, turns = given.get("transcription", {}), given.get("turn_detection")
    model = transcription.get("model", "")
    streaming = model in ("gpt-live-transcribe", "gpt-realtime-whisper")
    hinted = model in ("gpt-live-transcribe", "gpt-transcribe")
    broken = {
        "transcription.model: missing": not model,
        "turn_detection: must be null for this model": (streaming or hinted) and turns is not None,
        "turn_detection.threshold: not from 0 to 1": not 0.0 <= (turns or {}).get("threshold", 0.5) <= 1.0,
        "keywords and languages: not for this model": not hinted
        and bool({"keywords", "languages"} & set(transcription)),
        "languages: empty": transcription.get("languages") == [],
        "language: give languages for this model": hinted and "language" in transcription,
        "delay: not for this model": not streaming and "delay" in transcription,
        "prompt: not for this model": model == "gpt-realtime-whisper" and "prompt" in transcription,
        "keywords: single lines without < and >": any(
            set("<>\r\n") & set(k) for k in transcription.get("keywords", [])
        ),
        "include: not for this model": "include" in session and not model.startswith("gpt-4o"),
    }
    return [complaint for complaint, is_so in broken.items() if is_so]


# -- the package's types, made strict -----------------------------------------------------------------------------


def _check_event(event: object, known: dict[str, type]) -> list[str]:
    kind = event.get("type") if isinstance(event, dict) else None
    if not isinstance(kind, str) or kind not in known:
        return [f"type: {kind!r} is no event"]
    return _validate(known[kind], event)


def _validate(of: type, value: object) -> list[str]:
    try:
        _adapter(of).validate_python(value)
    except pydantic.ValidationError as error:
        return [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors(include_url=False)]
    return []


@functools.cache
def _adapter(of: type) -> pydantic.TypeAdapter[Any]:
    return pydantic.TypeAdapter(_strict_class(of))


@functools.cache
def _strict_class(of: type) -> type:
    """A model with the fields of a TypedDict or pydantic model that takes no other key and converts nothing."""
    fields: dict[str, Any] = {}
    if typing_extensions.is_typeddict(of):
        for name, hint in typing_extensions.get_type_hints(of, include_extras=True).items():
            kind = _strict(hint)
            if (of.__name__, name) in _MAY_BE_NULL:
                kind = kind | None
            fields[name] = (kind, ... if _is_required(of, hint) else pydantic.Field(default=None))
    else:
        for name, info in of.model_fields.items():  # type: ignore[attr-defined]
            fields[info.alias or name] = (_strict(info.annotation), ... if info.is_required() else None)
    return pydantic.create_model(f"Strict{of.__name__}", __config__=_STRICT, **fields)


def _is_required(of: type, hint: Any) -> bool:
    while get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    origin = get_origin(hint)
    return origin is typing_extensions.Required or (bool(of.__total__) and origin is not typing_extensions.NotRequired)  # type: ignore[attr-defined]


def _strict(hint: Any) -> Any:
    """A type hint with all classes in it replaced by strict ones."""
    while get_origin(hint) in _WRAPPERS:
        hint = get_args(hint)[0]
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return Union[tuple(_strict(one) for one in inner)]  # noqa: UP007  built from a tuple
    if origin in (list, collections.abc.Iterable, collections.abc.Sequence, SequenceNotStr):
        return list[_strict(inner[0])]  # type: ignore[misc]
    if origin is dict:
        return dict[_strict(inner[0]), _strict(inner[1])]  # type: ignore[misc]
    if hint is object:
        return Any
    is_model = isinstance(hint, type) and issubclass(hint, pydantic.BaseModel)
    return _strict_class(hint) if is_model or typing_extensions.is_typeddict(hint) else hint


@functools.cache
def _client_events() -> dict[str, type]:
    return _by_type(RealtimeClientEventParam)


@functools.cache
def _server_events() -> dict[str, type]:
    return _by_type(RealtimeServerEvent)


def _by_type(union: Any) -> dict[str, type]:
    """The members of a union of events by the value of their `type`."""
    while get_origin(union) is Annotated:
        union = get_args(union)[0]
    found = {}
    for member in get_args(union):
        if typing_extensions.is_typeddict(member):
            hint = typing_extensions.get_type_hints(member, include_extras=True)["type"]
        else:
            hint = member.model_fields["type"].annotation
        while get_origin(hint) in _WRAPPERS:
            hint = get_args(hint)[0]
        if get_origin(hint) is Literal:
            found.update(dict.fromkeys(get_args(hint), member))
    return found


@functools.cache
def _form_names() -> set[str]:
    """The names of form parts as the package sends them: lists with brackets."""
    hints = typing_extensions.get_type_hints(TranscriptionCreateParamsBase)
    lists = (
        "include",
        "keywords",
        "languages",
        "timestamp_granularities",
        "known_speaker_names",
        "known_speaker_references",
    )
    return {f"{name}[]" if name in lists else name for name in hints} | {"stream"}
