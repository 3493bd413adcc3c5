"""POST …/audio/transcriptions as the service answers it."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import json
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from aiohttp import BodyPartReader, web

from meetrec.demo import form_rules
from meetrec.demo.answers import Said, Speaker, labels_for, main_speaker, said_in, segments_for, unknown_in, usage_for
from meetrec.demo.faults import Faults, spoil
from meetrec.demo.fingerprint import RATE, Known, Samples, read_mono
from meetrec.demo.form_rules import ApiError, Form
from meetrec.demo.http_faults import answer_badly, refuse
from meetrec.demo.locate import locate
from meetrec.demo.records import Upload
from meetrec.demo.voice import voiced_spans

_CHUNK = 1 << 18
_LARGEST_FIELD = 16 << 20


class Transcriber:
    """Answers transcription requests about the known recordings. Deployments are models by way of `aliases`."""

    def __init__(self, known: Sequence[Known], faults: Faults, aliases: dict[str, str]) -> None:
        self._known, self._faults, self._aliases = known, faults, aliases
        self._http: Iterator[str] = iter(faults.http)
        self._answers: Iterator[str] = iter(faults.answers)
        self._random = random.Random(faults.seed)  # noqa: S311  faults that can be repeated, no secret
        self._voices: dict[bytes, Speaker | None] = {}  # found in clips already heard

    async def answer(self, request: web.Request, upload: Upload, closing: asyncio.Event) -> web.StreamResponse:
        """Answer one request, filling in `upload`. Raises ApiError for a refusal."""
        upload.fault = next(self._http, self._faults.every_http)
        with tempfile.TemporaryDirectory(prefix="meetrec-demo-") as folder:
            form = await _read_form(request, Path(folder), self._faults.max_bytes, upload)
            _note(upload, form)
            refused = await refuse(request, upload.fault, self._faults, closing)
            if refused is not None:
                return refused
            upload.model = form_rules.checked_model(
                form, request.match_info.get("deployment"), self._aliases, self._faults.max_bytes
            )
            samples = await _read_audio(Path(folder) / "upload")
        upload.seconds = len(samples) / RATE
        if upload.fault == "longer":
            raise form_rules.too_long(upload.seconds, self._faults.max_seconds)
        form_rules.check_duration(upload.seconds, upload.model, self._faults.max_seconds)
        known = await self._known_speakers(form)
        upload.references = {name: speaker[1] if speaker else None for name, speaker in known}
        said = await self._heard(samples, upload)
        body, text = self._body(form, upload, said, labels_for(said, known))
        wait = max(self._faults.answer_delay, self._faults.answer_delay_per_second * upload.seconds)
        await asyncio.sleep(max(0.0, wait - (time.monotonic() - upload.started)))
        upload.body = body
        if form.one("stream") in ("true", "1") and upload.model != "whisper-1":
            return await _stream(request, body, text)
        if form.response_format == "text":
            return web.Response(text=text + "\n")
        return await answer_badly(request, upload.fault, json.dumps(body).encode())

    async def _heard(self, samples: Samples, upload: Upload) -> list[Said]:
        upload.pieces = await asyncio.to_thread(locate, self._known, samples)
        unknown = unknown_in(voiced_spans(samples, RATE), upload.pieces)
        return sorted([*said_in(upload.pieces), *unknown], key=lambda one: one.words[0].start)

    async def _known_speakers(self, form: Form) -> list[tuple[str, Speaker | None]]:
        """Each name sent with the speaker whose voice its clip has; a voice named twice keeps the first name."""
        found: list[tuple[str, Speaker | None]] = []
        names, clips = form.all("known_speaker_names[]"), form.all("known_speaker_references[]")
        for number, (name, clip) in enumerate(zip(names, clips, strict=True)):
            speaker = await self._voice(number, clip)
            found.append((name, None if speaker in [one for _, one in found] else speaker))
        return found

    async def _voice(self, number: int, url: str) -> Speaker | None:
        digest = hashlib.sha256(url.encode()).digest()
        if digest not in self._voices:
            head, _, data = url.partition(",")
            if not head.startswith("data:") or not head.endswith(";base64"):
                raise form_rules.bad_reference(number, "not a base64 data URL")
            try:
                clip = base64.b64decode(data, validate=True)
                samples = await _decode(clip)
            except (binascii.Error, RuntimeError) as error:
                raise form_rules.bad_reference(number, "not audio") from error
            form_rules.check_reference(number, len(samples) / RATE)
            self._voices[digest] = main_speaker(await asyncio.to_thread(locate, self._known, samples))
        return self._voices[digest]

    def _body(self, form: Form, upload: Upload, said: list[Said], labels: dict[Speaker, str]) -> tuple[Any, str]:
        """The JSON to answer with, and its text."""
        heard = {one.speaker for one in said}
        upload.labels = {label: speaker[1] for speaker, label in labels.items() if speaker in heard}
        segments = segments_for(said, labels, upload.seconds)
        text = "".join(one["text"] for one in segments).strip()
        usage = usage_for(upload.model, upload.seconds, text)
        body: dict[str, Any] = {"text": text, "usage": usage}
        if form.response_format == "diarized_json":
            body = {"task": "transcribe", "duration": upload.seconds, **body, "segments": segments}
            body = spoil(body, next(self._answers, self._faults.every_answer), self._faults, self._random)
        elif form.response_format == "verbose_json":
            words = [word for one in said for word in one.words]
            body = {"language": "english", "duration": upload.seconds, **body}
            body["segments"] = [_whisper_segment(number, one) for number, one in enumerate(segments)]
            if "word" in form.all("timestamp_granularities[]"):
                body["words"] = [{"word": one.text, "start": one.start, "end": one.end} for one in words]
        elif upload.model == "gpt-transcribe":
            body["languages"] = [{"code": "en"}] if text else []
        return body, text


def _whisper_segment(number: int, segment: dict[str, Any]) -> dict[str, Any]:
    times = {key: segment[key] for key in ("start", "end", "text")}
    guesses = {"temperature": 0.0, "avg_logprob": -0.1, "compression_ratio": 1.0, "no_speech_prob": 0.0}
    return {"id": number, "seek": 0, "tokens": [], **times, **guesses}


async def _read_form(request: web.Request, folder: Path, max_bytes: int, upload: Upload) -> Form:
    """Read the multipart body; the file goes to `folder`/upload as it comes, no further than the limit."""
    form = Form()
    if not request.content_type.startswith("multipart/"):
        raise ApiError(400, "Could not parse multipart form")
    try:
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader) or part.name is None:
                raise ApiError(400, "Could not parse multipart form")
            upload.field_order.append(part.name)
            if part.name == "file":
                await _read_file(part, form, folder / "upload", max_bytes)
            else:
                form.fields.setdefault(part.name, []).append(await _read_field(part))
    except ValueError as error:
        raise ApiError(400, f"Could not parse multipart form: {error}") from error
    return form


async def _read_file(part: BodyPartReader, form: Form, path: Path, max_bytes: int) -> None:
    form.file_name, form.file_type = part.filename or "", part.headers.get("Content-Type", "")
    with path.open("wb") as file:
        while chunk := await part.read_chunk(_CHUNK):
            form.bytes += len(chunk)
            if form.bytes <= max_bytes:
                file.write(chunk)


async def _read_field(part: BodyPartReader) -> str:
    value = bytearray()
    while chunk := await part.read_chunk(_CHUNK):
        value += chunk
        if len(value) > _LARGEST_FIELD:
            raise ApiError(413, "A field of the form is too large", type="server_error")
    return value.decode("utf-8", "replace")


def _note(upload: Upload, form: Form) -> None:
    upload.file_name, upload.file_type, upload.bytes = form.file_name, form.file_type, form.bytes
    upload.fields = {
        name: [f"{len(one)} characters" for one in values] if name == "known_speaker_references[]" else values
        for name, values in form.fields.items()
    }


async def _read_audio(path: Path) -> Samples:
    try:
        return await asyncio.to_thread(read_mono, path)
    except RuntimeError as error:
        raise form_rules.unreadable() from error


async def _decode(data: bytes) -> Samples:
    """Audio from memory. Raises RuntimeError where it is none."""
    with tempfile.NamedTemporaryFile(prefix="meetrec-demo-") as file:
        file.write(data)
        file.flush()
        return await asyncio.to_thread(read_mono, Path(file.name))


async def _stream(request: web.Request, body: dict[str, Any], text: str) -> web.StreamResponse:
    """Server-sent events: segments where there are any, else the text in pieces; then the whole."""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    events = body.get("segments") or [{"type": "transcript.text.delta", "delta": one + " "} for one in text.split()]
    for event in [*events, {"type": "transcript.text.done", "text": text}]:
        await response.write(b"data: " + json.dumps(event).encode() + b"\n\n")
    await response.write_eof()
    return response


def copy_headers(request: web.Request) -> dict[str, str]:
    """The headers of a request by lower-case name, without the key."""
    secret = ("authorization", "api-key", "cookie", "sec-websocket-protocol")
    return {name.lower(): value for name, value in request.headers.items() if name.lower() not in secret}
