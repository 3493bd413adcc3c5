"""Pieces of the sample meeting to record, what is said in them, and what is said in a session."""

from __future__ import annotations

import functools
import random
import wave
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import soundfile

from meetrec.demo.meeting import load_sample, sample_path
from meetrec.demo.truth import Truth, TruthSegment, TruthWord

RATE = 24_000
SAMPLE = str(sample_path())
TRUTH = load_sample()
WORDS = TRUTH.words()

Pcm = npt.NDArray[np.int16]
Span = tuple[float, float]


@functools.cache
def sample_pcm() -> Pcm:
    """Return the sample meeting: 24 kHz, mono."""
    samples, rate = soundfile.read(SAMPLE, dtype="int16")
    assert rate == RATE
    return np.asarray(samples, np.int16)


def cut(start: float, end: float) -> Pcm:
    """Return the sample meeting from `start` to `end` seconds."""
    return sample_pcm()[round(start * RATE) : round(end * RATE)]


def words_between(start: float, end: float) -> list[str]:
    """Return the words of the sample meeting that are spoken between two times."""
    return [word.text for segment in TRUTH.between(start, end) for word in segment.words if start <= word.middle < end]


def write_wav(path: Path, samples: Pcm, rate: int = RATE) -> Path:
    """Write a mono WAV."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.astype("<i2").tobytes())
    return path


# -- a long meeting ----------------------------------------------------------------------------------------------------


def long_meeting(folder: Path, seconds: float, seed: int = 1) -> Truth:
    """Write a meeting at least `seconds` long and return its truth: the turns of the sample, shuffled, again and again.

    Turns that overlap stay together. The file is `folder/long.wav`.
    """
    rng = random.Random(seed)
    pieces, segments, at = [], [], 0.0
    while at < seconds:
        spans = _turns()
        rng.shuffle(spans)
        for start, end, members in spans:
            pieces.append(cut(start, end))
            segments += [_shifted(one, at - start) for one in members]
            at = sum(len(piece) for piece in pieces) / RATE
    path = write_wav(folder / "long.wav", np.concatenate(pieces))
    return Truth("long", "Long meeting", path, at, TRUTH.speakers, tuple(segments))


def _turns() -> list[tuple[float, float, list[TruthSegment]]]:
    """Return the turns of the sample, each with half of the pauses around it."""
    groups: list[list[TruthSegment]] = []
    for segment in TRUTH.segments:
        if groups and segment.start < max(one.end for one in groups[-1]):
            groups[-1].append(segment)
        else:
            groups.append([segment])
    ends = [max(one.end for one in group) for group in groups]
    edges = [0.0, *((end + after[0].start) / 2 for end, after in zip(ends, groups[1:], strict=False)), TRUTH.duration]
    return [(edges[index], edges[index + 1], group) for index, group in enumerate(groups)]


def _shifted(segment: TruthSegment, by: float) -> TruthSegment:
    words = tuple(TruthWord(word.text, word.start + by, word.end + by) for word in segment.words)
    return TruthSegment(segment.speaker, segment.start + by, segment.end + by, segment.text, words)


# -- what a session says -----------------------------------------------------------------------------------------------


def caption_words(document: dict[str, Any]) -> list[str]:
    """Return the words of a session's captions, in spoken order."""
    return _words(one["text"] for one in document["captions"])


def minutes_words(document: dict[str, Any]) -> list[str]:
    """Return the words of a session's minutes, in order."""
    return _words(one["text"] for one in document["segments"])


def _words(texts: Iterable[str]) -> list[str]:
    return [word for text in texts for word in text.split()]


def words_by_speaker(document: dict[str, Any]) -> dict[str, list[str]]:
    """Return the words of the minutes by the speaker they are given to."""
    spoken: dict[str, list[str]] = {}
    for one in document["segments"]:
        spoken.setdefault(one["speaker"], []).extend(one["text"].split())
    return spoken


def truth_by_speaker(segments: Sequence[TruthSegment]) -> dict[str, list[str]]:
    """Return the words of a truth by the person who says them."""
    spoken: dict[str, list[str]] = {}
    for one in segments:
        spoken.setdefault(one.speaker, []).extend(one.text.split())
    return spoken
