"""From a block on the disk to its frame on the wire, over the block's own length.

The recording engine and the live link run here in one process, as they do in the recorder process, and so does the
service that notes when each sample comes in: one clock.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import WSMsgType, web

from benchmarks.processes import percentile
from benchmarks.speech import speech_file
from meetrec.audio.recording import Recording
from meetrec.audio.source import FileSource
from meetrec.audio.vad import VoiceDetector
from meetrec.audio.wav import WavReader, WavWriter
from meetrec.core.models import find_model
from meetrec.core.settings import CaptionsSettings, KeysSettings, ProviderSettings
from meetrec.provider.auth import sign_in
from meetrec.provider.endpoints import find_endpoint
from meetrec.provider.live_captions import LiveCaptions

SECONDS = 60.0
Times = list[tuple[int, float]]
"""How many samples there were, and when."""


class StampedWriter(WavWriter):
    """Notes when a block has been handed to the system."""

    def __init__(self, path: Path, written: Times) -> None:
        super().__init__(path, rate=24_000)
        self._written = written

    def write(self, pcm: bytes) -> int:
        frames = super().write(pcm)
        self._written.append((frames, time.perf_counter()))
        return frames


@contextlib.asynccontextmanager
async def wire(arrived: Times) -> AsyncIterator[str]:
    """Serve the live link and note when audio arrives; yields the service's address."""

    async def serve(request: web.Request) -> web.WebSocketResponse:
        link = web.WebSocketResponse(max_msg_size=0)
        await link.prepare(request)
        samples = 0
        async for message in link:
            now = time.perf_counter()
            event = json.loads(message.data) if message.type is WSMsgType.TEXT else {}
            if event.get("type") == "session.update":
                await link.send_str(json.dumps({"type": "session.updated", "session": {"id": "s"}}))
            elif event.get("type") == "input_audio_buffer.append":
                samples += len(event["audio"]) * 3 // 4 // 2
                arrived.append((samples, now))
        return link

    app = web.Application()
    app.router.add_get("/v1/realtime", serve)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    finally:
        await runner.cleanup()


async def measure(folder: Path) -> list[float]:
    """Record in real time and return the seconds between disk and wire for each block."""
    written: Times = []
    arrived: Times = []
    loop = asyncio.get_running_loop()
    speech = speech_file(folder / "speech.wav", SECONDS)
    async with wire(arrived) as address:
        with StampedWriter(folder / "audio.wav", written) as writer, WavReader(folder / "audio.wav") as reader:
            captions = live_captions(address, reader)

            def on_advance(frames: int) -> None:
                loop.call_soon_threadsafe(captions.advanced, frames)

            recording = Recording(FileSource(speech), writer, on_advance=on_advance)
            following = asyncio.create_task(follow(captions))
            await asyncio.sleep(1.0)  # the link stands
            recording.start()
            await asyncio.sleep(SECONDS)
            await asyncio.to_thread(recording.stop)
            following.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await following
    return delays(written, arrived)


def live_captions(address: str, reader: WavReader) -> LiveCaptions:
    """Return the live captions as the recorder process makes them."""
    keys = {"OPENAI_API_KEY": "benchmark"}
    endpoint = find_endpoint(ProviderSettings(base_url=address), keys)
    return LiveCaptions(
        endpoint,
        sign_in(endpoint, KeysSettings(), keys),
        CaptionsSettings(),
        find_model(CaptionsSettings().model),
        reader=reader,
        detector=lambda: VoiceDetector(reader.rate),
    )


async def follow(captions: LiveCaptions) -> None:
    """Take what the captions say."""
    async for _ in captions.run():
        continue


def delays(written: Times, arrived: Times) -> list[float]:
    """Return for each block the seconds until all of it was on the wire."""
    result, position = [], 0
    for frames, at in written:
        while position < len(arrived) and arrived[position][0] < frames:
            position += 1
        if position == len(arrived):
            break
        result.append(arrived[position][1] - at)
    return result


def main() -> None:
    """Print the percentiles."""
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(measure(Path(folder)))
    p50, p99 = percentile(found, 0.5) * 1000, percentile(found, 0.99) * 1000
    print(f"block on disk to frame on the wire, {len(found)} blocks: p50 {p50:.1f} ms, p99 {p99:.1f} ms (at most 20)")
