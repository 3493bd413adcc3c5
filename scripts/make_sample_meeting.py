#!/usr/bin/env python3
"""Make the sample meeting that ships with meetrec: meetrec/demo/sample/{meeting.flac,truth.json}.

    apt install flite && python scripts/make_sample_meeting.py

Run it only to change the sample; nothing needs flite at run time. Three voices of the CMU Flite synthesizer (Festival's
small sister, free for any use) speak a short weekly sync. Flite is called as a library and not as a program, because
only the library tells when each word starts and ends. The same script gives the same bytes.
"""

from __future__ import annotations

import ctypes
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

SAMPLE = Path(__file__).resolve().parent.parent / "meetrec" / "demo" / "sample"
RATE = 24_000
PEAK = 0.5  # -6 dBFS
ROOM = 10 ** (-66 / 20)  # level of the room, full scale 1.0
EDGE_SECONDS = 0.6  # of room before the first word and after the last

Samples = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Voice:
    """A speaker of the meeting: which Flite voice, how slow (1 = as it is), how loud."""

    flite: str
    stretch: float
    gain: float


VOICES = {
    "Ana": Voice("cmu_us_slt", 1.08, 1.0),
    "Ben": Voice("cmu_us_rms", 1.0, 0.9),
    "Callum": Voice("cmu_us_awb", 1.1, 0.95),
}

# Speaker, pause before (negative: cuts in while the one before still speaks), text.
SCRIPT = [
    ("Ana", 0.0, "Good morning. Let's start the weekly sync. Ben, how is the recorder coming along?"),
    (
        "Ben",
        0.8,
        "It is nearly done. The sound is safe on disk before anything is sent. I pulled the network cable twice.",
    ),
    ("Callum", 0.75, "Twice? You are braver than I am."),
    ("Ana", 0.75, "And the captions?"),
    ("Ben", 0.7, "They catch up after a break. Nothing was lost."),
    ("Callum", 0.9, "I tested it on my old laptop. The fan stayed quiet, but the search was slow."),
    ("Ana", 0.7, "How slow?"),
    ("Callum", 0.8, "About three seconds for a year of meetings."),
    ("Ana", 0.75, "That is too long. Can you build an index before Friday?"),
    ("Callum", 0.9, "Yes. I will do that by Thursday evening."),
    ("Ben", 0.7, "Good. I can review it on Friday morning."),
    ("Ana", 0.95, "Then we have a decision. We ship the beta on Monday, with the new search and the demo."),
    ("Callum", -0.45, "Fine with me."),
    ("Ana", 0.8, "Ben, please write to the test group today."),
    ("Ben", 0.75, "I will write to them this afternoon, and add the steps to install it."),
    ("Callum", 0.9, "One more thing. The coffee machine is broken again."),
    ("Ana", 0.8, "Then we meet at the bakery next week. Thank you both. Goodbye."),
]


