"""What is spoken into a real sound server is on disk, in the captions and in the minutes: all of it, nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from tests.e2e.meeting import RATE, Pcm, caption_words, cut, minutes_words, words_between, write_wav
from tests.e2e.program import Live, meetrec, only_session, shown, wav_pcm
from tests.e2e.served import Served
from tests.lab import Lab

BEFORE = (6.6, 13.9)
WHILE_PAUSED = (17.0, 18.7)
AFTER = (13.9, 16.9)
WINDOW_S = 0.5
Sound = npt.NDArray[np.float64]

MOST_DRIFT = 2
"""Samples: the sound server resamples twice, from 24 kHz to 48 and back."""


def play(lab: Lab, folder: Path, span: tuple[float, float]) -> None:
    """Play a piece of the sample meeting into the microphone, to its end."""
    player = lab.play(write_wav(folder / f"{span[0]:g}.wav", cut(*span)), latency_ms=2000)
    assert player.wait(60) == 0


def smooth(samples: Pcm) -> Sound:
    """Take off what lies above 4 kHz: there, a delay by part of a sample looks like another sound."""
    kernel = np.hanning(9)
    return np.convolve(samples.astype(np.float64), kernel / kernel.sum(), "same")


def lags(played: Sound, recorded: Sound) -> list[tuple[float, int]]:
    """Return (correlation, lag in samples) of each window of what was played that holds sound.

    The lag is how much later it is in the recording than the beginning of what was played would tell.
    """
    begin = place(played[: 2 * RATE], recorded)
    size = round(WINDOW_S * RATE)
    found = []
    for start in range(0, len(played) - size, size):
        window = played[start : start + size]
        if np.sqrt(np.mean(window**2)) < 200:
            continue
        reach = 600
        around = recorded[max(begin + start - reach, 0) : begin + start + size + reach]
        at = place(window, around)
        heard = around[at : at + size]
        found.append((float(np.corrcoef(window, heard)[0, 1]), at - min(reach, begin + start)))
    return found


def place(wanted: Sound, among: Sound) -> int:
    """Return where `wanted` is in `among`, by cross-correlation, each place's own loudness taken into account."""
    size = 1 << (len(among) + len(wanted)).bit_length()
    product = np.fft.rfft(among, size) * np.conj(np.fft.rfft(wanted, size))
    places = len(among) - len(wanted) + 1
    energy = np.concatenate([[0.0], np.cumsum(among**2)])
    there = np.sqrt(np.maximum(energy[len(wanted) :] - energy[:places], 1.0))
    return int(np.argmax(np.fft.irfft(product, size)[:places] / there))


def assert_same_sound(played: Pcm, recorded: Pcm) -> None:
    """All of it is there, and it neither drifts nor jumps."""
    windows = lags(smooth(played), smooth(recorded))
    assert len(windows) >= 0.6 * len(played) / RATE / WINDOW_S
    assert min(correlation for correlation, _ in windows) > 0.97, windows
    assert max(lag for _, lag in windows) - min(lag for _, lag in windows) <= MOST_DRIFT, windows


@pytest.mark.audio
def test_what_is_spoken_is_recorded_captioned_and_in_the_minutes(lab: Lab, served: Served, tmp_path: Path) -> None:
    names = [device["name"] for device in meetrec("devices", "--json").json]
    assert "Virtual_Microphone" in names
    with Live("record", "Weekly sync", "--headless", "--json", "--device", "virtual_mic") as live:
        live.wait_for('"audio.level"')
        play(lab, tmp_path, BEFORE)
        live.wait_for('"caption.final"')
        assert meetrec("mark", "cable").code == 0
        assert meetrec("note", "ask about the cable").code == 0
        status = meetrec("status", "--json").json
        assert (status["state"], status["title"], status["link"]["state"]) == ("recording", "Weekly sync", "live")
        assert status["elapsed"] >= BEFORE[1] - BEFORE[0]

        assert meetrec("pause").code == 0
        live.wait_for('"recording.paused"')
        play(lab, tmp_path, WHILE_PAUSED)
        assert meetrec("status", "--json").json["state"] == "paused"
        assert meetrec("resume").code == 0
        live.wait_for('"recording.resumed"')
        play(lab, tmp_path, AFTER)
        assert meetrec("stop").code == 0
        done = live.end()
    assert done.code == 0, done

    folder = only_session()
    assert folder.session.device == "Virtual_Microphone"
    recorded = np.frombuffer(wav_pcm(folder.audio), "<i2")
    resumed = [event["at"] for event in done.events if event["type"] == "recording.resumed"]
    middle = round(resumed[0] * RATE)
    assert_same_sound(cut(*BEFORE), recorded[: middle + RATE // 2])
    assert_same_sound(cut(*AFTER), recorded[middle - RATE // 2 :])
    paused, kept = smooth(cut(*WHILE_PAUSED)), smooth(recorded)
    at = place(paused, kept)
    assert np.corrcoef(paused, kept[at : at + len(paused)])[0, 1] < 0.5

    document = shown()
    words = words_between(*BEFORE) + words_between(*AFTER)
    assert caption_words(document) == words
    assert minutes_words(document) == words
    assert [mark["text"] for mark in document["marks"]] == ["cable"]
    assert [note["text"] for note in document["notes"]] == ["ask about the cable"]
    assert document["faults"] == []
    assert not [event for event in done.events if event["type"] == "audio.gap"]
    assert len({one["speaker"] for one in document["segments"]}) == 2
