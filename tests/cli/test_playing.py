"""`meetrec play`: a session is heard, and what cannot be heard is told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from meetrec.audio import tempo
from meetrec.audio.player import Player
from meetrec.cli import playing
from meetrec.core.transcript import Segment, Speaker, Transcript
from meetrec.storage.session_folder import SessionFolder
from tests.audio.hearing import RATE, listening
from tests.audio.sound import lags, speechlike, write_wav
from tests.cli.conftest import Command
from tests.cli.program import finished, is_refusal, recorded
from tests.lab import Lab


def session(seconds: float = 3.0) -> tuple[SessionFolder, Any]:
    """Return a session with this sound, in which Ana and Ben take turns of one second each."""
    folder = finished()
    sound = speechlike(seconds)
    folder.audio.unlink(missing_ok=True)
    write_wav(folder.audio, sound)
    speakers = (Speaker("S1", "Ana", True), Speaker("S2", "Ben", True))
    said = [Segment(at, at, at + 1, f"S{at % 2 + 1}", f"words {at}") for at in range(int(seconds))]
    folder.save_transcript(Transcript(tuple(said), speakers, duration=seconds))
    return folder, sound


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the device more sound ahead than this machine may ever be busy."""

    def open_player(folder: SessionFolder) -> Player:
        return Player(folder.audio_files, latency_s=1.0)

    monkeypatch.setattr(playing, "open_player", open_player)


@pytest.mark.audio
@pytest.mark.usefixtures("patient")
def test_a_session_is_heard_from_a_time_on(lab: Lab, tmp_path: Path, command: Command) -> None:
    _, sound = session()
    with listening(lab, tmp_path) as ear:
        done = command("play", "latest", "--from", "0:01")
        ear.hears(0.5)
        found = lags(sound[RATE:], ear.samples, 12000)
    assert done.code == 0
    assert "from 00:00:01" in done.out
    assert set(found) == {found[0]}


@pytest.mark.audio
@pytest.mark.usefixtures("patient")
def test_only_what_one_speaker_says_is_heard(lab: Lab, tmp_path: Path, command: Command) -> None:
    _, sound = session(4.0)
    with listening(lab, tmp_path) as ear:
        assert command("play", "latest", "--speaker", "ben").code == 0
        ear.hears(0.5)
        heard = ear.samples
    wanted = np.concatenate([sound[RATE : 2 * RATE], sound[3 * RATE :]])
    found = lags(wanted, heard, 12000)
    assert set(found) == {found[0]}


@pytest.mark.audio
def test_without_pyav_it_is_played_as_it_was_spoken_and_that_is_said(
    lab: Lab, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    session(1.0)
    monkeypatch.setattr(tempo.importlib.util, "find_spec", lambda _: None)
    done = command("play", "latest", "--speed", "1.5")
    assert done.code == 0
    assert "other speeds need PyAV, which is not installed; played as it was spoken" in done.err
    assert "meetrec[media]" in done.err


@pytest.mark.audio
def test_a_sound_server_that_dies_ends_it_with_4_and_a_sentence(
    lab: Lab, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    session(60.0)
    real = playing.time.sleep
    looks = []

    def look(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) == 10:
            lab.kill()
        real(seconds)

    monkeypatch.setattr(playing.time, "sleep", look)
    done = command("play", "latest")
    assert is_refusal(done, 4)
    assert "no output" in done.err


def test_a_machine_without_any_output_is_told_so_with_4(tmp_path: Path) -> None:
    session()
    (tmp_path / "asound.conf").write_text("")  # ALSA has this one configuration: no devices
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path), "ALSA_CONFIG_PATH": str(tmp_path / "asound.conf")}
    command = [sys.executable, "-m", "meetrec", "play", "latest"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 4, done
    assert done.stderr.startswith("meetrec: ")
    assert "\ntry: " in done.stderr


def started() -> subprocess.Popen[str]:
    """Return the program at work, which plays a session of a minute."""
    session(60.0)
    command = [sys.executable, "-m", "meetrec", "play", "latest"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert "from 00:00:00" in process.stdout.readline()
    return process


@pytest.mark.audio
@pytest.mark.skipif(os.name != "posix", reason="signals to other programs are POSIX")
def test_ctrl_c_ends_it_with_130(lab: Lab) -> None:
    process = started()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 130, errors
    assert errors == ""


@pytest.mark.audio
@pytest.mark.skipif(os.name != "posix", reason="signals to other programs are POSIX")
def test_ctrl_c_ends_it_also_while_the_sound_server_hangs(lab: Lab) -> None:
    process = started()
    lab.wait_for(lambda: lab.pactl("list", "short", "sink-inputs").strip() != "", "it plays")
    lab.freeze()
    try:
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=120)  # two seconds as a rule; without care as long as the server hangs
        assert process.returncode == 130, errors
    finally:
        lab.thaw()


def test_what_makes_no_sense_is_refused(command: Command) -> None:
    folder, _ = session()
    assert is_refusal(command("play", "latest", "--from", "soon"), 2)
    assert is_refusal(command("play", "latest", "--from", "5:00"), 2)
    assert is_refusal(command("play", "latest", "--speaker", "Zoe"), 2)
    assert is_refusal(command("play", "latest", "--speaker", "Ben", "--from", "0:02.5"), 2)
    assert is_refusal(command("play", "latest", "--speed", "9"), 2)
    assert is_refusal(command("play", "nothing"), 2)
    folder.audio.unlink()
    gone = command("play", "latest")
    assert is_refusal(gone, 1)
    assert "has no sound" in gone.err


def test_speakers_are_not_known_before_the_minutes(command: Command) -> None:
    recorded()
    done = command("play", "latest", "--speaker", "Ana")
    assert is_refusal(done, 2)
    assert "minutes" in done.err