class Flite:
    """The parts of libflite needed here."""

    def __init__(self) -> None:
        self._lib = ctypes.CDLL("libflite.so.1", mode=ctypes.RTLD_GLOBAL)
        for name in ("libflite_usenglish.so.1", "libflite_cmulex.so.1"):
            ctypes.CDLL(name, mode=ctypes.RTLD_GLOBAL)
        self._lib.flite_init()
        self._lib.flite_synth_text.restype = ctypes.c_void_p
        self._lib.flite_synth_text.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
        self._lib.utt_wave.restype = ctypes.POINTER(_Wave)
        self._lib.utt_wave.argtypes = [ctypes.c_void_p]
        for name in ("utt_relation", "relation_head", "item_next"):
            getattr(self._lib, name).restype = ctypes.c_void_p
        self._lib.utt_relation.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
        self._lib.relation_head.argtypes = [ctypes.c_void_p]
        self._lib.item_next.argtypes = [ctypes.c_void_p]
        self._lib.flite_ffeature_float.restype = ctypes.c_float
        self._lib.flite_ffeature_float.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
        self._voices = {voice: self._voice(voice) for voice in VOICES.values()}

    def _voice(self, voice: Voice) -> int:
        register = getattr(ctypes.CDLL(f"lib{voice.flite.replace('cmu', 'flite_cmu')}.so.1"), f"register_{voice.flite}")
        register.restype = ctypes.c_void_p
        register.argtypes = [ctypes.c_char_p]
        pointer = register(None)
        features = ctypes.cast(pointer, ctypes.POINTER(_Voice)).contents.features
        self._lib.feat_set_float.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_float]
        self._lib.feat_set_float(features, b"duration_stretch", voice.stretch)
        return int(pointer)

    def speak(self, voice: Voice, text: str) -> tuple[Samples, list[tuple[str, float, float]]]:
        """The sound at RATE, full scale 1.0, without the silence around it, and (word, start, end) in seconds."""
        utterance = self._lib.flite_synth_text(text.encode(), self._voices[voice])
        wave = self._lib.utt_wave(utterance).contents
        raw = np.ctypeslib.as_array(wave.samples, (wave.num_samples,)).astype(np.float64) / 32768
        sound = soxr.resample(raw, wave.sample_rate, RATE, "VHQ")
        words = []
        token = self._lib.relation_head(self._lib.utt_relation(utterance, b"Token"))
        for word in text.split():
            start = self._seconds(token, "daughter1.R:SylStructure.daughter1.daughter1.R:Segment.p.end")
            end = self._seconds(token, "daughtern.R:SylStructure.daughtern.daughtern.R:Segment.end")
            words.append((word, start, end))
            token = self._lib.item_next(token)
        if token:
            raise ValueError(f"Flite sees other words than we do in {text!r}")
        first, last = words[0][1], words[-1][2] + 0.06  # the last sound fades
        sound = sound[round(first * RATE) : round(last * RATE)]
        fade = np.linspace(0, 1, RATE // 200)
        sound[: len(fade)] *= fade
        sound[-len(fade) :] *= fade[::-1]
        return sound, [(word, start - first, end - first) for word, start, end in words]

    def _seconds(self, item: int, path: str) -> float:
        return float(self._lib.flite_ffeature_float(item, path.encode()))


class _Wave(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_char_p),
        ("sample_rate", ctypes.c_int),
        ("num_samples", ctypes.c_int),
        ("num_channels", ctypes.c_int),
        ("samples", ctypes.POINTER(ctypes.c_short)),
    ]


class _Voice(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("features", ctypes.c_void_p)]


def room(frames: int) -> Samples:
    """A quiet room: dark noise of level ROOM, the same every time."""
    spectrum = np.fft.rfft(np.random.default_rng(7).standard_normal(frames))
    frequency = np.fft.rfftfreq(frames, 1 / RATE)
    noise = np.fft.irfft(spectrum / (1 + (frequency / 300) ** 2), frames)
    return np.asarray(noise / np.sqrt(np.mean(noise**2)) * ROOM)


def main() -> None:
    """Speak the script, mix, and write both files."""
    flite, spoken, at = Flite(), [], EDGE_SECONDS
    for speaker, pause, text in SCRIPT:
        voice = VOICES[speaker]
        sound, words = flite.speak(voice, text)
        sound *= voice.gain * 0.1 / np.sqrt(np.mean(sound**2))
        at = round(at + pause, 3)
        spoken.append((speaker, at, text, sound, words))
        at += len(sound) / RATE
    mix = np.zeros(round((at + EDGE_SECONDS) * RATE))
    segments = []
    for speaker, start, text, sound, words in spoken:
        first = round(start * RATE)
        mix[first : first + len(sound)] += sound
        times = [[word, round(start + a, 3), round(start + b, 3)] for word, a, b in words]
        segments.append({"speaker": speaker, "start": start, "end": times[-1][2], "text": text, "words": times})
    mix *= PEAK / np.abs(mix).max()
    mix += room(len(mix))
    SAMPLE.mkdir(parents=True, exist_ok=True)
    soundfile.write(SAMPLE / "meeting.flac", mix, RATE, subtype="PCM_16")
    truth = {
        "id": "weekly-sync",
        "title": "Weekly sync",
        "audio": "meeting.flac",
        "duration": round(len(mix) / RATE, 3),
        "speakers": [{"name": name} for name in VOICES],
        "segments": segments,
    }
    with (SAMPLE / "truth.json").open("w", encoding="utf-8") as file:
        json.dump(truth, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
