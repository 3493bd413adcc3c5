"""The way to PortAudio: loaded when first needed, kept from writing on the screen, its errors put into words.

Everything else of the program works without PortAudio, so this is the only place where sounddevice is imported.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib
import os
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator
from typing import Any

from meetrec.core.errors import AudioDeviceError
from meetrec.core.sanitize import one_line

lock = threading.RLock()
"""Held while devices are listed and streams opened: PortAudio initializes once, and PULSE_SOURCE is process-wide."""

open_streams: weakref.WeakSet[Any] = weakref.WeakSet()
"""Every stream of this process that is open or may be: to look for devices anew would end them."""

_HINTS_MISSING = {
    "linux": "apt install libportaudio2 (Debian, Ubuntu), dnf install portaudio (Fedora), "
    "pacman -S portaudio (Arch); then start meetrec again",
    "darwin": "brew install portaudio; then start meetrec again",
    "win32": "pip install --force-reinstall sounddevice: it brings PortAudio along",
}
_HINTS_PERMISSION = {
    "linux": "check that you may use the sound device: log in at the machine itself, or join the group audio",
    "darwin": "allow the terminal under System Settings > Privacy & Security > Microphone",
    "win32": "allow desktop apps under Settings > Privacy & security > Microphone",
}
_HINTS_ABSENT = {
    "linux": "connect a microphone, and check with `pactl list short sources` that the sound server sees it",
    "darwin": "connect a microphone, and choose it under System Settings > Sound > Input",
    "win32": "connect a microphone, and choose it under Settings > System > Sound > Input",
}
# portaudio.h, PaErrorCode
_NO_SAMPLE_RATE, _NO_CHANNELS = -9997, -9998
_NO_DEVICE = frozenset({-9996, -9993, -10000})  # -9993 is what a sound server that is gone looks like
_BUSY = -9985


def hint(hints: dict[str, str]) -> str:
    """Return the hint for this system."""
    return hints.get(sys.platform, hints["linux"])


def load() -> Any:
    """Return the module sounddevice.

    Raises AudioDeviceError when PortAudio is missing, with what to install, or cannot be started.
    """
    try:
        with lock, quiet():
            _check_alsa()
            known = "sounddevice" in sys.modules
            sounddevice = importlib.import_module("sounddevice")
            if not known:
                _end_without_hanging(sounddevice)
            return sounddevice
    except (ImportError, OSError) as error:  # OSError: the module is there, the C library is not
        raise AudioDeviceError("PortAudio, which meetrec records with, is missing", hint(_HINTS_MISSING)) from error
    except Exception as error:  # PortAudioError, which only the module that failed to load could name
        if type(error).__name__ != "PortAudioError":
            raise
        raise AudioDeviceError("the sound system cannot be started", _alsa_hint()) from error


def _end_without_hanging(sounddevice: Any) -> None:
    """At the end of the program leave PortAudio alone while a stream may be open.

    sounddevice ends PortAudio then, which closes all streams: for ever where a sound server hangs. What a process has
    open the system closes.
    """
    atexit.unregister(sounddevice._exit_handler)

    def end() -> None:
        if not open_streams:
            sounddevice._exit_handler()

    atexit.register(end)


def _check_alsa() -> None:
    """Raise AudioDeviceError where loading PortAudio would end the process.

    ALSA aborts (an assertion in C) when ALSA_CONFIG_PATH leads to no configuration. Whether it does only ALSA knows,
    so it is tried out in another process, and only where the variable is set.
    """
    if not os.environ.get("ALSA_CONFIG_PATH") or "sounddevice" in sys.modules:
        return
    command = (sys.executable, "-c", "import sounddevice")
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False)
    if done.returncode < 0:  # ended by a signal
        raise AudioDeviceError("ALSA_CONFIG_PATH names no configuration of ALSA", _alsa_hint())


def _alsa_hint() -> str:
    if os.environ.get("ALSA_CONFIG_PATH"):
        return "unset ALSA_CONFIG_PATH, or correct it; without a microphone: meetrec record --from FILE"
    return "check the sound settings of the system; without a microphone: meetrec record --from FILE"


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep what C libraries (ALSA, JACK) write to file descriptor 2 off the screen while the block runs.

    Several threads may do so at once: the last one out puts back what the first one in took away.
    """
    _silence.enter()
    try:
        yield
    finally:
        _silence.leave()


class _Silence:
    """Where file descriptor 2 leads while any thread wants it quiet: nowhere."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._kept: int | None = None

    def enter(self) -> None:
        with self._lock:
            self._inside += 1
            if self._inside > 1:
                return
            sys.stderr.flush()
            try:
                self._kept = os.dup(2)
            except OSError:  # no standard error at all
                return
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 2)
            os.close(nowhere)

    def leave(self) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside or self._kept is None:
                return
            os.dup2(self._kept, 2)
            os.close(self._kept)
            self._kept = None


_silence = _Silence()


def no_device() -> AudioDeviceError:
    """Return the error for a machine without any microphone."""
    return AudioDeviceError("no microphone was found", hint(_HINTS_ABSENT))


def in_words(error: Exception, name: str) -> AudioDeviceError:
    """Put an error of sounddevice (PortAudioError, ValueError) about the device `name` into words."""
    code = error.args[1] if len(error.args) > 1 and isinstance(error.args[1], int) else 0
    text = one_line(str(error))
    lowered = text.lower()
    if "permission" in lowered or "not permitted" in lowered or "access denied" in lowered:
        return AudioDeviceError(f"the system does not let meetrec use {name}", hint(_HINTS_PERMISSION))
    if code == _BUSY or "busy" in lowered:
        return AudioDeviceError(f"{name} is in use by another program", "close it, or choose another --device")
    if code in _NO_DEVICE or "no such" in lowered or "refused" in lowered or isinstance(error, ValueError):
        return AudioDeviceError(f"{name} is not there any more, or the sound server does not run", hint(_HINTS_ABSENT))
    if code == _NO_SAMPLE_RATE:
        return AudioDeviceError(f"{name} does not record at the rate asked for", "choose another --device")
    if code == _NO_CHANNELS:
        return AudioDeviceError(f"{name} records no sound, it only plays", "meetrec devices lists what records")
    return AudioDeviceError(f"{name} cannot be opened: {text}", "meetrec devices lists what records")


def is_rate_refused(error: Exception) -> bool:
    """Whether the device could be used at another rate."""
    return len(error.args) > 1 and error.args[1] == _NO_SAMPLE_RATE


def is_form_refused(error: Exception) -> bool:
    """Whether the device could be used at another rate, or with another number of channels."""
    return len(error.args) > 1 and error.args[1] in (_NO_SAMPLE_RATE, _NO_CHANNELS)
