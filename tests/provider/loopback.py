"""A recording that grows, and a service that accounts for every frame: each turn's "text" says which frames it held."""

from __future__ import annotations

import asyncio
import base64
import json
import random
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import aiohttp
from aiohttp import web

from meetrec.core.events import Event
from meetrec.core.models import find_model
from meetrec.core.settings import CaptionsSettings, KeysSettings, ProviderSettings
from meetrec.provider.auth import sign_in
from meetrec.provider.endpoints import find_endpoint
from meetrec.provider.live_captions import LiveCaptions
from tests.wire import check_client_event

RATE = 24_000
TRANSCRIPTION = "conversation.item.input_audio_transcription"


class Recording:
    """Noise in which every stretch is unlike any other: loud where somebody speaks, soft in the pauses between."""

    def __init__(self, seconds: float, *, speech_s: float = 2.0, pause_s: float = 1.0, seed: int = 1) -> None:
        rng = random.Random(seed)
        samples = array("h")
        while len(samples) < seconds * RATE:
            samples.frombytes(rng.randbytes(round(speech_s * RATE) * 2))
            samples.extend(array("h", array("b", rng.randbytes(round(pause_s * RATE)))))
        self.pcm = samples[: round(seconds * RATE)].tobytes()
        self.rate = RATE
        self.frames = len(self.pcm) // 2
        self.written = 0
        self._grown = asyncio.Event()

    def grow(self, seconds: float) -> None:
        self.written = min(self.frames, self.written + round(seconds * RATE))
        self._grown.set()

    async def reaches(self, seconds: float) -> None:
        """Wait until so much is recorded."""
        while self.written < seconds * RATE:
            self._grown.clear()
            await self._grown.wait()

    def read(self, start_frame: int, frames: int) -> bytes:
        end = min(start_frame + frames, self.written)
        return self.pcm[start_frame * 2 : end * 2] if end > start_frame else b""

    def is_pause(self, start: int, end: int) -> bool:
        """Say whether nobody speaks in these frames."""
        return all(-200 < one < 200 for one in array("h", self.pcm[start * 2 : end * 2]))

    def place(self, pcm: bytes) -> tuple[int, int]:
        """Return which frames `pcm` is."""
        start = self.pcm.find(pcm[:64])
        assert start >= 0, "audio that was never recorded"
        assert start % 2 == 0
        assert self.pcm[start : start + len(pcm)] == pcm, "audio with a hole or a repetition in it"
        return start // 2, (start + len(pcm)) // 2


class LoudDetector:
    """Calls voice what is loud."""

    step_s = 0.02

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, pcm: bytes) -> Sequence[bool]:
        self._rest += pcm
        size = round(self.step_s * RATE) * 2
        whole = len(self._rest) // size * size
        steps, self._rest = self._rest[:whole], self._rest[whole:]
        return [max(array("h", steps[at : at + size])) > 1000 for at in range(0, whole, size)]


Hook = Callable[["Conversation", dict[str, Any]], Any]


@dataclass
class Conversation:
    """One link as the service sees it. `buffer` holds the audio since the last commit."""

    number: int
    request: web.Request
    ws: web.WebSocketResponse
    buffer: bytearray = field(default_factory=bytearray)
    heard: int = 0
    """Bytes of audio that came."""
    turns: int = 0
    events: list[dict[str, Any]] = field(default_factory=list)

    async def say(self, kind: str, **fields: Any) -> None:
        await self.ws.send_str(json.dumps({"type": kind, "event_id": f"event_{len(self.events)}", **fields}))

    def reset(self) -> None:
        """Cut the connection with a TCP reset."""
        assert self.request.transport is not None
        self.request.transport.abort()


