"""Playing through the real PortAudio into a real sound server, heard by another program at its monitor."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from meetrec.audio import portaudio, tempo
from meetrec.audio.capture import Microphone
from meetrec.audio.player import Player
from meetrec.core.errors import AudioDeviceError, AudioError, UsageError
from meetrec.core.playing import PlayState
from tests.audio.hearing import RATE, listening
from tests.audio.sound import Samples, lag, lags, speechlike, write_wav
from tests.lab import Lab
from tests.waiting import wait_for

pytestmark = pytest.mark.audio

AHEAD_S = 1.0
"""What the device is given ahead in tests: so long may this machine be busy."""


@pytest.fixture
def players() -> Iterator[list[Player]]:
    made: list[Player] = []
    yield made
    for one in made:
        one.close(wait_s=20)


def player(players: list[Player], *files: Path) -> Player:
    players.append(Player(files, latency_s=AHEAD_S))
    return players[-1]


def wait_until(lab: Lab, one: Player, state: PlayState) -> None:
    lab.wait_for(lambda: one.status.state == state, f"the player is {state}, not {one.status}")


def nothing_left(lab: Lab) -> None:
    """Wait for what was left behind while the server hung: the next test needs it no more."""
    lab.wait_for(lambda: "output closer" not in {one.name for one in threading.enumerate()}, "all streams are closed")


def heard_at(whole: Samples, heard: Samples) -> float:
    """Return at which second of `whole` (48 kHz) a piece of sound is from."""
    padded = np.concatenate(
        [whole, np.zeros_like(whole)]
    )  # `lag` takes what lies in its second half for a negative lag
    return lag(heard, padded) / RATE


def test_what_is_played_is_heard_sample_by_sample(lab: Lab, tmp_path: Path, players: list[Player]) -> None:
    sound = speechlike(4)
    one = player(players, write_wav(tmp_path / "audio.wav", sound))
    with listening(lab, tmp_path) as ear:
        one.play()
        wait_until(lab, one, "ended")
        ear.hears(1.0)
        heard = ear.samples
    found = lags(sound, heard, 12000)
    assert set(found) == {found[0]}
    there = heard[found[0] + 4800 : found[0] + len(sound)]  # a busy sound server may swallow the very beginning
    assert np.abs(there.astype(int) - sound[4800 : 4800 + len(there)]).max() <= 1
    assert one.status.position == pytest.approx(4.0, abs=0.05)
    assert one.status.problem == ""


def test_24_khz_in_two_tracks_and_two_files_is_heard_as_one_voice(
    lab: Lab, tmp_path: Path, players: list[Player]
) -> None:
    import wave

    sound = speechlike(4)[::2]  # its spectrum ends below 4 kHz: every second sample says all
    files = []
    for number, piece in enumerate((sound[:60000], sound[60000:]), 1):
        files.append(tmp_path / f"audio.{number}.wav")
        with wave.open(str(files[-1]), "wb") as file:
            file.setnchannels(2)
            file.setsampwidth(2)
            file.setframerate(24000)
            file.writeframes(np.stack([piece, np.zeros_like(piece)], axis=1).tobytes())
    one = player(players, *files)
    with listening(lab, tmp_path) as ear:
        one.play()
        wait_until(lab, one, "ended")
        ear.hears(1.0)
        heard = ear.samples[::2]
    found = lags(sound, heard, 6000)
    assert max(found) - min(found) <= 1
    there = heard[found[0] : found[0] + len(sound)].astype(float)
    assert np.corrcoef(there, sound[: len(there)])[0, 1] > 0.95
    assert one.status.duration == 4.0


def test_the_position_is_that_of_what_is_heard(lab: Lab, tmp_path: Path, players: list[Player]) -> None:
    sound = speechlike(8)
    one = player(players, write_wav(tmp_path / "audio.wav", sound))
    errors = []
    with listening(lab, tmp_path) as ear:
        one.play()
        lab.wait_for(lambda: one.status.position > 1, "it plays")
        for _ in range(8):
            before = one.status.position
            heard = ear.samples[-RATE // 2 :]
            after = one.status.position
            end = heard_at(sound, heard) + len(heard) / RATE  # of what the other program knows by now
            errors.append(abs((before + after) / 2 - end) + after - before)
            ear.hears(0.3)
    # The other program knows what was played some moments after it was, and a busy machine adds to that.
    assert min(errors) < 0.1


def test_pause_holds_the_position_and_play_goes_on_there(lab: Lab, tmp_path: Path, players: list[Player]) -> None:
    sound = speechlike(12)
    one = player(players, write_wav(tmp_path / "audio.wav", sound))
    with listening(lab, tmp_path) as ear:
        one.play()
        lab.wait_for(lambda: one.status.position > 1, "it plays")
        one.pause()
        held = one.status
        assert held.state == "paused"
        lab.wait_for(lambda: np.abs(ear.samples[-RATE // 2 :].astype(int)).max() <= 1, "nothing is heard")
        assert one.status.position == held.position
        before = len(ear.samples)
        one.play()
        lab.wait_for(lambda: one.status.position > held.position + 1.5, "it plays on")
        one.pause()
        ear.hears(0.5)
        again = ear.samples[before:]
    loud = np.flatnonzero(np.abs(again.astype(int)) > 30)
    piece = again[loud[0] + RATE // 4 : loud[0] + RATE]
    assert heard_at(sound, piece) - 0.25 == pytest.approx(held.position, abs=0.1)


def test_seeking_goes_on_elsewhere_playing_or_paused_as_before(lab: Lab, tmp_path: Path, players: list[Player]) -> None:
    sound = speechlike(20)
    one = player(players, write_wav(tmp_path / "audio.wav", sound))
    with listening(lab, tmp_path) as ear:
        one.play()
        lab.wait_for(lambda: one.status.position > 0.5, "it plays")
        one.seek(12.0)
        assert 11.9 < one.status.position < 13
        assert one.status.is_on
        lab.wait_for(lambda: one.status.position > 13, "it plays there")
        one.pause()
        heard = ear.sounding
        assert 12 <= heard_at(sound, heard[-RATE // 2 :]) < 14
        one.seek(3.0)
        assert (one.status.state, one.status.position) == ("paused", 3.0)
        one.seek(-2)
        assert one.status.position == 0
        one.seek(900)
        assert one.status.position == 20


def test_spans_are_heard_one_after_the_other_and_the_position_follows(
    lab: Lab, tmp_path: Path, players: list[Player]
) -> None:
    sound = speechlike(20)
    one = player(players, write_wav(tmp_path / "audio.wav", sound))
    seen = set()
    with listening(lab, tmp_path) as ear:
        one.play([(2.0, 3.5), (10.0, 11.5)])

        def over() -> bool:
            seen.add(int(one.status.position))
            return one.status.state == "ended"

        lab.wait_for(over, "both were heard")
        ear.hears(0.5)
        heard = ear.samples
    wanted = np.concatenate([sound[2 * RATE : 7 * RATE // 2], sound[10 * RATE : 23 * RATE // 2]])
    found = lags(wanted, heard, 12000)
    assert set(found) == {found[0]}
    assert 11 in seen
    assert seen <= {2, 3, 10, 11}
    assert one.status.position == pytest.approx(11.5, abs=0.01)


@pytest.mark.parametrize("speed", [0.75, 1.5, 2.0])
def test_a_speed_changes_the_length_and_not_the_pitch(
    lab: Lab, tmp_path: Path, players: list[Player], speed: float
) -> None:
    tone = (np.sin(2 * np.pi * 440 * np.arange(4 * 24000) / 24000) * 12000).astype(np.int16)
    one = player(players, write_wav(tmp_path / "audio.wav", tone, 24000))
    one.set_speed(speed)
    with listening(lab, tmp_path) as ear:
        one.play()
        wait_until(lab, one, "ended")
        ear.hears(1.0)
        heard = ear.sounding
    assert len(heard) / RATE == pytest.approx(4 / speed, rel=0.02)
    middle = heard[RATE // 2 : -RATE // 2] * np.hanning(len(heard) - RATE)
    frequency = np.argmax(np.abs(np.fft.rfft(middle, 8 * RATE))) / 8
    assert frequency == pytest.approx(440, rel=0.01)
    assert one.status.position == pytest.approx(4.0, abs=0.1)


def test_the_position_runs_faster_at_a_higher_speed_and_stays_where_it_is_when_the_speed_changes(
    lab: Lab, tmp_path: Path, players: list[Player]
) -> None:
    sound = speechlike(30)
    one = player(players, write_wav(tmp_path / "audio.wav", sound))
    with listening(lab, tmp_path) as ear:
        one.play()
        lab.wait_for(lambda: one.status.position > 1, "it plays")
        before = one.status.position
        one.set_speed(2.0)
        after = one.status
        assert after.speed == 2.0
        assert before <= after.position < before + 5
        lab.wait_for(lambda: one.status.position > after.position + 3, "it plays on, faster")
        one.set_speed(1.0)
        again = one.status.position
        lab.wait_for(lambda: one.status.position > again + 1.5, "it plays on, as it was spoken")
        one.pause()
        ear.hears(0.5)
        last = ear.sounding[-RATE // 2 :]
    beyond = heard_at(sound, last) + 0.5 - one.status.position
    assert -0.15 < beyond < 1  # as long as it takes a busy machine to end the stream


def test_without_pyav_other_speeds_are_refused_in_words_and_speed_1_is_played(
    lab: Lab, tmp_path: Path, players: list[Player], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempo.importlib.util, "find_spec", lambda _: None)
    one = player(players, write_wav(tmp_path / "audio.wav", speechlike(1)))
    with pytest.raises(AudioError, match="other speeds need PyAV") as caught:
        one.set_speed(1.5)
    assert "meetrec[media]" in caught.value.hint
    one.set_speed(1.0)
    one.play()
    wait_until(lab, one, "ended")


@pytest.mark.parametrize("speed", [0.0, -1.0, 9.0, float("nan")])
def test_a_speed_that_makes_no_sense_is_refused(speed: float) -> None:
    with pytest.raises(UsageError, match="cannot be played"):
        Player([]).set_speed(speed)


def test_two_players_and_a_recording_do_not_disturb_each_other(lab: Lab, tmp_path: Path, players: list[Player]) -> None:
    first, second = speechlike(3, seed=1), speechlike(3, seed=2)
    microphone = Microphone(rate=24000)
    blocks: list[bytes] = []
    faults: list[str] = []
    microphone.start(blocks.append, faults.append)
    try:
        ones = [
            player(players, write_wav(tmp_path / f"{number}.wav", sound // 2))
            for number, sound in enumerate((first, second))
        ]
        with listening(lab, tmp_path) as ear:
            for one in ones:
                one.play()
            for one in ones:
                wait_until(lab, one, "ended")
            ear.hears(1.0)
            heard = ear.samples
        for sound in (first, second):
            found = lags(sound, heard, 24000)
            assert max(found) - min(found) <= 1
        count = len(blocks)
        lab.wait_for(lambda: len(blocks) > count + 5, "the recording goes on")
        assert (faults, microphone.overflows) == ([], 0)
    finally:
        microphone.stop()


def test_a_sound_server_that_dies_is_told_in_words_and_playing_goes_on_there_when_it_is_back(
    lab: Lab, tmp_path: Path, players: list[Player]
) -> None:
    sound = speechlike(30)
    one = player(players, write_wav(tmp_path / "audio.wav", sound))
    one.play()
    lab.wait_for(lambda: one.status.position > 0.5, "it plays")
    lab.kill()
    wait_until(lab, one, "no output")
    gone = one.status
    assert gone.problem.startswith("no output:")
    assert gone.hint
    one.play()  # there is none yet
    lab.wait_for(lambda: one.status.state == "no output", "that is told again")
    assert one.status.position == pytest.approx(gone.position, abs=0.01)
    lab.start()
    with listening(lab, tmp_path) as ear:
        one.play()
        lab.wait_for(lambda: one.status.position > gone.position + 2, "it plays on")
        assert one.status.problem == ""
        one.pause()
        ear.hears(0.3)
        piece = ear.sounding[RATE // 4 : RATE]
    assert heard_at(sound, piece) - 0.25 == pytest.approx(gone.position, abs=0.1)


def test_a_sound_server_that_hangs_delays_nobody(lab: Lab, tmp_path: Path, players: list[Player]) -> None:
    one = player(players, write_wav(tmp_path / "audio.wav", speechlike(30)))
    one.play()
    lab.wait_for(lambda: one.status.position > 0.3, "it plays")
    lab.freeze()
    try:
        begin = time.monotonic()
        for act in (one.pause, one.play, lambda: one.seek(5), lambda: one.set_speed(1.5), one.close):
            act()
            _ = one.status
        assert time.monotonic() - begin < 2  # milliseconds as a rule; PortAudio's own would take as long as it hangs
    finally:
        lab.thaw()
    nothing_left(lab)


def test_that_the_sound_server_hangs_is_told_as_no_output(lab: Lab, tmp_path: Path, players: list[Player]) -> None:
    one = player(players, write_wav(tmp_path / "audio.wav", speechlike(30)))
    one.play()
    lab.wait_for(lambda: one.status.position > 0.3, "it plays")
    lab.freeze()
    try:
        wait_until(lab, one, "no output")
        assert "does not take any sound" in one.status.problem
    finally:
        lab.thaw()
    nothing_left(lab)


def test_a_device_that_refuses_rate_and_mono_is_played_in_its_own_form(
    lab: Lab, tmp_path: Path, players: list[Player], monkeypatch: pytest.MonkeyPatch
) -> None:
    sounddevice = portaudio.load()
    real = sounddevice.RawOutputStream

    def picky(**options: Any) -> Any:
        if options["samplerate"] == 24000:
            raise sounddevice.PortAudioError("Error opening RawOutputStream: Invalid sample rate", -9997)
        if options["channels"] == 1:
            raise sounddevice.PortAudioError("Error opening RawOutputStream: Invalid number of channels", -9998)
        return real(**options)

    monkeypatch.setattr(sounddevice, "RawOutputStream", picky)
    sound = speechlike(3)
    one = player(players, write_wav(tmp_path / "audio.wav", sound[::2], 24000))
    with listening(lab, tmp_path) as ear:
        one.play()
        wait_until(lab, one, "ended")
        ear.hears(1.0)
        found = lags(sound, ear.samples, 24000)
    assert max(found) - min(found) <= 3


def test_without_portaudio_that_is_told_in_words(
    tmp_path: Path, players: list[Player], monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> Any:
        raise AudioDeviceError("PortAudio, which meetrec records with, is missing", "install it")

    monkeypatch.setattr(portaudio, "load", missing)
    one = player(players, write_wav(tmp_path / "audio.wav", speechlike(1)))
    one.play()
    wait_for(lambda: one.status.state == "no output")
    assert (one.status.problem, one.status.hint) == (
        "PortAudio, which meetrec records with, is missing",
        "install it",
    )


@pytest.mark.parametrize("content", [None, b"no sound"])
def test_sound_that_is_missing_or_broken_is_told_in_words(
    tmp_path: Path, players: list[Player], content: bytes | None
) -> None:
    path = tmp_path / "audio.wav"
    if content is not None:
        path.write_bytes(content)
    one = player(players, *([path] if content is not None else []))
    one.play()
    wait_for(lambda: one.status.problem)
    assert one.status.state == "stopped"
    assert one.status.hint


def test_nothing_is_imported_or_opened_before_the_first_play(tmp_path: Path) -> None:
    one = Player([tmp_path / "missing.wav"])
    one.seek(3.0)
    one.pause()
    assert (one.status.state, one.status.position) == ("stopped", 3.0)
    assert "meetrec.audio.player" in sys.modules
    assert "player" not in {thread.name for thread in threading.enumerate()}
    one.close()
