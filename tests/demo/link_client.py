"""A plain client of a realtime link, which checks every frame that passes."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Self

import aiohttp
import numpy as np
import numpy.typing as npt
import soundfile

from meetrec.demo.meeting import sample_path
from meetrec.demo.truth import Truth
from tests.wire import check_client_event, check_server_event

RATE = 24_000
BLOCK = RATE // 10
PATIENCE_SECONDS = 60.0
COMPLETED = "conversation.item.input_audio_transcription.completed"
DELTA = "conversation.item.input_audio_transcription.delta"
FAILED = "conversation.item.input_audio_transcription.failed"

Pcm = npt.NDArray[np.int16]


def sample_pcm() -> Pcm:
    """The sample meeting as a link sends it."""
    return soundfile.read(sample_path(), dtype="int16")[0]


def pauses(truth: Truth) -> list[float]:
    """The middle of each pause in which nobody speaks, in seconds."""
    ends = [max(one.end for one in truth.segments[: i + 1]) for i in range(len(truth.segments))]
    starts = [one.start for one in truth.segments[1:]]
    return [(end + start) / 2 for end, start in zip(ends, starts, strict=False) if start > end]


def update(model: str, turns: dict[str, Any] | None = None, **hints: Any) -> dict[str, Any]:
    """A session.update for a model."""
    values = {
        "format": {"type": "audio/pcm", "rate": RATE},
        "transcription": {"model": model, **hints},
        "turn_detection": turns,
    }
    return {
        "type": "session.update",
        "event_id": "u1",
        "session": {"type": "transcription", "audio": {"input": values}},
    }


class LinkClient:
    """Collects the events of a link in `events`; `strict` checks each of them."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, strict: bool) -> None:
        self.socket, self.strict = socket, strict
        self.events: list[dict[str, Any]] = []
        self.odd_frames: list[str] = []
        self._arrived = asyncio.Event()
        self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for message in self.socket:
            if message.type is not aiohttp.WSMsgType.TEXT:
                break
            try:
                event = json.loads(message.data)
            except ValueError:
                event = None
            if isinstance(event, dict) and "event_id" in event:
                self.events.append(event)
            else:
                self.odd_frames.append(message.data)
            self._arrived.set()
        self._arrived.set()

    async def send(self, event: dict[str, Any]) -> None:
        """Send an event, after checking it."""
        assert not self.strict or check_client_event(event) == []
        await self.socket.send_json(event)

    async def append(self, pcm: Pcm) -> None:
        """Send audio in blocks of 100 ms."""
        for first in range(0, len(pcm), BLOCK):
            audio = base64.b64encode(pcm[first : first + BLOCK].tobytes()).decode()
            await self.send({"type": "input_audio_buffer.append", "audio": audio})

    async def commit(self) -> None:
        """End the turn."""
        await self.send({"type": "input_audio_buffer.commit"})

    async def configure(self, *given: Any, **hints: Any) -> None:
        """Send an update and wait until it holds."""
        await self.send(update(*given, **hints))
        await self.until(lambda: self.of("session.updated"))

    async def until(self, is_so: Callable[[], Any]) -> None:
        """Wait for something to become true. Raises TimeoutError."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not is_so():
                self._arrived.clear()
                await self._arrived.wait()

    async def ended(self) -> int | None:
        """Wait for the service to end the link; returns the close code."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            await asyncio.shield(self._reader)
        return self.socket.close_code

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The events of a type."""
        return [event for event in self.events if event["type"] == kind]

    def errors(self) -> list[dict[str, Any]]:
        """The `error` of each error event."""
        return [event["error"] for event in self.of("error")]

    def texts(self) -> list[str]:
        """The completed texts by order of commit."""
        order = [event["item_id"] for event in self.of("input_audio_buffer.committed")]
        done = {event["item_id"]: event["transcript"] for event in self.of(COMPLETED)}
        return [done[item] for item in order if item in done]

    def drafts(self) -> dict[str, str]:
        """What the deltas of each item add up to."""
        drafts: dict[str, str] = {}
        for event in self.of(DELTA):
            drafts[event["item_id"]] = drafts.get(event["item_id"], "") + event["delta"]
        return drafts

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: object, *_exception: object) -> None:
        await self.socket.close()
        await self._reader
        if self.strict and kind is None:
            complaints = [(event, check_server_event(event)) for event in self.events]
            assert [one for one in complaints if one[1]] == []


@asynccontextmanager
async def link_to(
    base_url: str, query: str = "intent=transcription", *, strict: bool = True, headers: dict[str, str] | None = None
) -> AsyncIterator[LinkClient]:
    """Open a link."""
    headers = {"Authorization": "Bearer sk-test"} if headers is None else headers
    async with aiohttp.ClientSession() as session:
        socket = await session.ws_connect(f"{base_url}/realtime?{query}", headers=headers, max_msg_size=0)
        async with LinkClient(socket, strict) as client:
            yield client
