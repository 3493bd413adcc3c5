"""One realtime transcription link, as the service sees it: WebSocket events in the GA form of the Realtime API."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any, Protocol

from aiohttp import WSMsgType, web

from meetrec.demo import pcm
from meetrec.demo.event_sender import EventSender
from meetrec.demo.faults import LinkFaults
from meetrec.demo.fingerprint import Known, Samples
from meetrec.demo.link_items import LinkItems
from meetrec.demo.link_rules import (
    CLIENT_MODELS,
    RATE_HZ,
    STREAMING_MODELS,
    RefusedUpdateError,
    first_input,
    updated_input,
)
from meetrec.demo.locate import Follower
from meetrec.demo.records import LinkRecord
from meetrec.demo.turns import TurnCutter

_LEAST_COMMIT_SECONDS = 0.1
_LONG_SEARCH_SECONDS = 900.0  # of known recordings, from which searching leaves the event loop
_ABNORMAL = 1006
_TOLD_OF_TURNS = ("type", "threshold", "prefix_padding_ms", "silence_duration_ms")


class Host(Protocol):
    """What a link needs of the service."""

    known: list[Known]
    latency: float
    aliases: dict[str, str]
    keep_audio: bool
    closing: asyncio.Event


class Link:
    """Serves one prepared WebSocket until it ends; `abort` breaks the connection without a word."""

    def __init__(
        self,
        host: Host,
        socket: web.WebSocketResponse,
        record: LinkRecord,
        faults: LinkFaults,
        abort: Callable[[], None],
    ) -> None:
        self.sender = EventSender(socket, record, faults)
        self._host, self._socket, self._record, self._faults, self._abort = host, socket, record, faults, abort
        self._items = LinkItems(self.sender, record, faults, host.latency)
        self._input = first_input()
        self._include: list[str] | None = None
        self._downsample = pcm.Downsampler()
        self._follower = Follower(host.known)
        self._turns = TurnCutter()
        self._samples = 0
        self._base = 0.0  # seconds up to which the audio was committed or cleared
        self._error_sent = False
        self._expires_at = int(time.time() + faults.expire_after_seconds)

    @property
    def _seconds(self) -> float:
        """Audio received."""
        return self._samples / RATE_HZ

    @property
    def _model(self) -> str:
        named = str((self._input["transcription"] or {}).get("model", ""))
        return self._host.aliases.get(named, named)

    async def run(self) -> None:
        """Talk until the link ends."""
        if not self._faults.mute_start:
            await self.sender.send("session.created", session=self._session())
        expiry = asyncio.create_task(self._expire_later())
        try:
            async for message in self._socket:
                if message.type is WSMsgType.TEXT:
                    await self._receive(message.data)
                    await asyncio.sleep(self._faults.slow_reading)
                elif message.type is WSMsgType.BINARY:
                    await self.sender.error("Binary frames are not supported.", "invalid_value")
                if self.sender.ended:
                    break
        finally:
            expiry.cancel()
            self._items.cancel()
            self._record.pieces = self._follower.pieces(final=False)

    async def converse(self, session: dict[str, Any]) -> None:
        """Hold a conversation session, where every update to transcription is refused."""
        await self.sender.send("session.created", session=session)
        async for _message in self._socket:
            refusal = "Passing a transcription session update event to a realtime session is not allowed."
            await self.sender.error(refusal, "invalid_parameter", "session.type")

    def _session(self) -> dict[str, Any]:
        """The session as it is answered, which says less of the turns than may be asked."""
        turns = self._input["turn_detection"]
        told = {key: turns[key] for key in _TOLD_OF_TURNS if key in turns} if turns else None
        return {
            "id": f"sess_{self._record.number}",
            "object": "realtime.transcription_session",
            "type": "transcription",
            "expires_at": self._expires_at,
            "include": self._include,
            "audio": {"input": {**self._input, "turn_detection": told}},
        }

    # -- ending ---------------------------------------------------------------------------------------------------

    async def _expire_later(self) -> None:
        await asyncio.sleep(self._faults.expire_after_seconds)
        await self._expire()

    async def _expire(self) -> None:
        message = "Your session hit the maximum duration of 60 minutes."
        await self.sender.error(message, "session_expired")
        await self.sender.close(1001, message)

    async def _drop(self) -> None:
        if self._faults.close_code:
            await self.sender.close(self._faults.close_code, self._faults.close_reason)
        else:
            self.sender.ended, self._record.close_code = True, _ABNORMAL
            self._abort()

    async def _stall(self) -> None:
        """Half-open: from here on nothing is read or said, until the service stops."""
        self.sender.ended = True
        await self._host.closing.wait()
        self._abort()

    async def _check_faults(self) -> None:
        """The faults that wait for so much audio."""
        faults, now = self._faults, self._seconds
        if faults.error_after is not None and now >= faults.error_after and not self._error_sent:
            self._error_sent = True
            detail = {"type": faults.error_type, "code": faults.error_code, "message": faults.error_message}
            await self.sender.send("error", error={**detail, "param": faults.error_param, "event_id": None})
        if faults.drop_after is not None and now >= faults.drop_after:
            await self._drop()
        elif faults.expire_after is not None and now >= faults.expire_after:
            await self._expire()
        elif faults.stall_after is not None and now >= faults.stall_after:
            await self._stall()

    # -- receiving ------------------------------------------------------------------------------------------------

    async def _receive(self, text: str) -> None:
        try:
            event = json.loads(text)
        except ValueError:
            event = None
        if not isinstance(event, dict):
            await self.sender.error("We could not parse the JSON body of your message.", "invalid_json")
            return
        kind = str(event.get("type"))
        self._record.events[kind] = self._record.events.get(kind, 0) + 1
        handlers = {
            "session.update": self._update,
            "input_audio_buffer.append": self._append,
            "input_audio_buffer.commit": self._commit_asked,
            "input_audio_buffer.clear": self._clear,
        }
        if kind in handlers:
            await handlers[kind](event)
        else:
            known = ", ".join(f"'{one}'" for one in handlers)
            message = f"Invalid value: '{kind}'. Supported values are: {known}."
            await self.sender.error(message, "invalid_value", "type", event.get("event_id"))

    async def _update(self, event: dict[str, Any]) -> None:
        self._record.updates.append(event)
        session = event.get("session")
        try:
            self._input = updated_input(self._input, session, self._faults.reject, self._host.aliases)
        except RefusedUpdateError as refused:
            await self.sender.error(refused.message, refused.code, refused.param, event.get("event_id"))
            return
        if isinstance(session, dict) and "include" in session:
            self._include = session["include"]
        if not self._faults.mute_updates:
            await self.sender.send("session.updated", session=self._session())

    async def _append(self, event: dict[str, Any]) -> None:
        try:
            data = pcm.decode(event.get("audio"))
        except ValueError:
            message = "Invalid 'audio'. Expected base64-encoded audio bytes (mono PCM16 at 24kHz)."
            await self.sender.error(message, "invalid_value", "audio", event.get("event_id"))
            return
        if self._host.keep_audio:
            self._record.audio += data
        samples = pcm.floats(data)
        self._samples += len(samples)
        self._record.seconds = self._seconds
        await self._search(self._follower.feed, self._downsample.feed(samples))
        await self._cut_turns(samples)
        if self._model in STREAMING_MODELS:
            item = self._items.begin(self._base)
            pieces = self._follower.pieces(item.start, self._seconds, False)
            await self._items.stream(pieces, self._seconds, self._input["transcription"].get("delay", "low"))
        await self._check_faults()

    async def _search(self, work: Callable[..., Any], *given: Any) -> Any:
        """Do work that may take long where the recordings are long."""
        if sum(one.truth.duration for one in self._host.known) > _LONG_SEARCH_SECONDS:
            return await asyncio.to_thread(work, *given)
        return work(*given)

    # -- turns ----------------------------------------------------------------------------------------------------

    async def _cut_turns(self, samples: Samples) -> None:
        """Listen where turns start and stop, and tell the client if cutting them is our affair."""
        server_cuts = self._model not in CLIENT_MODELS
        for happened, at in self._turns.feed(samples, self._input["turn_detection"] if server_cuts else None):
            at_ms = round(at * 1000)
            if happened == "started":
                item = self._items.begin(max(self._base, at))
                await self.sender.send("input_audio_buffer.speech_started", audio_start_ms=at_ms, item_id=item.id)
            else:
                item = self._items.begin(self._base)
                await self.sender.send("input_audio_buffer.speech_stopped", audio_end_ms=at_ms, item_id=item.id)
                await self._commit(at)

    async def _clear(self, _event: dict[str, Any]) -> None:
        self._base = self._seconds
        self._items.discard()
        self._turns.reset()
        await self.sender.send("input_audio_buffer.cleared")

    async def _commit_asked(self, event: dict[str, Any]) -> None:
        held = self._seconds - self._base
        if held < _LEAST_COMMIT_SECONDS:
            message = (
                "Error committing input audio buffer: buffer too small. Expected at least 100ms of audio, but buffer "
                f"only has {held * 1000:.2f}ms of audio."
            )
            await self.sender.error(message, "input_audio_buffer_commit_empty", None, event.get("event_id"))
            return
        self._turns.reset()
        await self._commit(self._seconds)

    async def _commit(self, end: float) -> None:
        item = self._items.begin(self._base)
        self._base = end
        pieces = await self._search(self._follower.pieces, item.start, end)
        await self._items.commit(item, end, pieces, self._turns.voiced, self._model)
        self._turns.forget(end)
