"""`meetrec devices`: the microphones of this machine, and with --test what each hears."""

from __future__ import annotations

import dataclasses
import threading
from argparse import Namespace
from typing import Any

from meetrec.audio.capture import Microphone
from meetrec.audio.devices import Device, list_devices
from meetrec.audio.levels import SILENCE_DB, level
from meetrec.audio.riff import SAMPLE_BYTES
from meetrec.cli.output import Output
from meetrec.cli.status_words import level_bars
from meetrec.cli.table import table
from meetrec.core.errors import AudioDeviceError, ExitCode

TEST_S = 1.0
_PATIENCE_S = 3.0
_HEADING = ("", "name", "rate", "channels", "through", "kind")


def devices(options: Namespace, output: Output) -> int:
    """Print what records; with --test listen to each for one second."""
    found = list_devices()
    if not found:
        raise AudioDeviceError("there is no microphone", "plug one in, or use a file: meetrec record --from FILE")
    heard = [_listen(one) if options.test else {} for one in found]
    if options.json:
        output.json_value([{**dataclasses.asdict(one), **more} for one, more in zip(found, heard, strict=True)])
        return ExitCode.DONE
    heading = (*_HEADING, "heard") if options.test else _HEADING
    rows = [_row(one, more) for one, more in zip(found, heard, strict=True)]
    for line in table([heading, *rows]):
        output.line(line)
    output.line()
    output.line("* the default; another: meetrec record --device NAME, or meetrec settings set audio.device NAME")
    return ExitCode.DONE


def _row(device: Device, heard: dict[str, Any]) -> tuple[str, ...]:
    row = (
        "*" if device.is_default else "",
        device.name,
        f"{device.rate} Hz",
        str(device.channels),
        device.host_api,
        "what the computer plays" if device.is_monitor else "microphone",
    )
    return (*row, _words(heard)) if heard else row


def _words(heard: dict[str, Any]) -> str:
    if heard["error"]:
        return str(heard["error"])
    if heard["peak"] <= SILENCE_DB:
        return "nothing at all: muted or dead"
    return f"{level_bars([heard['rms']])} peak {heard['peak']:.0f} dB"


def _listen(device: Device) -> dict[str, Any]:
    """Record one second; returns its rms and peak in dB, or in `error` why that was not possible."""
    blocks: list[bytes] = []
    enough = threading.Event()
    microphone = Microphone(device, rate=device.rate)

    def on_block(pcm: bytes) -> None:
        blocks.append(pcm)
        if sum(map(len, blocks)) >= TEST_S * microphone.rate * SAMPLE_BYTES:
            enough.set()

    try:
        microphone.start(on_block, lambda _: enough.set())
        try:
            enough.wait(_PATIENCE_S)
        finally:
            microphone.stop()
    except AudioDeviceError as error:
        return {"rms": SILENCE_DB, "peak": SILENCE_DB, "error": error.message}
    if not blocks:
        return {"rms": SILENCE_DB, "peak": SILENCE_DB, "error": "no sound arrived within three seconds"}
    loudness = level(b"".join(blocks))
    return {"rms": round(loudness.rms_db, 1), "peak": round(loudness.peak_db, 1), "error": ""}
