"""The laws of cues."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from meetrec.core.document import Document
from meetrec.core.transcript import Segment, Speaker, Transcript
from meetrec.export.cues import LINE_CHARS, LINES, LONGEST_MS, cues, wrapped
from meetrec.export.flow import plain, spoken
from tests.export.documents import FULL, SESSION, documents


def says(*segments: Segment) -> Document:
    speakers = (Speaker("S1", "Ana"), Speaker("S2", "Ben"))
    return Document(session=SESSION, transcript=Transcript(segments, speakers), duration=100.0)


@given(documents(), st.booleans())
def test_cues_rise_and_never_overlap_and_end_after_they_start(document: Document, names: bool) -> None:
    end = 0
    for cue in cues(document, names_in_text=names):
        assert end <= cue.start_ms < cue.end_ms <= cue.start_ms + LONGEST_MS
        end = cue.end_ms


@given(documents(), st.booleans())
def test_a_cue_is_at_most_two_lines_of_42_characters(document: Document, names: bool) -> None:
    for cue in cues(document, names_in_text=names):
        assert 1 <= len(cue.lines) <= LINES
        assert all(0 < len(line) <= LINE_CHARS for line in cue.lines)


@given(documents())
def test_no_word_is_lost(document: Document) -> None:
    told = "".join("".join(cue.lines) for cue in cues(document, names_in_text=False))
    assert sorted(told.replace(" ", "")) == sorted(
        "".join(plain(one.text) for one in spoken(document).segments).replace(" ", "")
    )


@given(st.text(), st.integers(8, 60))
def test_wrapping_keeps_every_character_and_the_width(text: str, width: int) -> None:
    lines = wrapped(text, width)
    assert "".join(lines).replace(" ", "") == "".join(text.split())
    assert all(0 < len(line) <= width for line in lines)


@given(st.text(st.sampled_from("aé\u0301\u200d👩"), min_size=43))
def test_a_long_word_is_cut_between_whole_letters(text: str) -> None:
    for line in wrapped(text)[1:]:
        clings = unicodedata.combining(line[0]) or line[0] == "\u200d"
        assert not clings or all(unicodedata.combining(char) or char == "\u200d" for char in text[21:43])


def test_a_new_speaker_is_told_once_where_names_stand_in_the_text() -> None:
    document = says(Segment(0, 0, 1, "S1", "one"), Segment(1, 1, 2, "S1", "two"), Segment(2, 2, 3, "S2", "three"))
    assert [cue.lines for cue in cues(document, names_in_text=True)] == [("Ana: one",), ("two",), ("Ben: three",)]
    assert [cue.lines for cue in cues(document, names_in_text=False)] == [("one",), ("two",), ("three",)]


def test_two_who_speak_at_once_follow_each_other() -> None:
    document = says(Segment(0, 1.0, 5.0, "S1", "one"), Segment(1, 1.0, 2.0, "S2", "two"))
    first, second = cues(document, names_in_text=False)
    assert (first.start_ms, first.end_ms) == (1000, 1400)
    assert (second.start_ms, second.end_ms) == (1400, 2000)


def test_long_speech_is_divided_by_the_length_of_its_text() -> None:
    parts = [cue for cue in cues(FULL, names_in_text=False) if 60_000 < cue.start_ms < 74_000]
    assert len(parts) == 3
    assert parts[0].start_ms == 60_500
    assert parts[0].end_ms == parts[1].start_ms


def test_no_word_is_left_alone_at_the_end_of_what_is_divided() -> None:
    text = "The report says the safety board is about to publish the colour palette by Friday morning."
    first, second = cues(says(Segment(0, 0.0, 6.0, "S1", text)), names_in_text=False)
    assert first.lines == ("The report says the", "safety board is about to")
    assert second.lines == ("publish the colour palette", "by Friday morning.")
    assert min(one.end_ms - one.start_ms for one in (first, second)) > 2500


@given(st.lists(st.text("ab", min_size=1, max_size=LINE_CHARS), min_size=1, max_size=60))
def test_a_word_that_fits_a_line_is_never_cut(words: list[str]) -> None:
    found = cues(says(Segment(0, 0.0, 90.0, "S1", " ".join(words))), names_in_text=False)
    assert [word for cue in found for line in cue.lines for word in line.split()] == words


def test_times_before_the_beginning_are_the_beginning() -> None:
    (cue,) = cues(says(Segment(0, -5.0, -1.0, "S1", "x")), names_in_text=False)
    assert (cue.start_ms, cue.end_ms) == (0, 400)
