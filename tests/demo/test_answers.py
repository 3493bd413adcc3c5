"""Answers are made of the words in the audio, with labels by order and honest placeholders."""

from __future__ import annotations

import pytest

from meetrec.demo.answers import (
    Said,
    labels_for,
    main_speaker,
    placeholder,
    said_in,
    segments_for,
    unknown_in,
    usage_for,
)
from meetrec.demo.locate import Piece
from meetrec.demo.truth import Truth, TruthWord


def piece(truth: Truth, start: float, end: float, at: float = 0.0) -> Piece:
    return Piece(at, at + end - start, truth, start, end)


def said(speaker: str, *texts: str) -> Said:
    return Said(("m", speaker), tuple(TruthWord(text, float(n), n + 0.5) for n, text in enumerate(texts)))


def test_each_word_is_on_one_side_of_a_cut(truth: Truth) -> None:
    for cut in (1.0, 1.06, 2.3, 50.3, 50.6):
        parts = [said_in([piece(truth, 0.0, cut)]), said_in([piece(truth, cut, 70.0, at=cut)])]
        words = [word.text for part in parts for one in part for word in one.words]
        assert sorted(words) == sorted(truth.words())


def test_times_are_those_of_the_audio(truth: Truth) -> None:
    first = said_in([piece(truth, 7.0, 14.0, at=100.0)])[0].words[0]
    assert (first.text, first.start) == ("It", pytest.approx(100.07))


def test_labels_go_on_after_z() -> None:
    labels = labels_for([said(f"speaker {n}", "x") for n in range(28)], [])
    assert list(labels.values())[-3:] == ["Z", "AA", "AB"]


def test_known_names_take_no_letter() -> None:
    labels = labels_for([said("Ben", "x"), said("Ana", "y")], [("S1", ("m", "Ben")), ("S2", None)])
    assert labels == {("m", "Ben"): "S1", ("m", "Ana"): "A"}


def test_a_turn_comes_as_a_segment_per_sentence() -> None:
    segments = segments_for([said("Ana", "Yes.", "I", "do.", "And")], {("m", "Ana"): "A"}, 3.2)
    assert [one["text"] for one in segments] == [" Yes.", " I do.", " And"]
    assert segments[-1]["end"] == 3.2
    assert [one["id"] for one in segments] == ["seg_0", "seg_1", "seg_2"]


def test_unknown_speech_is_counted_without_what_is_known(truth: Truth) -> None:
    voiced = [(0.0, 3.0), (5.0, 5.9), (6.0, 7.0), (20.0, 20.2)]
    unknown = unknown_in(voiced, [piece(truth, 1.0, 2.5, at=1.0)])
    assert [(one.words[0].start, one.words[0].end, one.text) for one in unknown] == [
        (0.0, 1.0, placeholder(1.0)),
        (2.5, 3.0, placeholder(0.5)),
        (5.0, 7.0, placeholder(1.9)),
    ]


def test_a_clip_of_two_voices_names_nobody(truth: Truth) -> None:
    ana, ben = truth.segments[0], truth.segments[1]
    assert main_speaker([piece(truth, ana.start, ana.end)]) == (truth.id, "Ana")
    assert main_speaker([piece(truth, ana.end - 2, ben.start + 2)]) is None
    assert main_speaker([]) is None


def test_gpt_4o_counts_tokens_and_the_others_time() -> None:
    tokens = usage_for("gpt-4o-transcribe", 10.0, "four")
    assert tokens["total_tokens"] == tokens["input_tokens"] + tokens["output_tokens"]
    assert usage_for("gpt-live-transcribe", 10.2, "four") == {"type": "duration", "seconds": 11}
