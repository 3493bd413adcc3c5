"""What Markdown and text have in common: everything in its place."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given

from meetrec.core.captions import Caption
from meetrec.core.document import Document
from meetrec.core.transcript import Segment, Speaker, Transcript
from meetrec.export.flow import entries, headline, plain, remarks_on, speaker_names, spoken
from tests.export.documents import FULL, SESSION, documents, saying


def test_turns_marks_notes_and_gaps_stand_by_time() -> None:
    told = [(one.kind, one.start) for one in entries(FULL)]
    assert told == [
        ("turn", 0.4),
        ("turn", 3.2),
        ("turn", 60.5),
        ("mark", 61.0),
        ("turn", 74.0),
        ("note", 75.5),
        ("gap", 1200.0),
        ("mark", 1931.0),
        ("turn", 1932.0),
    ]


def test_a_mark_divides_the_turn_it_falls_into() -> None:
    said = Transcript((Segment(0, 0, 1, "S1", "before"), Segment(1, 1, 2, "S1", "after")), (Speaker("S1", "Ana"),))
    document = dataclasses.replace(FULL, transcript=said, marks=FULL.marks[:1], notes=())
    whole = [one.text for one in entries(document) if one.kind == "turn"]
    assert whole == ["before after"]
    cut = dataclasses.replace(document, marks=(dataclasses.replace(FULL.marks[0], at=0.5),))
    assert [one.text for one in entries(cut)] == ["before", "", "after"]


@given(documents())
def test_nothing_that_was_said_is_lost(document: Document) -> None:
    told = " ".join(one.text for one in entries(document) if one.kind == "turn")
    assert told.split() == " ".join(plain(one.text) for one in spoken(document).segments).split()


@given(documents())
def test_entries_rise_in_time(document: Document) -> None:
    starts = [one.start for one in entries(document)]
    assert starts == sorted(starts)


def test_captions_stand_in_for_a_transcript_that_is_not_there() -> None:
    draft = dataclasses.replace(FULL, transcript=None, state="failed", problem="no key is set")
    assert [one.text for one in entries(draft) if one.kind == "turn"] == ["Good afternoon everybody. shall we begin"]
    (words,) = remarks_on(draft)
    assert words == (
        "First draft, from the live captions: the minutes are not made (no key is set); "
        "run meetrec finish 2026-11-20T14-05-33-weekly-sync"
    )


def test_long_speech_without_speakers_is_divided_every_minute() -> None:
    captions = tuple(Caption(f"1:{n}", n * 5.0, n * 5.0 + 5, "word", final=True) for n in range(30))
    document = Document(session=SESSION, duration=150.0, captions=captions)
    assert [one.start for one in entries(document)] == [0.0, 60.0, 120.0]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"session": dataclasses.replace(SESSION, simulated=True)}, "Simulated:"),
        ({"transcript": Transcript(model="whisper-1", tells_speakers=False)}, "The model whisper-1 does not tell"),
        ({"transcript": Transcript()}, "No speech was found"),
        (
            {"transcript": None, "state": "finishing"},
            "First draft, from the live captions: the minutes are not made yet.",
        ),
        ({"transcript": None, "captions": ()}, "There are no captions: the minutes are not made; run meetrec finish"),
    ],
)
def test_what_a_reader_must_know_stands_above(change: dict[str, object], words: str) -> None:
    assert any(one.startswith(words) for one in remarks_on(dataclasses.replace(FULL, **change)))  # type: ignore[arg-type]


def test_complete_minutes_need_no_remark() -> None:
    assert list(remarks_on(FULL)) == []


def test_a_speaker_always_has_a_name() -> None:
    assert set(speaker_names(spoken(saying("x", name="\x1b[31m"))).values()) == {"S1", "Speaker 2"}
    assert speaker_names(dataclasses.replace(FULL.transcript or Transcript(), tells_speakers=False)) == {}


def test_the_headline_tells_when_how_long_and_who() -> None:
    assert headline(FULL) == "2026-11-20 14:05 · 1 h 00 min · Ana, Speaker 2, Speaker 3"


def test_the_end_of_one_segment_and_the_beginning_of_the_next_are_no_sequence() -> None:
    segments = (Segment(0, 0, 1, "S1", "one\x1b"), Segment(1, 1, 2, "S1", "0 two"))
    document = dataclasses.replace(FULL, transcript=Transcript(segments), marks=(), notes=())
    assert [one.text for one in entries(document)] == ["one 0 two"]
