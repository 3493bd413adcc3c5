"""The plain sample everyone starts from: a thread reads 1,024-sample blocks, base64, JSON, websocket-client; no WAV.

python -m benchmarks.sample_client ws://127.0.0.1:PORT/v1/realtime DEVICE
"""

from __future__ import annotations

import base64
import json
import signal
import sys
import threading

import sounddevice
import websocket

BLOCK = 1024
RATE = 24_000


def main() -> None:
    """Stream the microphone until SIGTERM, and print what the service says."""
    url, device = sys.argv[1:3]
    over = threading.Event()

    def stream(link: websocket.WebSocketApp) -> None:
        with sounddevice.RawInputStream(
            samplerate=RATE, blocksize=BLOCK, channels=1, dtype="int16", device=device
        ) as microphone:
            while not over.is_set():
                block, _ = microphone.read(BLOCK)
                audio = base64.b64encode(bytes(block)).decode()
                link.send(json.dumps({"type": "input_audio_buffer.append", "audio": audio}))
        link.close()

    def on_open(link: websocket.WebSocketApp) -> None:
        link.send(json.dumps({"type": "session.update", "session": {"type": "transcription"}}))
        threading.Thread(target=stream, args=(link,)).start()

    def on_message(_: websocket.WebSocketApp, message: str) -> None:
        print(json.loads(message).get("delta", ""), end=" ", flush=True)

    signal.signal(signal.SIGTERM, lambda *_: over.set())
    header = ["Authorization: Bearer sample"]
    websocket.WebSocketApp(url, header=header, on_open=on_open, on_message=on_message).run_forever()


if __name__ == "__main__":
    main()
