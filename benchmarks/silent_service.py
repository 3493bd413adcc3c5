"""A service that costs next to nothing: it counts the audio it gets and says a word for every third of a second.

    python -m benchmarks.silent_service [--stamp] [--delay SHARE] [--least SECONDS]

prints where it listens and serves until it is killed. With `--stamp` each word is the moment at which it is sent,
`t123456789e` (microseconds of `time.perf_counter`, one clock for all processes of a Linux machine). With `--delay` an
upload is answered after that share of its length, but not before `--least` seconds.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import itertools
import json
import time
from typing import Any

import soundfile
from aiohttp import BodyPartReader, WSMsgType, web

WORDS = itertools.cycle(
    ["so", "we", "agreed", "to", "ship", "the", "beta", "on", "Monday", "with", "the", "new", "search"]
)
WORD_S = 1 / 3
SEGMENT_S = 5.0
_OPTIONS = web.AppKey("options", argparse.Namespace)


async def realtime(request: web.Request) -> web.WebSocketResponse:
    """Serve one link: words while audio comes, and their end when it is committed."""
    link = web.WebSocketResponse(max_msg_size=0)
    await link.prepare(request)
    say = "t{:.0f}e " if request.app[_OPTIONS].stamp else ""
    numbers = itertools.count()

    async def send(kind: str, **fields: Any) -> None:
        await link.send_str(json.dumps({"type": kind, "event_id": f"e{next(numbers)}", **fields}))

    transcription = "conversation.item.input_audio_transcription"
    await send("session.created", session={"id": "s", "type": "transcription"})
    heard, text, item = 0.0, "", "i0"
    async for message in link:
        if message.type is not WSMsgType.TEXT:
            continue
        start = message.data[:60]
        if "input_audio_buffer.append" in start:
            heard += len(message.data) / 64_000  # base64 of 16-bit samples at 24 kHz
            while heard >= WORD_S:
                heard -= WORD_S
                word = say.format(time.perf_counter() * 1e6) if say else f"{next(WORDS)} "
                text += word
                await send(f"{transcription}.delta", item_id=item, content_index=0, delta=word)
        elif "input_audio_buffer.commit" in start:
            await send("input_audio_buffer.committed", item_id=item, previous_item_id=None)
            await send(f"{transcription}.completed", item_id=item, content_index=0, transcript=text.strip())
            text, item = "", f"i{next(numbers)}"
        elif "session.update" in start:
            await send("session.updated", session={"id": "s", "type": "transcription"})
    return link


async def transcriptions(request: web.Request) -> web.Response:
    """Take an upload and answer, in time, with a segment for every five seconds, of one speaker, who is recognized."""
    seconds, speaker = 0.0, "A"
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader)
        content = await part.read()
        if part.name == "file":
            seconds = soundfile.info(io.BytesIO(content)).duration
        elif part.name == "known_speaker_names[]":
            speaker = content.decode()
    options = request.app[_OPTIONS]
    await asyncio.sleep(max(seconds * options.delay, options.least))
    segments = [
        {"id": f"seg_{n}", "start": n * SEGMENT_S, "end": (n + 0.9) * SEGMENT_S, "speaker": speaker, "text": " Yes."}
        for n in range(int(seconds / SEGMENT_S))
    ]
    return web.json_response({"task": "transcribe", "duration": seconds, "text": "Yes.", "segments": segments})


def main() -> None:
    """Serve on a free port of 127.0.0.1."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--stamp", action="store_true")
    parser.add_argument("--delay", type=float, default=0.0)
    parser.add_argument("--least", type=float, default=0.0)
    app = web.Application(client_max_size=1 << 30)
    app[_OPTIONS] = parser.parse_args()
    app.router.add_get("/v1/realtime", realtime)
    app.router.add_post("/v1/audio/transcriptions", transcriptions)
    web.run_app(app, host="127.0.0.1", port=0, print=lambda text: print(text, flush=True))


if __name__ == "__main__":
    main()
