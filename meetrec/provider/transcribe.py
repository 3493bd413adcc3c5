"""Transcriber: one recording, or a part of one, to text, with speakers where the model tells them.

POST `audio/transcriptions`; form fields and answers as in the `openai` package, types/audio
(transcription_create_params, transcription_diarized).
"""

from __future__ import annotations

import asyncio
import base64
import math
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from meetrec.core.events import RequestSent
from meetrec.core.models import Model
from meetrec.provider.auth import SignIn
from meetrec.provider.endpoints import Endpoint
from meetrec.provider.http import Form, HttpClient, Reply, failure

MAX_KNOWN_SPEAKERS = 4
MOST_SEGMENTS = 50_000
"""What a part may have: two words a second, each by itself, are less than a tenth of that."""
_READ_LIMIT_S = 120.0
_TYPES = {
    ".wav": "audio/wav",
    ".flac": "audio/flac",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
    ".m4a": "audio/mp4",
    ".webm": "audio/webm",
}


@dataclass(frozen=True)
class Answer:
    """What the service said: `raw` as received, and its segments, which core/transcript.py cleans.

    A model that tells no times gives one segment for all of it.
    """

    raw: Mapping[str, Any] = field(repr=False)
    segments: Sequence[Mapping[str, Any]] = field(repr=False)
    billed_seconds: float
    request_id: str = ""
    unanswered: int = 0
    """How many requests before this one had no answer, and may be charged."""


class Transcriber:
    """Sends recordings to one endpoint. `ledger` is told of every try."""

    def __init__(
        self,
        endpoint: Endpoint,
        sign_in: SignIn,
        *,
        ledger: Callable[[RequestSent], None] | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._endpoint = endpoint
        self._sign_in = sign_in
        self._http = HttpClient(ledger=ledger, sleep=sleep, jitter=jitter, wall=wall)
        self._form_in_use = 0
        """Which of the endpoint's addresses works."""

    async def transcribe(
        self,
        path: Path,
        *,
        model: Model,
        audio_seconds: float,
        language: str = "",
        known_speakers: Sequence[tuple[str, bytes]] = (),
        unanswered: int = 0,
    ) -> Answer:
        """Transcribe the file at `path`, `audio_seconds` long. `known_speakers` are names and WAV files of 2 to 10 s.

        `unanswered` counts the requests with the same sound that had no answer before: it is asked for blindly, which
        may cost twice, only once in all.

        Raises RefusedError (TooLongError where it must be cut smaller), UnavailableError, MisunderstoodError,
        StorageError where the file cannot be read, SettingsError where no key can be had.
        """
        form = Form(
            fields=form_fields(model, language, known_speakers),
            path=path,
            file_name=f"audio{path.suffix.lower()}",
            content_type=_TYPES.get(path.suffix.lower(), "application/octet-stream"),
            unanswered=unanswered,
        )
        reply = await self._post(form, model, max(_READ_LIMIT_S, 0.5 * audio_seconds))
        if reply.status >= 300:
            raise failure(reply, self._endpoint.host)
        segments = read_segments(reply.body, audio_seconds)
        if segments is None:
            raise failure(reply, self._endpoint.host)
        billed = billed_seconds(reply.body, audio_seconds)
        return Answer(reply.body, segments, billed, reply.request_id, reply.unanswered)

    async def _post(self, form: Form, model: Model, read_limit_s: float) -> Reply:
        urls = self._endpoint.transcription_urls(model.name)
        url = urls[min(self._form_in_use, len(urls) - 1)]
        reply = await self._post_signed(url, form, read_limit_s)
        if reply.status == 404 and len(urls) > 1 and self._form_in_use == 0:
            # some Azure resources know a deployment under the older address only
            other = await self._post_signed(urls[1], form, read_limit_s)
            if other.status != 404:
                self._form_in_use = 1
                return other
        return reply

    async def _post_signed(self, url: str, form: Form, read_limit_s: float) -> Reply:
        headers = await self._sign_in.headers()
        reply = await self._http.post(url, headers, form, read_limit_s=read_limit_s, purpose="minutes")
        if reply.status == 401 and self._sign_in.other_audience():
            headers = await self._sign_in.headers()
            reply = await self._http.post(url, headers, form, read_limit_s=read_limit_s, purpose="minutes")
        return reply


def form_fields(
    model: Model, language: str = "", known_speakers: Sequence[tuple[str, bytes]] = ()
) -> tuple[tuple[str, str], ...]:
    """Return the form's text fields in order, by what the model takes."""
    fields = [("model", model.name), ("response_format", _response_format(model))]
    if model.speakers or "4o" in model.name:
        # as text: the object {"type": "auto"} is refused; without it long recordings are cut short
        fields.append(("chunking_strategy", "auto"))
    if language:
        fields.append(("languages[]" if model.takes_languages else "language", language))
    if model.speakers:
        known = list(known_speakers)[:MAX_KNOWN_SPEAKERS]
        fields += [("known_speaker_names[]", name) for name, _ in known]
        fields += [("known_speaker_references[]", _data_url(wav)) for _, wav in known]
    return tuple(fields)


def _response_format(model: Model) -> str:
    if model.speakers:
        return "diarized_json"
    return "verbose_json" if "whisper" in model.name.lower() else "json"


def _data_url(wav: bytes) -> str:
    return "data:audio/wav;base64," + base64.b64encode(wav).decode("ascii")


def read_segments(body: object, audio_seconds: float) -> list[Mapping[str, Any]] | None:
    """Return the segments of an answer, one for all of the text where it has none; None for no transcript."""
    if not isinstance(body, Mapping):
        return None
    segments, text = body.get("segments"), body.get("text")
    if isinstance(segments, list) and len(segments) > MOST_SEGMENTS:
        return None
    if isinstance(segments, list) and segments:
        return [one for one in segments if isinstance(one, Mapping)]
    if isinstance(text, str) and text.strip():
        return [{"start": 0.0, "end": audio_seconds, "speaker": "", "text": text}]
    return [] if isinstance(segments, list) or isinstance(text, str) else None


def billed_seconds(body: Mapping[str, Any], audio_seconds: float) -> float:
    """Return what the answer says was billed (`usage` of type duration), else the length of the audio."""
    usage = body.get("usage")
    seconds = usage.get("seconds") if isinstance(usage, Mapping) else None
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return audio_seconds
    return float(seconds) if math.isfinite(seconds) and 0 <= seconds < 1e6 else audio_seconds
