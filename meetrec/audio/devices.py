"""Which microphones there are, by the names people know them by.

On Linux PortAudio sees only ALSA's devices, of which `pulse` and `default` lead to the sound server. The microphones
behind it are asked from the server (`pactl -f json list sources`, PulseAudio and PipeWire alike) and reached through
the device `pulse` with PULSE_SOURCE set while the stream is opened.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from typing import Any

from meetrec.audio import portaudio
from meetrec.core.errors import AudioDeviceError
from meetrec.core.sanitize import one_line

_PATIENCE = 3.0
"""Seconds pactl gets: it waits for a sound server that hangs."""
_PULSE = "pulse"


@dataclass(frozen=True)
class Device:
    """Something that records. `rate` and `channels` are what it offers by itself.

    `index` is PortAudio's. `source` is the sound server's name of it, empty for devices PortAudio reaches by itself.
    A monitor is what the computer plays, not a microphone: it is never chosen unasked.
    """

    index: int
    name: str
    rate: int
    channels: int
    is_default: bool
    host_api: str
    source: str = ""
    is_monitor: bool = False


def list_devices() -> list[Device]:
    """Return what records, microphones first. Empty where there is nothing.

    Raises AudioDeviceError when PortAudio is missing. Starts afresh by itself when the sound server has come up after
    meetrec did.
    """
    with portaudio.lock:
        devices = _portaudio_devices()
        sources = _server_sources()
        bridge = _bridge(devices)
        if sources and bridge is None:
            refresh()
            devices = _portaudio_devices()
            bridge = _bridge(devices)
    if sources and bridge is not None:
        return sorted((_from_source(one, bridge) for one in sources), key=lambda one: one.is_monitor)
    return devices


def find_device(name: str) -> Device:
    """Return the device with this name, or the only one with this part in its name, whatever the case.

    Microphones go before monitors. Raises AudioDeviceError, listing what there is, when none or several answer.
    """
    devices = list_devices()
    wanted = name.strip().casefold()
    for matches in (
        [one for one in devices if wanted in (one.name.casefold(), one.source.casefold())],
        [one for one in devices if wanted in one.name.casefold() and not one.is_monitor],
        [one for one in devices if wanted in one.name.casefold() or (one.source and wanted in one.source.casefold())],
    ):
        if len(matches) == 1:
            return matches[0]
        if matches:
            raise AudioDeviceError(
                f'several devices answer to "{one_line(name)}": {_names(matches)}', "give more of the name"
            )
    if not devices:
        raise portaudio.no_device()
    raise AudioDeviceError(f'no device answers to "{one_line(name)}"', f"choose one of: {_names(devices)}")


def default_device() -> Device:
    """Return the microphone to use unasked: the system's default, if that is one, else the first microphone.

    Raises AudioDeviceError when there is none.
    """
    microphones = [one for one in list_devices() if not one.is_monitor]
    if not microphones:
        raise portaudio.no_device()
    return next((one for one in microphones if one.is_default), microphones[0])


def refresh() -> None:
    """Look for devices anew (30 ms). Open streams would be closed by it: call it only while nothing records."""
    with portaudio.lock, portaudio.quiet():
        sounddevice = portaudio.load()
        sounddevice._terminate()  # the documented way (python-sounddevice, "How to refresh the device list")
        sounddevice._initialize()


def _portaudio_devices() -> list[Device]:
    with portaudio.quiet():
        sounddevice = portaudio.load()
        default = sounddevice.default.device[0]
        hosts = [one["name"] for one in sounddevice.query_hostapis()]
        rows = [one for one in sounddevice.query_devices() if one["max_input_channels"] > 0]
    return [
        Device(
            index=one["index"],
            name=one_line(one["name"]),
            rate=int(one["default_samplerate"]),
            channels=one["max_input_channels"],
            is_default=one["index"] == default,
            host_api=one_line(hosts[one["hostapi"]]),
        )
        for one in rows
    ]


def _bridge(devices: list[Device]) -> Device | None:
    """Return the ALSA device through which PULSE_SOURCE reaches the sound server."""
    return next((one for one in devices if one.name == _PULSE), None)


def _server_sources() -> list[dict[str, Any]]:
    """Return the sound server's sources as `pactl` lists them, the default one marked; empty without a server."""
    pactl = shutil.which("pactl")
    if not pactl:
        return []
    try:
        sources = json.loads(_run(pactl, "-f", "json", "list", "sources"))
        default = _run(pactl, "get-default-source").strip()
    except (OSError, subprocess.SubprocessError, ValueError):  # no server, an old pactl without JSON, a hang
        return []
    if not isinstance(sources, list):
        return []
    named = [one for one in sources if isinstance(one, dict) and isinstance(one.get("name"), str)]
    return [{**one, "is_default": one["name"] == default} for one in named]


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, timeout=_PATIENCE, check=True, stdin=subprocess.DEVNULL)
    return done.stdout.decode(errors="replace")


def _from_source(source: dict[str, Any], bridge: Device) -> Device:
    name = source["name"]
    specification = str(source.get("sample_specification", "")).split()  # "s16le 2ch 48000Hz"
    numbers = {word.lstrip("0123456789"): word.rstrip("chHz") for word in specification if word[:1].isdigit()}
    return Device(
        index=bridge.index,
        name=one_line(str(source.get("description") or name)),
        rate=_number(numbers.get("Hz"), bridge.rate),
        channels=_number(numbers.get("ch"), 1),
        is_default=source["is_default"],
        host_api="sound server",
        source=name,
        is_monitor=bool(source.get("monitor_source")) or name.endswith(".monitor"),
    )


def _number(digits: str | None, otherwise: int) -> int:
    return int(digits) if digits and digits.isdigit() else otherwise


def _names(devices: list[Device]) -> str:
    return ", ".join(f'"{one.name}"' for one in devices)
