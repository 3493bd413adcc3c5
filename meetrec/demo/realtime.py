"""One realtime transcription link, as the service sees it: WebSocket events in the GA form of the Realtime API."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any, Protocol

from aiohttp import WSMsgType, web

from meetrec.demo import pcm
from meetrec.demo.answers import placeholder, said_in, unknown_in, usage_for
from meetrec.demo.faults import HOSTILE, LinkFaults
from meetrec.demo.fingerprint import Known
from meetrec.demo.link_rules import (
    CLIENT_MODELS,
    RATE_HZ,
    STREAMING_MODELS,
    RefusedUpdateError,
    first_input,
    updated_input,
)
from meetrec.demo.locate import Follower
from meetrec.demo.records import Item, LinkRecord
from meetrec.demo.turns import TurnCutter

_TRANSCRIPTION = "conversation.item.input_audio_transcription."
_LEAST_COMMIT_SECONDS = 0.1
_DELAY_SECONDS = {"minimal": 0.1, "low": 0.2, "medium": 0.5, "high": 1.0, "xhigh": 2.0}
_WORDS_PER_DELTA = 4
_LONG_SEARCH_SECONDS = 900.0  # of known recordings, from which searching leaves the event loop
_ABNORMAL = 1006


class Host(Protocol):
    """What a link needs of the service."""

    known: list[Known]
    latency: float
    aliases: dict[str, str]
    keep_audio: bool
    closing: asyncio.Event


class Link:
    """Serves one WebSocket until it ends. `socket` must be prepared; `abort` breaks the connection without a word."""

    def __init__(
        self, host: Host, socket: web.WebSocketResponse, record: LinkRecord, faults: LinkFaults, abort: Callable[[], None]
    ) -> None:
        self._host, self._socket, self._record, self._faults, self._abort = host, socket, record, faults, abort
        self._input = first_input()
        self._include: list[str] | None = None
        self._downsample = pcm.Downsampler()
        self._follower = Follower(host.known)
        self._turns = TurnCutter()
        self._samples = 0
        self._base = 0.0  # seconds up to which the audio was committed or cleared
        self._item: Item | None = None  # the turn being spoken
        self._sent: list[str] = []  # words of it already sent
        self._events = 0
        self._items = 0
        self._error_sent = False
        self._ended = False
        self._finished: dict[str, asyncio.Event] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._expires_at = int(time.time() + faults.expire_after_seconds)

    @property
    def _seconds(self) -> float:
        return self._samples / RATE_HZ

    @property
    def _model(self) -> str:
        named = (self._input["transcription"] or {}).get("model", "")
        return self._host.aliases.get(named, named)

    async def run(self) -> None:
        """Talk until the link ends."""
        if not self._faults.mute_start:
            await self.send("session.created", session=self._session())
        expiry = asyncio.create_task(self._expire_later())
        try:
            async for message in self._socket:
                if message.type is WSMsgType.TEXT:
                    await self._receive(message.data)
                    await asyncio.sleep(self._faults.slow_reading)
                elif message.type is WSMsgType.BINARY:
                    await self.error("Binary frames are not supported.", "invalid_value")
                if self._ended:
                    break
        finally:
            expiry.cancel()
            for task in self._tasks:
                task.cancel()
            self._record.pieces = self._follower.pieces(final=False)

    async def converse(self, session: dict[str, Any]) -> None:
        """A conversation, which we do not serve: say so, and refuse every update, as the real service does."""
        await self.send("session.created", session=session)
        async for message in self._socket:
            message_text = "Passing a transcription session update event to a realtime session is not allowed."
            await self.error(message_text, "invalid_parameter", "session.type")
            if message.type is not WSMsgType.TEXT:
                return

    # -- sending --------------------------------------------------------------------------------------------------

    async def send(self, type_: str, **fields: Any) -> None:
        """Send an event, unless the link has ended or fallen silent."""
        if self._ended or self._socket.closed:
            return
        self._events += 1
        await self._disturb()
        if self._faults.unknown_events:
            fields["new_field"] = {"depth": [1, None]}
        try:
            await self._socket.send_str(json.dumps({"type": type_, "event_id": f"event_{self._events}", **fields}))
        except ConnectionError:
            self._ended = True

    async def error(self, message: str, code: str | None, param: str | None = None, event_id: Any = None) -> None:
        """Send an error event of the kind that leaves the link open."""
        self._record.bad_events.append(message)
        detail = {"type": "invalid_request_error", "code": code, "message": message, "param": param}
        await self.send("error", error={**detail, "event_id": event_id if isinstance(event_id, str) else None})

    async def _disturb(self) -> None:
        every = self._faults.malformed_every
        if every and self._events % every == 0:
            frames = ('{"type":"conversation.item.inp', "[1,2,3]", '"text"', '{"no":"type"}', "null", '{"type":7}')
            await self._socket.send_str(frames[self._events // every % len(frames)])
        if self._faults.unknown_events and self._events % 3 == 0:
            await self._socket.send_str(json.dumps({"type": "demo.unknown", "event_id": "event_x", "deep": [{}, None]}))

    def _session(self) -> dict[str, Any]:
        return {
            "id": f"sess_{self._record.number}",
            "object": "realtime.transcription_session",
            "type": "transcription",
            "expires_at": self._expires_at,
            "include": self._include,
            "audio": {"input": self._input},
        }

    # -- ending ---------------------------------------------------------------------------------------------------

    async def _expire_later(self) -> None:
        await asyncio.sleep(self._faults.expire_after_seconds)
        await self._expire()

    async def _expire(self) -> None:
        message = "Your session hit the maximum duration of 60 minutes."
        await self.error(message, "session_expired")
        self._ended = True
        await self._socket.close(code=1001, message=message.encode())

    async def _drop(self) -> None:
        self._ended = True
        if self._faults.close_code:
            await self._socket.close(code=self._faults.close_code, message=self._faults.close_reason.encode())
        else:
            self._record.close_code = _ABNORMAL
            self._abort()

    async def _stall(self) -> None:
        """Half-open: from here on nothing is read or said, until the service stops."""
        self._ended = True
        await self._host.closing.wait()
        self._abort()

    async def _check_faults(self) -> None:
        """The faults that wait for so much audio."""
        faults, now = self._faults, self._seconds
        if faults.error_after is not None and now >= faults.error_after and not self._error_sent:
            self._error_sent = True
            detail = {"type": faults.error_type, "code": faults.error_code, "message": faults.error_message}
            await self.send("error", error={**detail, "param": faults.error_param, "event_id": None})
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
            await self.error("We could not parse the JSON body of your message.", "invalid_json")
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
            await self.error(message, "invalid_value", "type", event.get("event_id"))

    async def _update(self, event: dict[str, Any]) -> None:
        self._record.updates.append(event)
        session = event.get("session")
        try:
            self._input = updated_input(self._input, session, self._faults.reject, self._host.aliases)
        except RefusedUpdateError as refused:
            await self.error(refused.message, refused.code, refused.param, event.get("event_id"))
            return
        if isinstance(session, dict) and "include" in session:
            self._include = session["include"]
        if not self._faults.mute_updates:
            await self.send("session.updated", session=self._session())

    async def _append(self, event: dict[str, Any]) -> None:
        try:
            data = pcm.decode(event.get("audio"))
        except ValueError:
            message = "Invalid 'audio'. Expected base64-encoded audio bytes (mono PCM16 at 24kHz)."
            await self.error(message, "invalid_value", "audio", event.get("event_id"))
            return
        if self._host.keep_audio:
            self._record.audio += data
        samples = pcm.floats(data)
        self._samples += len(samples)
        self._record.seconds = self._seconds
        await self._search(self._follower.feed, self._downsample.feed(samples))
        server_cuts = self._input["turn_detection"] is not None and self._model not in CLIENT_MODELS
        for happened, at in self._turns.feed(samples, self._input["turn_detection"] if server_cuts else None):
            await (self._speech_started(at) if happened == "started" else self._speech_stopped(at))
        if self._model in STREAMING_MODELS:
            await self._stream()
        await self._check_faults()

    async def _search(self, work: Callable[..., Any], *given: Any) -> Any:
        """Do work that may take long where the recordings are long."""
        if sum(one.truth.duration for one in self._host.known) > _LONG_SEARCH_SECONDS:
            return await asyncio.to_thread(work, *given)
        return work(*given)

    # -- turns ----------------------------------------------------------------------------------------------------

    def _new_item(self, start: float) -> Item:
        self._items += 1
        previous = self._record.items[-1].id if self._record.items else None
        return Item(f"item_{self._record.number}_{self._items}", previous, start)

    async def _speech_started(self, at: float) -> None:
        self._item = self._new_item(max(self._base, at))
        await self.send("input_audio_buffer.speech_started", audio_start_ms=self._ms(at), item_id=self._item.id)

    async def _speech_stopped(self, at: float) -> None:
        if self._item:
            await self.send("input_audio_buffer.speech_stopped", audio_end_ms=self._ms(at), item_id=self._item.id)
            await self._commit(at)

    @staticmethod
    def _ms(seconds: float) -> int:
        return max(0, round(seconds * 1000))

    async def _clear(self, _event: dict[str, Any]) -> None:
        self._base, self._item, self._sent = self._seconds, None, []
        self._turns.reset()
        await self.send("input_audio_buffer.cleared")

    async def _commit_asked(self, event: dict[str, Any]) -> None:
        held = self._seconds - self._base
        if held < _LEAST_COMMIT_SECONDS:
            message = (
                "Error committing input audio buffer: buffer too small. Expected at least 100ms of audio, but buffer "
                f"only has {held * 1000:.2f}ms of audio."
            )
            await self.error(message, "input_audio_buffer_commit_empty", None, event.get("event_id"))
            return
        self._turns.reset()
        await self._commit(self._seconds)

    async def _commit(self, end: float) -> None:
        item = self._item or self._new_item(self._base)
        item.end, item.previous = end, self._record.items[-1].id if self._record.items else None
        self._record.items.append(item)
        sent, self._item, self._sent, self._base = self._sent, None, [], end
        item.pieces = await self._search(self._follower.pieces, item.start, end)
        item.text = self._text(item)
        await self.send("input_audio_buffer.committed", item_id=item.id, previous_item_id=item.previous)
        content = [{"type": "input_audio", "transcript": None}]
        body = {"id": item.id, "object": "realtime.item", "type": "message", "role": "user", "content": content}
        for kind, status in (("added", "in_progress"), ("done", "completed")):
            body["status"] = status
            await self.send(f"conversation.item.{kind}", item=body, previous_item_id=item.previous)
        self._turns.forget(end)
        self._finished[item.id] = asyncio.Event()
        task = asyncio.create_task(self._complete(item, len(self._record.items), " ".join(sent)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _text(self, item: Item) -> str:
        said = said_in(item.pieces)
        voiced = [(max(a, item.start), b) for a, b in self._turns.voiced if a < item.end and b > item.start]
        unknown = unknown_in(voiced, item.pieces)
        if unknown and not said:
            return placeholder(sum(b - a for a, b in voiced))
        return " ".join(one.text for one in sorted([*said, *unknown], key=lambda one: one.words[0].start))

    # -- text -----------------------------------------------------------------------------------------------------

    async def _stream(self) -> None:
        """Send the words that have just been spoken, in the order of the final text."""
        self._item = self._item or self._new_item(self._base)
        delay = _DELAY_SECONDS[self._input["transcription"].get("delay", "low")]
        words = [w for one in said_in(self._follower.pieces(self._item.start, self._seconds, False)) for w in one.words]
        ready: list[str] = []
        for word in words:
            if word.end > self._seconds - delay:
                break
            ready.append(word.text)
        new = ready[len(self._sent) :]
        if new and ready[: len(self._sent)] == self._sent:
            await self._send_delta(self._item, (" " if self._sent else "") + " ".join(new))
            self._sent = ready

    async def _send_delta(self, item: Item, text: str) -> None:
        text = HOSTILE + text if self._faults.hostile else text
        await self.send(_TRANSCRIPTION + "delta", item_id=item.id, content_index=0, delta=text)

    async def _complete(self, item: Item, number: int, sent: str) -> None:
        """Answer a committed turn after a while."""
        latency = self._host.latency if self._faults.item_latency is None else self._faults.item_latency
        await asyncio.sleep(latency)
        if self._faults.out_of_order and number % 2:
            await self._successor_finished(number)
        await self._answer(item, number, sent)
        self._finished[item.id].set()

    async def _successor_finished(self, number: int) -> None:
        """Wait for the next turn to complete; not for ever, there may be none."""
        deadline = asyncio.get_running_loop().time() + 10.0
        while asyncio.get_running_loop().time() < deadline:
            if len(self._record.items) > number:
                await self._finished[self._record.items[number].id].wait()
                return
            await asyncio.sleep(0.05)

    async def _answer(self, item: Item, number: int, sent: str) -> None:
        faults = self._faults
        if number <= faults.lose_items:
            item.outcome = "lost"
            return
        if number <= faults.fail_items:
            item.outcome = "failed"
            message = f"Input transcription failed for item '{item.id}'."
            error = {"type": "server_error", "code": None, "message": message, "param": None}
            await self.send(_TRANSCRIPTION + "failed", item_id=item.id, content_index=0, error=error)
            return
        text = "" if number <= faults.empty_items else item.text
        if text.startswith(sent):
            await self._send_rest(item, text[len(sent) :])
        text = (HOSTILE + text if faults.hostile else text).ljust(faults.huge_text, "x")
        extra = {"languages": [{"code": "en"}] if text else []} if self._model == "gpt-transcribe" else {}
        usage = usage_for(self._model, item.end - item.start, text)
        item.outcome = "completed"
        for _ in range(2 if faults.duplicate else 1):
            await self.send(
                _TRANSCRIPTION + "completed", item_id=item.id, content_index=0, transcript=text, usage=usage, **extra
            )

    async def _send_rest(self, item: Item, rest: str) -> None:
        """What the deltas still lack: in bursts of a few words; whisper-1 sends one delta."""
        words = rest.split(" ")
        each = len(words) if self._model == "whisper-1" else _WORDS_PER_DELTA
        for first in range(0, len(words), each):
            part = " ".join(words[first : first + each])
            delta = " " + part if first else part
            if delta:
                await self._send_delta(item, delta)
