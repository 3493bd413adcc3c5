"""Sound out of the default output device, through PortAudio, with a clock that tells what is heard at this moment."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

from meetrec.audio import portaudio
from meetrec.audio.devices import refresh
from meetrec.audio.resample import Resampler
from meetrec.core.errors import AudioDeviceError
from meetrec.core.sanitize import one_line

log = logging.getLogger(__name__)

LATENCY_S = 0.3
"""How much sound the device is given ahead: as long may the program be busy. It costs nothing, pausing drops it."""
CLOSE_PATIENCE_S = 1.5
"""Seconds a sound system that hangs gets before its stream is left behind."""
_SAMPLE_BYTES = 2
_HINTS_ABSENT = {
    "linux": "connect headphones or speakers, and check with `pactl list short sinks` that the sound server sees them",
    "darwin": "connect headphones or speakers, and choose them under System Settings > Sound > Output",
    "win32": "connect headphones or speakers, and choose them under Settings > System > Sound > Output",
}


class _Piece(NamedTuple):
    """Samples that follow each other; `at` is where they are from, and each second of them is `pace` seconds there."""

    pcm: memoryview
    at: float
    pace: float


class _Heard(NamedTuple):
    """From the moment `since` (time.monotonic) on, for `seconds`, one hears what is at `at` and after it."""

    since: float
    seconds: float
    at: float
    pace: float


class Output:
    """One stream of s16le mono at `rate` frames a second to whatever is the default output at this moment.

    Belongs to one thread, except for `heard`. `on_ended` is called, from PortAudio's thread, when the sound system
    ends the stream by itself.
    """

    def __init__(self, rate: int, on_ended: Callable[[], None], *, latency_s: float = LATENCY_S) -> None:
        self._on_ended = on_ended
        self._latency_s = latency_s
        self._pieces: deque[_Piece] = deque()
        self._queued = 0
        self._log: deque[_Heard] = deque()
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self.last_call = time.monotonic()
        """When the sound system last asked for sound (time.monotonic)."""
        self.starved = 0
        """How often it asked for more than there was."""
        with portaudio.lock:
            self._stream, self._rate, self._channels = self._opened(rate)
        self._resampler = Resampler(rate, self._rate)

    # -- what is played --------------------------------------------------------------------------------------------

    @property
    def queued_s(self) -> float:
        """Seconds that wait to be handed to the sound system."""
        return self._queued / self._rate / _SAMPLE_BYTES

    def put(self, pcm: bytes, at: float, pace: float, *, last: bool = False) -> None:
        """Add sound; `at` is where it is from, in seconds of whatever clock, a second of sound being `pace` of that."""
        pcm = self._resampler.feed(pcm) + (self._resampler.flush() if last else b"")
        if pcm:
            with self._lock:
                self._pieces.append(_Piece(memoryview(pcm), at, pace))
                self._queued += len(pcm)

    def start(self) -> None:
        """Begin to play what was put. Raises AudioDeviceError."""
        sounddevice = portaudio.load()
        self.last_call = time.monotonic()
        try:
            with portaudio.quiet():
                self._stream.start()
        except sounddevice.PortAudioError as error:
            self.close()
            raise _in_words(error) from error

    def heard(self) -> float | None:
        """Return what is heard at this moment, None before the first sound. May be asked by any thread."""
        now = time.monotonic()
        with self._lock:
            while len(self._log) > 1 and self._log[1].since <= now:
                self._log.popleft()
            if not self._log:
                return None
            entry = self._log[0]
        return entry.at + min(max(now - entry.since, 0.0), entry.seconds) * entry.pace

    @property
    def is_silent(self) -> bool:
        """Whether all that was put has been heard."""
        with self._lock:
            return not self._queued and (not self._log or _ends(self._log[-1]) <= time.monotonic())

    def close(self) -> None:
        """Fall silent at once, within two seconds also when the sound server hangs. May be called again."""
        self._closing.set()
        stream, self._stream = self._stream, None
        if stream is None:
            return
        closer = threading.Thread(target=_close, args=(stream,), name="output closer", daemon=True)
        closer.start()
        closer.join(CLOSE_PATIENCE_S)
        if closer.is_alive():
            log.info("the sound system hangs; an output stream is left behind")

    # -- PortAudio -------------------------------------------------------------------------------------------------

    def _opened(self, rate: int) -> tuple[Any, int, int]:
        sounddevice = portaudio.load()
        try:
            return self._first_that_works(sounddevice, rate)
        except (sounddevice.PortAudioError, ValueError) as error:
            if portaudio.open_streams:  # to look for devices anew would end them
                raise _in_words(error) from error
        try:
            refresh()
            return self._first_that_works(sounddevice, rate)
        except (sounddevice.PortAudioError, ValueError) as error:
            raise _in_words(error) from error

    def _first_that_works(self, sounddevice: Any, rate: int) -> tuple[Any, int, int]:
        """Open at `rate`, else at the device's own rate, and in stereo where it has no mono."""
        own = int(sounddevice.query_devices(kind="output")["default_samplerate"])
        ways = [(rate, 1), (own, 1), (rate, 2), (own, 2)]
        for one_rate, channels in ways:
            try:
                return self._stream_of(sounddevice, one_rate, channels), one_rate, channels
            except sounddevice.PortAudioError as error:
                if not portaudio.is_form_refused(error) or (one_rate, channels) == ways[-1]:
                    raise
        raise AssertionError  # pragma: no cover - the last way returns or raises

    def _stream_of(self, sounddevice: Any, rate: int, channels: int) -> Any:
        with portaudio.quiet():
            stream = sounddevice.RawOutputStream(
                samplerate=rate,
                channels=channels,
                dtype="int16",
                latency=self._latency_s,
                callback=self._give,
                finished_callback=self._finished,
            )
        portaudio.open_streams.add(stream)
        return stream

    def _give(self, buffer: Any, frames: int, times: Any, _status: Any) -> None:
        """PortAudio's callback: hand over what is there, and note when it will be heard.

        An exception that left it would end the stream, with a traceback on the screen.
        """
        try:
            now = time.monotonic()
            self.last_call = now
            delay = times.outputBufferDacTime - times.currentTime
            pcm = self._next(frames, now + (delay if 0 <= delay < 10 else self._latency_s))
            pcm += bytes(frames * _SAMPLE_BYTES - len(pcm))
            if self._channels == 2:
                pcm = b"".join(pcm[at : at + 2] * 2 for at in range(0, len(pcm), 2))
            buffer[:] = pcm
        except Exception:  # what leaves a callback ends the stream in silence: sounddevice tells nobody
            log.exception("a block of sound was not played")

    def _next(self, frames: int, since: float) -> bytes:
        wanted, taken = frames * _SAMPLE_BYTES, bytearray()
        with self._lock:
            while wanted > len(taken) and self._pieces:
                piece = self._pieces.popleft()
                room = wanted - len(taken)
                part, rest = piece.pcm[:room], piece.pcm[room:]
                seconds = len(part) / _SAMPLE_BYTES / self._rate
                self._log.append(_Heard(since, seconds, piece.at, piece.pace))
                since += seconds
                taken += part
                if rest:
                    self._pieces.appendleft(_Piece(rest, piece.at + seconds * piece.pace, piece.pace))
            self._queued -= len(taken)
            self.starved += len(taken) < wanted
        return bytes(taken)

    def _finished(self) -> None:
        """PortAudio's callback when the stream is over, also when the sound server died: there is no other sign."""
        if not self._closing.is_set():
            self._on_ended()


