"""Truth files are read, and what is none is refused in one sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from meetrec.core.errors import StorageError
from meetrec.demo.meeting import load_sample
from meetrec.demo.truth import load_truth

SEGMENT = {"speaker": "Ana", "start": 2.0, "end": 4.0, "text": "one two three four"}
VALUES = {"id": "m", "duration": 10, "speakers": [{"name": "Ana", "side": "me"}], "segments": [SEGMENT]}


def written(folder: Path, values: object) -> Path:
    path = folder / "m.json"
    path.write_text(json.dumps(values))
    return path


def test_words_without_times_are_spread_over_their_segment(tmp_path: Path) -> None:
    truth = load_truth(written(tmp_path, VALUES))
    assert [(word.text, word.start, word.end) for word in truth.segments[0].words][:2] == [
        ("one", 2, 2.5),
        ("two", 2.5, 3),
    ]
    assert (truth.title, truth.speakers, truth.audio) == ("m", ("Ana",), tmp_path / "m.wav")


def test_the_audio_named_is_beside_the_file_unless_given(tmp_path: Path) -> None:
    path = written(tmp_path, {**VALUES, "audio": "x.flac", "title": "T"})
    assert load_truth(path).audio == tmp_path / "x.flac"
    assert load_truth(path, Path("/y.wav")).audio == Path("/y.wav")


def test_segments_are_sorted_and_found_by_time() -> None:
    truth = load_sample()
    assert [one.start for one in truth.segments] == sorted(one.start for one in truth.segments)
    for start, end in ((0.0, 0.5), (50.2, 50.3), (9.0, 9.1), (0.0, 68.0), (67.9, 70.0)):
        assert truth.between(start, end) == [one for one in truth.segments if one.end > start and one.start < end]


@pytest.mark.parametrize("values", [[], {}, {**VALUES, "segments": [{}]}, {**VALUES, "duration": "long"}, "x"])
def test_what_is_no_truth_file_is_refused(tmp_path: Path, values: object) -> None:
    with pytest.raises(StorageError, match="is not a truth file"):
        load_truth(written(tmp_path, values))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="Cannot read"):
        load_truth(tmp_path / "none.json")
