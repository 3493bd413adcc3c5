"""A microphone, through PortAudio: 16-bit blocks from its own thread, handed on at once."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from collections.abc import Iterator
from typing import Any

from meetrec.audio import portaudio
from meetrec.audio.devices import Device, default_device
from meetrec.audio.source import OnBlock, OnEnded

log = logging.getLogger(__name__)

STOP_PATIENCE = 1.5
"""Seconds a sound system that hangs gets before its stream is left behind."""


class Microphone:
    """Records from `device` (None: the default microphone) in s16le mono.

    At `rate` where the device can; else at its own rate, which `rate` then holds after `open`. `overflows` counts the
    times PortAudio said that sound was lost (PulseAudio and PipeWire never say so: see PaceWatch), `failures` the
    blocks that were lost here.
    """

    channels = 1
    live = True

    def __init__(self, device: Device | None = None, *, rate: int = 24000, block_ms: int = 100) -> None:
        self.rate = rate
        self.device_name = device.name if device else "the default microphone"
        self.overflows = self.failures = 0
        self._device = device
        self._block_ms = block_ms
        self._stream: Any = None
        self._on_block: OnBlock | None = None
        self._on_ended: OnEnded | None = None
        self._stopping = threading.Event()

    def open(self) -> None:
        """Open the device, without recording yet, and settle the rate.

        Raises AudioDeviceError: PortAudio missing, no microphone, busy, refused, gone.
        """
        if self._stream is not None:
            return
        with portaudio.lock:
            device = self._device or default_device()
            self.device_name = device.name
            sounddevice = portaudio.load()
            for rate in dict.fromkeys((self.rate, device.rate)):
                try:
                    self._stream = self._opened(sounddevice, device, rate)
                except (sounddevice.PortAudioError, ValueError) as error:
                    if portaudio.is_rate_refused(error) and rate != device.rate:
                        continue
                    raise portaudio.in_words(error, device.name) from error
                self.rate = rate
                return

    def start(self, on_block: OnBlock, on_ended: OnEnded) -> None:
        """Begin to record. Raises AudioDeviceError.

        `on_block` is called from PortAudio's own thread and must only put the block somewhere: what takes time there
        delays, in the end loses sound. `on_ended` is called when the sound system ends the stream by itself.
        """
        self.open()
        self._on_block, self._on_ended = on_block, on_ended
        sounddevice = portaudio.load()
        try:
            with portaudio.quiet():
                self._stream.start()
        except sounddevice.PortAudioError as error:
            self.stop()
            raise portaudio.in_words(error, self.device_name) from error

    def stop(self) -> None:
        """End the recording, within two seconds also when the sound server hangs. May be called again.

        Blocks that PortAudio has complete are handed on first; less than one block may be dropped.
        """
        self._stopping.set()
        stream, self._stream = self._stream, None
        if stream is None:
            return
        closer = threading.Thread(target=_close, args=(stream,), name="microphone closer", daemon=True)
        closer.start()
        closer.join(STOP_PATIENCE)
        if closer.is_alive():
            log.warning("the sound system hangs; the stream of %s is left behind", self.device_name)

    def _opened(self, sounddevice: Any, device: Device, rate: int) -> Any:
        with portaudio.quiet(), _pulse_source(device.source):
            stream = sounddevice.RawInputStream(
                samplerate=rate,
                blocksize=rate * self._block_ms // 1000,
                device=device.index,
                channels=1,
                dtype="int16",
                latency="high",
                callback=self._take,
                finished_callback=self._finished,
            )
        portaudio.open_streams.add(stream)
        return stream

    def _take(self, block: Any, _frames: int, _time: Any, status: Any) -> None:
        """PortAudio's callback: copy and hand on, nothing else.

        An exception that left it would end the stream, with a traceback on the screen and no word to anybody. Kept in
        here it costs this block and no other: the stream goes on, and to open it anew would only cost more.
        """
        try:
            if status and status.input_overflow:
                self.overflows += 1
            if self._on_block is not None:
                self._on_block(bytes(block))
        except Exception:  # what leaves a callback ends the stream in silence: sounddevice tells nobody
            self.failures += 1
            log.exception("a block of sound was lost")

    def _finished(self) -> None:
        """PortAudio's callback after the last block, also when the sound server died: there is no other sign."""
        if not self._stopping.is_set() and self._on_ended is not None:
            self._on_ended(f"{self.device_name} went away: the sound server ended, or the device was unplugged")


def _close(stream: Any) -> None:
    try:
        stream.stop()
        stream.close()
    except Exception:  # PortAudioError of a dead server: it is closed then, which was wanted
        log.info("closing the microphone", exc_info=True)


@contextlib.contextmanager
def _pulse_source(name: str) -> Iterator[None]:
    """Let the stream opened inside read from this source of the sound server. Call it under `portaudio.lock`."""
    if not name:
        yield
        return
    before = os.environ.get("PULSE_SOURCE")
    os.environ["PULSE_SOURCE"] = name
    try:
        yield
    finally:
        if before is None:
            del os.environ["PULSE_SOURCE"]
        else:
            os.environ["PULSE_SOURCE"] = before
