"""The sample meeting is what a demo needs: short, clear, three voices, pauses, one interjection."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise

import numpy as np
import soundfile

from meetrec.demo.meeting import load_sample, sample_path


def test_it_is_about_a_minute_of_three_people_in_a_small_file() -> None:
    truth, info = load_sample(), soundfile.info(sample_path())
    assert 60 <= truth.duration <= 75
    assert (info.samplerate, info.channels, info.subtype) == (24_000, 1, "PCM_16")
    assert abs(info.duration - truth.duration) < 0.001
    assert truth.speakers == ("Ana", "Ben", "Callum")
    assert {one.speaker for one in truth.segments} == set(truth.speakers)
    assert sample_path().stat().st_size < 1_500_000


def test_it_is_loud_and_does_not_clip() -> None:
    samples = soundfile.read(sample_path())[0]
    assert 0.45 < np.abs(samples).max() < 0.55


def test_words_lie_where_the_sound_is() -> None:
    samples = soundfile.read(sample_path())[0]
    for segment in load_sample().segments:
        assert " ".join(word.text for word in segment.words) == segment.text
        for word in segment.words:
            assert segment.start <= word.start < word.end <= segment.end
            sound = samples[round(word.start * 24_000) : round(word.end * 24_000)]
            assert np.sqrt(np.mean(sound**2)) > 0.01


def test_turns_have_pauses_between_them_but_for_one_interjection() -> None:
    segments = load_sample().segments
    gaps = [after.start - before.end for before, after in pairwise(segments)]
    assert sum(gap < 0 for gap in gaps) == 1
    assert all(gap > 0.65 for gap in gaps if gap > 0)


def test_loading_it_loads_no_sound_library() -> None:
    probe = "import sys; from meetrec.demo import meeting; meeting.load_sample(); print(' '.join(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True).stdout.split()
    assert not {"numpy", "soundfile", "soxr", "aiohttp"} & set(loaded)
