"""The turns of a link and their texts: deltas while somebody speaks, completions after a commit."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from meetrec.demo.answers import placeholder, said_in, unknown_in, usage_for
from meetrec.demo.event_sender import EventSender
from meetrec.demo.faults import HOSTILE, LinkFaults
from meetrec.demo.locate import Piece
from meetrec.demo.records import Item, LinkRecord

_TRANSCRIPTION = "conversation.item.input_audio_transcription."
_DELAY_SECONDS = {"minimal": 0.1, "low": 0.2, "medium": 0.5, "high": 1.0, "xhigh": 2.0}
_WORDS_PER_DELTA = 4
_SUCCESSOR_SECONDS = 10.0

Span = tuple[float, float]


class LinkItems:
    """Makes the items of one link. `latency` is from commit to completion, in seconds."""

    def __init__(self, sender: EventSender, record: LinkRecord, faults: LinkFaults, latency: float) -> None:
        self._sender, self._record, self._faults = sender, record, faults
        self._latency = latency if faults.item_latency is None else faults.item_latency
        self._current: Item | None = None  # the turn being spoken
        self._sent: list[str] = []  # words of it already sent
        self._count = 0
        self._finished: dict[str, asyncio.Event] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, start: float) -> Item:
        """The turn being spoken; a new one from `start` seconds if there is none."""
        if self._current is None:
            self._count += 1
            self._current = Item(f"item_{self._record.number}_{self._count}", None, start)
        return self._current

    def discard(self) -> None:
        """Forget the turn being spoken."""
        self._current, self._sent = None, []

    def cancel(self) -> None:
        """Answer nothing more."""
        for task in self._tasks:
            task.cancel()

    async def stream(self, pieces: Sequence[Piece], now: float, delay: str) -> None:
        """Send the words that have just been spoken in the current turn, in the order of the final text."""
        ready: list[str] = []
        for word in (word for one in said_in(pieces) for word in one.words):
            if word.end > now - _DELAY_SECONDS[delay]:
                break
            ready.append(word.text)
        new = ready[len(self._sent) :]
        if self._current and new and ready[: len(self._sent)] == self._sent:
            await self._send_delta(self._current, (" " if self._sent else "") + " ".join(new))
            self._sent = ready

    async def commit(self, item: Item, end: float, pieces: list[Piece], voiced: list[Span], model: str) -> None:
        """End a turn: say so, and have it answered after the latency. `voiced` is where speech was in the link."""
        items = self._record.items
        item.end, item.pieces, item.previous = end, pieces, items[-1].id if items else None
        item.text = _text(item, voiced)
        items.append(item)
        sent = " ".join(self._sent)
        self.discard()
        await self._sender.send("input_audio_buffer.committed", item_id=item.id, previous_item_id=item.previous)
        content = [{"type": "input_audio", "transcript": None}]
        body = {"id": item.id, "object": "realtime.item", "type": "message", "role": "user", "content": content}
        for kind, status in (("added", "in_progress"), ("done", "completed")):
            body["status"] = status
            await self._sender.send(f"conversation.item.{kind}", item=body, previous_item_id=item.previous)
        self._finished[item.id] = asyncio.Event()
        task = asyncio.create_task(self._complete(item, len(items), sent, model))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _complete(self, item: Item, number: int, sent: str, model: str) -> None:
        await asyncio.sleep(self._latency)
        if self._faults.out_of_order and number % 2:
            await self._successor_finished(number)
        await self._answer(item, number, sent, model)
        self._finished[item.id].set()

    async def _successor_finished(self, number: int) -> None:
        """Wait for the next turn to complete; not for ever, there may be none."""
        deadline = asyncio.get_running_loop().time() + _SUCCESSOR_SECONDS
        while asyncio.get_running_loop().time() < deadline:
            if len(self._record.items) > number and self._record.items[number].id in self._finished:
                await self._finished[self._record.items[number].id].wait()
                return
            await asyncio.sleep(0.02)

    async def _answer(self, item: Item, number: int, sent: str, model: str) -> None:
        faults = self._faults
        if number <= faults.lose_items:
            item.outcome = "lost"
            return
        if number <= faults.fail_items:
            item.outcome = "failed"
            message = f"Input transcription failed for item '{item.id}'."
            error = {"type": "server_error", "code": None, "message": message, "param": None}
            await self._sender.send(_TRANSCRIPTION + "failed", item_id=item.id, content_index=0, error=error)
            return
        text = "" if number <= faults.empty_items else item.text
        if text.startswith(sent):
            await self._send_rest(item, text[len(sent) :], model)
        text = (HOSTILE + text if faults.hostile else text).ljust(faults.huge_text, "x")
        fields: dict[str, Any] = {"item_id": item.id, "content_index": 0, "transcript": text}
        fields["usage"] = usage_for(model, item.end - item.start, text)
        if model == "gpt-transcribe":
            fields["languages"] = [{"code": "en"}] if text else []
        for _ in range(2 if faults.duplicate else 1):
            await self._sender.send(_TRANSCRIPTION + "completed", **fields)
        item.outcome = "lost" if self._sender.ended else "completed"

    async def _send_rest(self, item: Item, rest: str, model: str) -> None:
        """Send what the deltas still lack: in bursts of a few words; whisper-1 sends one delta."""
        words = rest.split(" ")
        each = len(words) if model == "whisper-1" else _WORDS_PER_DELTA
        for first in range(0, len(words), each):
            part = " ".join(words[first : first + each])
            delta = " " + part if first else part
            if delta:
                await self._send_delta(item, delta)

    async def _send_delta(self, item: Item, text: str) -> None:
        text = HOSTILE + text if self._faults.hostile else text
        await self._sender.send(_TRANSCRIPTION + "delta", item_id=item.id, content_index=0, delta=text)


def _text(item: Item, voiced: list[Span]) -> str:
    """What is said in a turn, with a placeholder for speech that is in no known recording."""
    said = said_in(item.pieces)
    inside = [(max(start, item.start), min(end, item.end)) for start, end in voiced]
    inside = [(start, end) for start, end in inside if start < end]
    unknown = unknown_in(inside, item.pieces)
    if unknown and not said:
        return placeholder(sum(end - start for start, end in inside))
    return " ".join(one.text for one in sorted([*said, *unknown], key=lambda one: one.words[0].start))