class CountingService:
    """A service whose client cuts the turns. `hook(conversation, event)` sees each event first; False swallows it."""

    def __init__(self, recording: Recording, hook: Hook | None = None) -> None:
        self.recording = recording
        self.hook = hook
        self.conversations: list[Conversation] = []
        self.complaints: list[str] = []
        self.completed: list[tuple[int, int]] = []
        self.refuse: list[web.Response] = []
        """Answers to the next handshakes."""
        self._runner: web.AppRunner | None = None
        self.port = 0

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/v1/realtime", self._realtime)
        app.router.add_get("/openai/v1/realtime", self._realtime)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_exception: object) -> None:
        assert self._runner is not None
        for one in self.conversations:
            if one.request.transport is not None:
                one.request.transport.abort()
        await self._runner.cleanup()

    async def _realtime(self, request: web.Request) -> web.StreamResponse:
        if self.refuse:
            return self.refuse.pop(0)
        ws = web.WebSocketResponse(max_msg_size=0)
        await ws.prepare(request)
        talk = Conversation(len(self.conversations) + 1, request, ws)
        self.conversations.append(talk)
        await talk.say("session.created", session={"type": "transcription"})
        async for message in ws:
            if message.type is aiohttp.WSMsgType.TEXT:
                event = json.loads(message.data)
                self.complaints += check_client_event(event)
                talk.events.append({**event, "audio": len(event["audio"])} if "audio" in event else event)
                if self.hook is None or await maybe(self.hook(talk, event)) is not False:
                    await self._answer(talk, event)
        return ws

    async def _answer(self, talk: Conversation, event: dict[str, Any]) -> None:
        kind = event["type"]
        if kind == "session.update":
            await talk.say("session.updated", session=event["session"])
        elif kind == "input_audio_buffer.append":
            pcm = base64.b64decode(event["audio"])
            talk.buffer += pcm
            talk.heard += len(pcm)
        elif kind == "input_audio_buffer.clear":
            talk.buffer.clear()
            await talk.say("input_audio_buffer.cleared")
        elif kind == "input_audio_buffer.commit":
            await self.complete(talk)

    async def complete(self, talk: Conversation) -> None:
        """Take the buffer in as a turn and say which frames it holds."""
        talk.turns += 1
        item = f"item_{talk.turns}"
        start, end = self.recording.place(bytes(talk.buffer))
        talk.buffer.clear()
        await talk.say("input_audio_buffer.committed", item_id=item, previous_item_id=None)
        await talk.say(f"{TRANSCRIPTION}.delta", item_id=item, delta=f"{start}-")
        await talk.say(f"{TRANSCRIPTION}.completed", item_id=item, transcript=f"{start}-{end}")
        self.completed.append((start, end))


async def maybe(value: Any) -> Any:
    return await value if asyncio.iscoroutine(value) else value


def captions(port: int, recording: Recording, **options: Any) -> LiveCaptions:
    """Return live captions of `recording` by the service on `port`."""
    environment = {"OPENAI_API_KEY": "sk-test", "AZURE_OPENAI_API_KEY": "sk-test"}
    kind = options.pop("kind", "openai")
    path = "openai/v1" if kind == "azure" else "v1"
    endpoint = find_endpoint(ProviderSettings(kind=kind, base_url=f"http://127.0.0.1:{port}/{path}"), environment)
    model = find_model(options.pop("model", "gpt-live-transcribe"))
    settings = options.pop("settings", CaptionsSettings())
    return LiveCaptions(
        endpoint,
        sign_in(endpoint, KeysSettings(), environment),
        settings,
        model,
        reader=recording,
        **{"detector": LoudDetector, "replay_speed": 60.0, **options},
    )


async def record(live: LiveCaptions, recording: Recording, *, speed: float = 20.0, block_s: float = 0.1) -> None:
    """Let the recording grow `speed` times faster than life, then end it.

    Where the machine is busy it grows more slowly: it never outruns what shares the event loop with it.
    """
    while recording.written < recording.frames:
        recording.grow(block_s)
        live.advanced(recording.written)
        await asyncio.sleep(block_s / speed)


async def whole_run(
    live: LiveCaptions, recording: Recording, *, speed: float = 20.0, patience_s: float = 30.0
) -> list[Event]:
    """Record all of it and return every event."""

    async def play() -> None:
        await record(live, recording, speed=speed)
        live.finish(patience_s)

    async with asyncio.TaskGroup() as group:
        group.create_task(play())
        return [event async for event in live.run()]
