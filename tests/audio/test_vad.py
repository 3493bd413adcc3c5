"""The voice detector: right about the sample meeting, at any level, rate and cut, and light."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
import soundfile
import soxr
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from meetrec.audio import vad
from meetrec.audio.resample import to_pcm16
from meetrec.audio.vad import Loudness, VoiceDetector
from meetrec.demo.meeting import load_sample, sample_path


@pytest.fixture(scope="module")
def meeting() -> tuple[np.ndarray, np.ndarray]:
    """Return the sample meeting at 24 kHz, and for each hundredth of a second whether somebody speaks.

    Words less than 0.3 s apart are one stretch of speech; the 0.15 s around its ends are left out (NaN).
    """
    samples, _ = soundfile.read(sample_path(), dtype="float32")
    words = sorted((word.start, word.end) for segment in load_sample().segments for word in segment.words)
    truth = np.zeros(len(samples) // 240)
    for number, (start, end) in enumerate(words):
        until = words[number + 1][0] if number + 1 < len(words) and words[number + 1][0] - end < 0.3 else end
        truth[round(start * 100) : round(until * 100)] = 1
    for border in np.flatnonzero(np.diff(truth)):
        truth[border - 15 : border + 15] = np.nan
    return samples, truth


def errors(answers: list[bool], truth: np.ndarray) -> tuple[float, float]:
    """Return the shares of speech missed and of silence taken for speech."""
    voiced = np.asarray(answers)[np.minimum(np.arange(len(truth)) // 3.2, len(answers) - 1).astype(int)]
    return 1 - voiced[truth == 1].mean(), voiced[truth == 0].mean()


@pytest.mark.parametrize("gain_db", [0, -20, -30, 6])
@pytest.mark.parametrize("noise_db", [-120, -20])
def test_it_is_right_about_the_sample_meeting_faint_or_loud_clean_or_noisy(
    meeting: tuple[np.ndarray, np.ndarray], gain_db: float, noise_db: float
) -> None:
    samples, truth = meeting
    noise = np.random.default_rng(1).standard_normal(len(samples)) * np.sqrt((samples**2).mean())
    heard = (samples + noise * 10 ** (noise_db / 20)) * 10 ** (gain_db / 20)
    missed, false = errors(VoiceDetector(24000).feed(to_pcm16(heard.astype(np.float32))), truth)
    assert missed < 0.05
    assert false < (0.05 if noise_db < -100 and gain_db > -20 else 0.45)  # up to 0.4 s behind the end of speech


@pytest.mark.parametrize("rate", [8000, 16000, 44100, 48000])
def test_every_rate_gives_one_answer_for_32_ms(meeting: tuple[np.ndarray, np.ndarray], rate: int) -> None:
    samples, truth = meeting
    answers = VoiceDetector(rate).feed(to_pcm16(soxr.resample(samples, 24000, rate)))
    assert abs(len(answers) * VoiceDetector.step_s - len(samples) / 24000) < 0.1
    missed, false = errors(answers, truth)
    assert missed < 0.05
    assert false < 0.05


@examples(max_examples=20)
@given(st.lists(st.integers(0, 20000), max_size=12), st.sampled_from([16000, 24000, 48000]))
def test_the_answers_do_not_depend_on_how_the_stream_is_cut(
    meeting: tuple[np.ndarray, np.ndarray], cuts: list[int], rate: int
) -> None:
    pcm = to_pcm16(meeting[0][: 3 * 24000])
    expected = VoiceDetector(rate).feed(pcm)
    assert len(set(expected)) == 2
    detector, answers, at = VoiceDetector(rate), [], 0
    for cut in cuts:
        answers += detector.feed(pcm[at : at + cut])
        at += cut
    assert answers + detector.feed(pcm[at:]) == expected


@pytest.mark.parametrize("level_db", [-70, -55, -40])
def test_noise_alone_is_no_voice(level_db: float) -> None:
    noise = np.random.default_rng(1).standard_normal(20 * 24000) * 10 ** (level_db / 20)
    for heard in (noise, np.zeros(20 * 24000)):
        assert not any(VoiceDetector().feed(to_pcm16(heard.astype(np.float32)))[5:])


def test_it_looks_seldom_while_sure_and_always_while_in_doubt() -> None:
    looks: list[int] = []

    def judged(*probabilities: float) -> list[bool]:
        looks.clear()
        remaining = iter(probabilities)

        def judge(step: bytes, /) -> float:
            looks.append(len(step))
            return next(remaining)

        return VoiceDetector(16000, judge=judge).feed(bytes(1024 * 9))

    assert judged(0.0, 0.0, 0.0) == [False] * 9
    assert looks == [1024] * 3
    assert judged(*[0.2, 0.29, 0.31, 0.2, 0.16, 0.5, 0.14, 0.0, 0.0]) == [
        False, False, True, True, True, True, False, False, False
    ]  # fmt: skip
    assert len(looks) == 8
    assert judged(0.9, 0.95, 0.95, 0.1, 0.0) == [True] * 7 + [False] * 2


QUIET, LOUD = b"\0\1" * 512, b"\0\x10" * 512


@pytest.mark.parametrize(
    ("probability", "steps", "looked_at"),
    [
        (0.9, [LOUD] * 5, [LOUD] * 3),
        (0.9, [LOUD, LOUD, QUIET, QUIET, LOUD, LOUD], [LOUD, LOUD, QUIET, LOUD]),
        (0.01, [QUIET] * 5, [QUIET] * 2),
        (0.01, [QUIET, LOUD, LOUD, QUIET, QUIET, QUIET], [QUIET, LOUD, QUIET]),
    ],
)
def test_while_sure_it_looks_again_when_voice_gets_quieter_or_silence_louder(
    probability: float, steps: list[bytes], looked_at: list[bytes]
) -> None:
    looks: list[bytes] = []

    def judge(step: bytes, /) -> float:
        looks.append(step)
        return probability

    VoiceDetector(16000, judge=judge).feed(b"".join(steps))
    assert looks == looked_at


def test_without_the_network_loudness_decides(
    meeting: tuple[np.ndarray, np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vad, "_network_maker", lambda: None)
    samples, truth = meeting
    assert isinstance(VoiceDetector()._judge, Loudness)
    missed, false = errors(VoiceDetector().feed(to_pcm16(samples)), truth)
    assert missed < 0.3
    assert false < 0.3


def test_it_runs_in_one_thread_without_numpy_and_leaves_the_environment_alone() -> None:
    code = """
import os, sys, threading
before = dict(os.environ)
from meetrec.audio.vad import VoiceDetector, _network_maker
detector = VoiceDetector()
detector.feed(os.urandom(48000))
assert _network_maker() is not None
tasks = "/proc/self/task"
print(len(os.listdir(tasks)) if os.path.isdir(tasks) else 1, "numpy" in sys.modules, dict(os.environ) == before)
"""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OMP_")}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    assert done.stdout == "1 False True\n", done.stderr
