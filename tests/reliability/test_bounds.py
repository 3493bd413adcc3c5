"""A service that answers without end, without measure, or packed up: memory stays bounded and the sound is whole."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from meetrec.core.events import CaptionFinal
from meetrec.recorder.job import ENVIRONMENT, Job
from tests.cli.program import environment
from tests.e2e.meeting import cut, write_wav
from tests.e2e.program import meetrec, only_session, wav_pcm
from tests.e2e.secret import KEY

log = logging.getLogger(__name__)

SPAN = (6.6, 22.7)
MEGABYTE = 1 << 20
MOST_MB = 400
"""What a recorder may take at its worst here, far less than it is sent and more than any machine adds by itself."""
TRANSCRIPTION = "conversation.item.input_audio_transcription"

Misdeed = Callable[[Callable[[dict[str, Any] | str], Awaitable[None]]], Awaitable[None]]


class Hostile:
    """A service on loopback: the first link and every transcription request get what the test names."""

    def __init__(self) -> None:
        self.misdeed: Misdeed | None = None
        """What the first link says once audio has come."""
        self.body: Callable[[], AsyncIterator[bytes]] | None = None
        """The answer to a transcription request."""
        self.headers: dict[str, str] = {}
        self.links = self.requests = 0
        self.said = 0
        """Bytes of misdeeds and bodies that were taken from it."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="hostile service")
        self._runner: web.AppRunner | None = None
        self.port = 0

    def __enter__(self) -> Hostile:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(60)
        return self

    def __exit__(self, *_exception: object) -> None:
        assert self._runner is not None
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(60)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(60)
        self._loop.close()

    async def _start(self) -> None:
        app = web.Application(client_max_size=0)
        app.router.add_get("/v1/realtime", self._realtime)
        app.router.add_post("/v1/audio/transcriptions", self._transcribe)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]

    async def _transcribe(self, request: web.Request) -> web.StreamResponse:
        assert self.body is not None
        self.requests += 1
        await request.read()
        response = web.StreamResponse(headers={"Content-Type": "application/json", **self.headers})
        with suppress(ConnectionError):
            await response.prepare(request)
            async for piece in self.body():
                await response.write(piece)
                self.said += len(piece)
        return response

    async def _realtime(self, request: web.Request) -> web.StreamResponse:
        self.links += 1
        misdeed = self.misdeed if self.links == 1 else None
        ws = web.WebSocketResponse(max_msg_size=0)
        await ws.prepare(request)

        async def say(event: dict[str, Any] | str) -> None:
            text = event if isinstance(event, str) else json.dumps(event)
            await ws.send_str(text)
            self.said += len(text)

        with suppress(ConnectionError):
            await say({"type": "session.created", "session": {}})
            turns = 0
            async for message in ws:
                event = json.loads(message.data)
                if event["type"] == "session.update":
                    await say({"type": "session.updated", "session": event["session"]})
                elif event["type"] == "input_audio_buffer.append" and misdeed is not None:
                    now, misdeed = misdeed, None
                    await now(say)
                elif event["type"] == "input_audio_buffer.commit":
                    turns += 1
                    await say({"type": "input_audio_buffer.committed", "item_id": f"i{turns}"})
                    await say({"type": f"{TRANSCRIPTION}.completed", "item_id": f"i{turns}", "transcript": "words"})
        return ws


@pytest.fixture
def hostile(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hostile]:
    with Hostile() as hostile:
        monkeypatch.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{hostile.port}/v1")
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        monkeypatch.setenv("MEETREC_PROVIDER_REPLAY_SPEED", "60")
        yield hostile


# Runs the recorder's job, and says at its end how much memory it had at most (proc(5); getrusage(2) counts its parent).
MEASURED_RECORDER = """
import sys
from pathlib import Path
from meetrec.recorder.__main__ import main
code = main()
fields = Path("/proc/self/status").read_text().split()
print("memory", fields[fields.index("VmHWM:") + 1], file=sys.stderr)
sys.exit(code)
"""


