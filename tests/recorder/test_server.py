"""What a recorder process tells its front ends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from meetrec.core.errors import BusyError
from meetrec.core.events import AudioLevel, Event, JobEnded, MarkAdded, NoteAdded
from meetrec.recorder.client import Address, ask, follow
from meetrec.recorder.server import Server
from tests.waiting import until


class Recorder:
    """A server with a list for a journal."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.asked: list[tuple[str, str]] = []
        self.server = Server(control=self.control, stored=lambda: list(self.lines))

    def control(self, command: str, text: str) -> dict[str, Any]:
        self.asked.append((command, text))
        return {"error": "no", "hint": "try yes"} if command == "refuse" else {"ok": True}

    def emit(self, event: Event) -> None:
        if event.stored:
            self.lines.append(event.to_json())
        self.server.publish(event, stored=event.stored)

    @property
    def address(self) -> Address:
        return Address(self.server.port, self.server.secret)


@pytest.fixture
async def recorder() -> AsyncIterator[Recorder]:
    one = Recorder()
    await one.server.start()
    yield one
    await one.server.close(grace_s=0.2)


async def test_a_late_front_end_gets_the_stored_events_first_and_each_once(recorder: Recorder) -> None:
    for number in range(1200):
        recorder.emit(MarkAdded(at=number))
    recorder.emit(AudioLevel(at=1200, rms=-20, peak=-10))
    got: list[Event] = []

    async def listen() -> None:
        async for event in follow(recorder.address):
            got.append(event)
            if isinstance(event, JobEnded):
                return

    listener = asyncio.create_task(listen())
    await until(lambda: len(got) >= 1200)
    recorder.emit(NoteAdded(at=1300, text="later"))
    recorder.emit(JobEnded(code=0))
    await asyncio.wait_for(listener, 60)
    assert [event.at for event in got if isinstance(event, MarkAdded)] == list(range(1200))
    assert [type(event) for event in got[1200:]] == [NoteAdded, JobEnded]


async def test_two_front_ends_see_the_same(recorder: Recorder) -> None:
    recorder.emit(MarkAdded(at=1))

    async def first_two() -> list[Event]:
        got: list[Event] = []
        async for event in follow(recorder.address):
            got.append(event)
            if len(got) == 2:
                break
        return got

    both = [asyncio.create_task(first_two()) for _ in range(2)]
    await until(lambda: len(recorder.server._followers) == 2)
    recorder.emit(MarkAdded(at=2))
    assert await both[0] == await both[1]


async def test_a_command_is_carried_out_and_answered(recorder: Recorder) -> None:
    assert await asyncio.to_thread(ask, recorder.address, "note", "hello") == {"ok": True}
    assert recorder.asked == [("note", "hello")]


async def test_what_the_recorder_refuses_is_raised_in_its_words(recorder: Recorder) -> None:
    with pytest.raises(BusyError, match="no") as caught:
        await asyncio.to_thread(ask, recorder.address, "refuse")
    assert caught.value.hint == "try yes"


@pytest.mark.parametrize(
    "line",
    [b'{"secret": "wrong", "do": "stop"}\n', b"{}\n", b"not json\n", b"[1]\n", b"\xff\xfe\n", b'{"do": "events"}\n'],
)
async def test_without_the_secret_nothing_is_answered_or_done(recorder: Recorder, line: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", recorder.server.port)
    writer.write(line)
    assert await asyncio.wait_for(reader.read(), 5) == b""
    assert recorder.asked == []
    writer.close()


async def test_a_front_end_that_does_not_read_is_cut_off_and_costs_bounded_memory(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("meetrec.recorder.server.BACKLOG", 50)
    reader, writer = await asyncio.open_connection("127.0.0.1", recorder.server.port, limit=1 << 10)
    writer.write(recorder.address.request("events"))
    await until(lambda: recorder.server.followed)
    for number in range(51):
        recorder.emit(MarkAdded(at=number))
    assert not recorder.server.followed
    assert json.loads(await reader.readline())["type"] == "mark.added"
    writer.close()
