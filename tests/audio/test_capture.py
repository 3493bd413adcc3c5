"""A microphone through the real PortAudio, from a real sound server."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from meetrec.audio import capture, portaudio
from meetrec.audio.capture import Microphone
from meetrec.audio.devices import Device, find_device, list_devices
from meetrec.audio.recording import Recording
from meetrec.audio.wav import WavWriter
from meetrec.core.errors import AudioDeviceError
from tests.audio.sound import lags, read_wav, speechlike, write_wav
from tests.lab import Lab
from tests.needs import need

pytestmark = pytest.mark.audio


def record(lab: Lab, tmp_path: Path, device: str, sink: str, rate: int, seconds: float) -> tuple[Any, Any]:
    """Play speech-like sound into a sink while a device is recorded; return what was played and what recorded."""
    played = speechlike(seconds)
    sound = write_wav(tmp_path / "played.wav", played)
    microphone = Microphone(find_device(device), rate=rate)
    microphone.open()
    last = (seconds + 1.5) * microphone.rate
    enough = threading.Event()
    written: list[int] = []
    faults: list[object] = []
    with WavWriter(tmp_path / "audio.wav", rate=microphone.rate) as writer:

        def on_advance(frames: int) -> None:
            written.append(frames)
            if frames > last:
                enough.set()

        recording = Recording(
            microphone,
            writer,
            on_fault=faults.append,
            on_gap=faults.append,
            on_ended=faults.append,
            on_advance=on_advance,
        )
        recording.start()
        lab.wait_for(lambda: bool(written), "the recording runs")
        assert lab.play(sound, sink, latency_ms=2000).wait(60) == 0
        assert enough.wait(60)
        recording.stop()
    assert faults == []
    assert recording.overflows == 0
    return played, read_wav(writer.path)


def test_what_was_played_into_the_microphone_is_recorded_sample_by_sample(lab: Lab, tmp_path: Path) -> None:
    played, recorded = record(lab, tmp_path, "virtual_microphone", "micpipe", 48000, 4)
    found = lags(played, recorded, 12000)
    assert set(found) == {found[0]}
    assert np.array_equal(recorded[found[0] : found[0] + len(played)], played)


def test_at_24_khz_nothing_is_missing_or_doubled(lab: Lab, tmp_path: Path) -> None:
    played, recorded = record(lab, tmp_path, "virtual_microphone", "micpipe", 24000, 4)
    found = lags(played[::2], recorded, 6000)  # its spectrum ends below 4 kHz: every second sample says all
    assert max(found) - min(found) <= 1
    at = found[0]
    there = recorded[at : at + len(played) // 2].astype(float)
    assert np.corrcoef(there, played[::2][: len(there)])[0, 1] > 0.98


def test_what_the_computer_plays_is_recorded_when_its_monitor_is_named(lab: Lab, tmp_path: Path) -> None:
    played, recorded = record(lab, tmp_path, "spk.monitor", "spk", 48000, 2)
    found = lags(played, recorded, 12000)
    assert set(found) == {found[0]}


def test_it_ends_in_words_when_the_sound_server_dies_and_records_again_when_it_is_back(
    lab: Lab, tmp_path: Path
) -> None:
    microphone = Microphone(rate=24000)
    blocks: list[bytes] = []
    ended: list[str] = []
    told = threading.Event()

    def on_ended(why: str) -> None:
        ended.append(why)
        told.set()

    microphone.start(blocks.append, on_ended)
    lab.wait_for(lambda: len(blocks) > 2, "sound comes")
    lab.kill()
    assert told.wait(60)
    assert ended == ["Virtual_Microphone went away: the sound server ended, or the device was unplugged"]
    microphone.stop()
    with pytest.raises(AudioDeviceError) as caught:
        Microphone(Device(0, "mic", 24000, 1, True, "sound server", "mic")).open()
    assert caught.value.hint
    lab.start()
    again = Microphone(find_device("virtual_microphone"))
    count = len(blocks)
    again.start(blocks.append, ended.append)
    lab.wait_for(lambda: len(blocks) > count + 2, "sound comes again")
    again.stop()
    assert len(ended) == 1


def test_stop_returns_in_time_though_the_sound_server_hangs(lab: Lab) -> None:
    microphone = Microphone()
    blocks: list[bytes] = []
    microphone.start(blocks.append, lambda _: None)
    lab.wait_for(lambda: bool(blocks), "sound comes")
    lab.freeze()
    try:
        begin = time.monotonic()
        microphone.stop()  # the server hangs until after it has returned: one that waited for it would never
        took = time.monotonic() - begin
    finally:
        lab.thaw()
    assert took < capture.STOP_PATIENCE + 10  # the promise, and a busy machine
    for thread in threading.enumerate():
        if thread.name == "microphone closer":
            thread.join(60)


def test_a_rate_the_device_refuses_is_replaced_by_its_own(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    sounddevice = portaudio.load()
    real, asked = sounddevice.RawInputStream, []

    def picky(**options: Any) -> Any:
        asked.append(options["samplerate"])
        if options["samplerate"] != 48000:
            raise sounddevice.PortAudioError("Error opening RawInputStream: Invalid sample rate", -9997)
        return real(**options)

    monkeypatch.setattr(sounddevice, "RawInputStream", picky)
    microphone = Microphone(rate=24000)
    microphone.open()
    assert (microphone.rate, asked) == (48000, [24000, 48000])
    blocks: list[bytes] = []
    microphone.start(blocks.append, lambda _: None)
    lab.wait_for(lambda: bool(blocks), "sound comes")
    microphone.stop()
    assert len(blocks[0]) == 9600


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("Device unavailable", -9985, "in use by another program"),
        ("Unanticipated host error [PaErrorCode -9999]: 'Device or resource busy'", -9999, "in use by another program"),
        ("Unanticipated host error [PaErrorCode -9999]: 'Permission denied'", -9999, "does not let meetrec use"),
        ("Unanticipated host error [PaErrorCode -9999]: 'No such entity'", -9999, "is not there any more"),
        ("Illegal combination of I/O devices", -9993, "is not there any more"),
        ("Invalid sample rate", -9997, "does not record at the rate"),
        ("Invalid number of channels", -9998, "records no sound"),
        ("Something \x1b[31melse", -9992, "cannot be opened: Something else"),
    ],
)
def test_what_portaudio_says_is_put_into_words_with_advice(text: str, code: int, words: str) -> None:
    need("portaudio")
    error = portaudio.in_words(portaudio.load().PortAudioError(text, code), "USB mic")
    assert words in error.message
    assert error.message.count("\n") == 0
    assert error.hint


def test_the_wanted_source_is_named_to_the_server_only_while_the_stream_opens(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULSE_SOURCE", "chosen by the user")
    with capture._pulse_source("mic"):
        assert os.environ["PULSE_SOURCE"] == "mic"
    assert os.environ["PULSE_SOURCE"] == "chosen by the user"
    assert list_devices()


def test_sound_lost_while_the_device_was_suspended_is_told_as_a_gap_of_that_length(lab: Lab, tmp_path: Path) -> None:
    gaps: list[float] = []
    written: list[int] = []
    with WavWriter(tmp_path / "audio.wav", rate=24000) as writer:
        recording = Recording(Microphone(), writer, on_gap=gaps.append, on_advance=written.append)
        recording.start()
        lab.wait_for(lambda: len(written) > 10, "the recording runs")
        moments = [time.monotonic()]
        lab.pactl("suspend-source", "mic", "1")
        moments.append(time.monotonic())
        time.sleep(2)  # the length of the gap
        moments.append(time.monotonic())
        lab.pactl("suspend-source", "mic", "0")
        moments.append(time.monotonic())
        # a busy machine takes its time over both commands: somewhere in it the gap begins and ends
        least, most = moments[2] - moments[1], moments[3] - moments[0]
        lab.wait_for(lambda: sum(gaps) > least - 0.3, "the gap is told")
        recording.stop()
    assert sum(gaps) < most + 0.3
