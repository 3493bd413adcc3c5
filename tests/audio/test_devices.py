"""Microphones by the names people know, from a real sound server and from none."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from meetrec.audio import devices
from meetrec.audio.devices import Device, default_device, find_device, list_devices
from meetrec.core.errors import AudioDeviceError
from tests.lab import Lab


def make(name: str, *, default: bool = False, monitor: bool = False, source: str = "") -> Device:
    return Device(0, name, 48000, 1, default, "sound server", source or name.lower(), monitor)


@pytest.fixture
def several(monkeypatch: pytest.MonkeyPatch) -> list[Device]:
    found = [
        make("USB PnP Microphone", source="alsa_input.usb-1"),
        make("Built-in Audio", default=True),
        make("Monitor of Built-in Audio", monitor=True),
        make("USB Headset"),
    ]
    monkeypatch.setattr(devices, "list_devices", lambda: found)
    return found


@pytest.mark.audio
def test_the_microphones_of_the_sound_server_come_first_and_monitors_are_marked(lab: Lab) -> None:
    found = list_devices()
    assert [(one.name, one.source, one.is_monitor) for one in found] == [
        ("Virtual_Microphone", "mic", False),
        ("Monitor of Virtual_Speaker", "spk.monitor", True),
        ("Monitor of Mic_Pipe", "micpipe.monitor", True),
    ]
    assert [(one.rate, one.channels) for one in found] == [(48000, 1), (48000, 2), (48000, 1)]


@pytest.mark.audio
def test_a_monitor_is_not_chosen_unasked_even_where_it_is_the_default(lab: Lab) -> None:
    lab.pactl("set-default-source", "spk.monitor")
    try:
        assert [one.is_default for one in list_devices()] == [False, True, False]
        assert default_device().name == "Virtual_Microphone"
    finally:
        lab.pactl("set-default-source", "mic")


@pytest.mark.audio
def test_devices_appear_once_the_sound_server_does_and_nothing_is_said_on_the_screen(lab: Lab) -> None:
    code = """
import os, sys
from meetrec.audio.devices import list_devices
there = os.environ.pop("XDG_RUNTIME_DIR")
os.environ["XDG_RUNTIME_DIR"] = os.environ["HOME"]
print([one.name for one in list_devices() if one.source])
os.environ["XDG_RUNTIME_DIR"] = there
print([one.name for one in list_devices() if not one.is_monitor])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "[]\n['Virtual_Microphone']\n"
    assert done.stderr == ""


def test_a_device_answers_to_a_part_of_its_name_in_any_case(several: list[Device]) -> None:
    assert find_device("pnp") is several[0]
    assert find_device("ALSA_INPUT.usb-1") is several[0]
    assert find_device("headset") is several[3]
    assert find_device("monitor") is several[2]


def test_a_whole_name_and_a_microphone_go_before_parts_and_monitors(several: list[Device]) -> None:
    assert find_device("Built-in Audio") is several[1]
    assert find_device("built-in") is several[1]


def test_names_that_fit_several_or_none_are_answered_with_what_there_is(several: list[Device]) -> None:
    with pytest.raises(AudioDeviceError, match='"USB PnP Microphone", "USB Headset"'):
        find_device("usb")
    with pytest.raises(AudioDeviceError, match="no device answers to") as caught:
        find_device("studio\x1b[2J")
    assert '"USB Headset"' in caught.value.hint
    assert "\x1b" not in caught.value.message


def test_the_default_is_the_systems_and_no_microphone_at_all_is_an_error(
    several: list[Device], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert default_device() is several[1]
    monkeypatch.setattr(devices, "list_devices", lambda: several[2:3])
    with pytest.raises(AudioDeviceError, match="no microphone was found"):
        default_device()
    monkeypatch.setattr(devices, "list_devices", list)
    for find in (default_device, lambda: find_device("usb")):
        with pytest.raises(AudioDeviceError, match="no microphone was found") as caught:
            find()
        assert caught.value.hint
        assert caught.value.exit_code == 4


def test_without_portaudio_it_is_said_what_to_install_and_the_rest_works(tmp_path: Path) -> None:
    (tmp_path / "sounddevice.py").write_text("raise OSError('PortAudio library not found')\n")
    code = """
import meetrec.audio.capture, meetrec.audio.recording, meetrec.audio.source
from meetrec.audio.devices import list_devices
from meetrec.core.errors import AudioDeviceError
try:
    list_devices()
except AudioDeviceError as error:
    print(error.message, "|", error.hint)
"""
    environment = os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{Path.cwd()}"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    assert done.stdout.startswith("PortAudio, which meetrec records with, is missing | ")
    assert "install" in done.stdout


def test_odd_answers_of_the_sound_server_are_taken_as_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pactl = tmp_path / "pactl"
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/usr/bin{os.pathsep}/bin")
    for answer in ("exit 1", "echo no json", "echo '{}'", "echo '[1, {}]'"):
        pactl.write_text(f"#!/bin/sh\n{answer}\n")
        pactl.chmod(0o700)
        assert devices._server_sources() == []
    monkeypatch.setattr(devices, "_PATIENCE", 0.1)
    pactl.write_text("#!/bin/sh\nexec sleep 10\n")
    assert devices._server_sources() == []