def _ends(entry: _Heard) -> float:
    return entry.since + entry.seconds


def _close(stream: Any) -> None:
    try:
        stream.abort()
        stream.close()
    except Exception:  # PortAudioError of a dead server: it is closed then, which was wanted
        log.info("closing the output", exc_info=True)


def gone() -> AudioDeviceError:
    """Return the error for an output that went away while it played."""
    return AudioDeviceError(
        "no output: the sound server ended, or the device was unplugged", portaudio.hint(_HINTS_ABSENT)
    )


def hanging() -> AudioDeviceError:
    """Return the error for an output that takes no sound any more."""
    return AudioDeviceError("no output: the sound system does not take any sound", portaudio.hint(_HINTS_ABSENT))


def _in_words(error: Exception) -> AudioDeviceError:
    """Put an error of sounddevice about the output into words."""
    text = one_line(str(error))
    lowered = text.lower()
    if "permission" in lowered or "not permitted" in lowered or "access denied" in lowered:
        what = "no output: the system does not let meetrec use the sound device"
        return AudioDeviceError(what, portaudio.in_words(error, "the sound device").hint)
    if "busy" in lowered or "unavailable" in lowered:
        return AudioDeviceError("no output: the sound device is in use by another program", "close it, then play again")
    return AudioDeviceError("no output: no device to play on", portaudio.hint(_HINTS_ABSENT))