def run_recorder(job: Job) -> tuple[int, float]:
    """Run a recorder process to its end; return its exit status and the most memory it took, in MB."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED_RECORDER],
        env=environment({ENVIRONMENT: job.to_json()}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=120,
    )
    name, kilobytes = done.stderr.decode().split()[-2:]
    assert name == "memory"
    return done.returncode, int(kilobytes) / 1024


# -- live links --------------------------------------------------------------------------------------------------------


async def fifty_megabytes(say: Callable[[dict[str, Any] | str], Awaitable[None]]) -> None:
    await say({"type": f"{TRANSCRIPTION}.delta", "item_id": "i1", "delta": "word " * (10 * MEGABYTE)})


async def deep(say: Callable[[dict[str, Any] | str], Awaitable[None]]) -> None:
    await say('{"type":' + "[" * 1_000_000 + "]" * 1_000_000 + "}")


async def endless_delta(say: Callable[[dict[str, Any] | str], Awaitable[None]]) -> None:
    """Say 50 MB of one turn, without an end in sight."""
    for _ in range(5_000):
        await say({"type": f"{TRANSCRIPTION}.delta", "item_id": "i1", "delta": "word " * 2_000})


async def endless_turns(say: Callable[[dict[str, Any] | str], Awaitable[None]]) -> None:
    """Say 50 MB of turns that nobody spoke."""
    for number in range(5_000):
        await say({"type": f"{TRANSCRIPTION}.delta", "item_id": f"x{number}", "delta": "word " * 2_000})
        await say({"type": "input_audio_buffer.speech_started", "item_id": f"x{number}", "audio_start_ms": number})


@pytest.mark.parametrize("misdeed", [fifty_megabytes, deep, endless_delta, endless_turns])
def test_a_link_that_says_things_without_measure_costs_neither_memory_nor_sound_nor_the_captions(
    hostile: Hostile, tmp_path: Path, misdeed: Misdeed
) -> None:
    path = write_wav(tmp_path / "short.wav", cut(*SPAN))
    hostile.misdeed = misdeed
    job = Job(kind="record", title="Sync", source="file", path=str(path), speed=8.0, finish=False)
    code, memory = run_recorder(job)
    assert code == 0
    log.info("memory %.0f MB, %d MB said", memory, hostile.said >> 20)
    assert hostile.said > (0 if misdeed is fifty_megabytes else MEGABYTE)  # that one is cut at its first bytes
    assert memory < MOST_MB
    folder = only_session()
    assert wav_pcm(folder.audio) == cut(*SPAN).tobytes()
    finals = [event for event in folder.events() if isinstance(event, CaptionFinal)]
    assert "words" in [event.text for event in finals]
    assert all(len(event.text) <= 20_000 for event in finals)
    assert folder.events_path.stat().st_size < 2 * MEGABYTE


# -- answers -----------------------------------------------------------------------------------------------------------


async def two_hundred_megabytes() -> AsyncIterator[bytes]:
    yield b'{"text": "'
    for _ in range(200):
        yield b"word " * (MEGABYTE // 5)
    yield b'"}'


async def a_million_brackets() -> AsyncIterator[bytes]:
    yield b'{"segments": ' + b"[" * 1_000_000 + b"]" * 1_000_000 + b"}"


async def two_million_segments() -> AsyncIterator[bytes]:
    yield b'{"segments": [' + b"{}," * 2_000_000 + b"{}]}"


async def bomb() -> AsyncIterator[bytes]:
    yield gzip.compress(bytes(200 * MEGABYTE), 1)


@pytest.mark.parametrize("body", [two_hundred_megabytes, a_million_brackets, two_million_segments, bomb])
def test_an_answer_without_measure_is_a_sentence_and_costs_no_memory(
    hostile: Hostile, tmp_path: Path, body: Callable[[], AsyncIterator[bytes]]
) -> None:
    path = write_wav(tmp_path / "short.wav", cut(*SPAN))
    hostile.body = body
    hostile.headers = {"Content-Encoding": "gzip"} if body is bomb else {}
    code, memory = run_recorder(Job(kind="import", title="Sync", source="file", path=str(path), speed=0.0))
    assert code == 3
    log.info("memory %.0f MB", memory)
    assert memory < MOST_MB
    assert hostile.requests == 1  # what was answered is charged: it is not asked for again
    folder = only_session()
    assert wav_pcm(folder.audio) == cut(*SPAN).tobytes()
    assert sum(one.stat().st_size for one in folder.path.rglob("*") if one.suffix != ".wav") < 2 * MEGABYTE
    assert meetrec("list", "--json").code == 0
