"""Text goes into the index so that it is found again, and comes out as it was."""

from __future__ import annotations

import unicodedata
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from meetrec.core.captions import Caption
from meetrec.core.document import Document, Remark
from meetrec.core.sanitize import sanitize
from meetrec.core.session import Session
from meetrec.core.transcript import Segment, Speaker, Transcript
from meetrec.storage.index_text import CLOSING, OPENING, apart, lines_of, marked, phrase
from tests.storage.test_index import START


@given(st.text(max_size=80))
def test_a_text_comes_out_as_it_went_in(text: str) -> None:
    plain = unicodedata.normalize("NFC", sanitize(text))
    assert marked(apart(plain)) == (plain, ())


def test_what_was_found_is_a_span_of_the_text() -> None:
    text, spans = marked(f"the {OPENING}budget{CLOSING} of {OPENING}Ana{CLOSING}")
    assert [text[start:end] for start, end in spans] == ["budget", "Ana"]


def test_a_long_line_is_cut_around_what_was_found() -> None:
    text, spans = marked("x " * 400 + f"{OPENING}budget{CLOSING}" + " y" * 400)
    assert len(text) < 260
    assert (text[:2], text[-2:]) == ("… ", " …")
    assert [text[start:end] for start, end in spans] == ["budget"]


def test_nothing_in_a_phrase_is_an_expression() -> None:
    assert phrase('a" OR "b') == '"a  OR  b"'


def document(**more: Any) -> Document:
    return Document(session=Session(id="x", title="x", started_at=START), **more)


def test_captions_are_searched_as_long_as_there_is_no_transcript() -> None:
    captions = (Caption("1", 1.0, 2.0, "draft", True),)
    notes, marks = (Remark(0.5, "a note"),), (Remark(3.0, ""), Remark(4.0, "decided"))
    lines = lines_of(document(captions=captions, notes=notes, marks=marks))
    assert [(line.at, line.kind, line.said) for line in lines] == [
        (0.5, "note", "a note"),
        (1.0, "caption", "draft"),
        (4.0, "mark", "decided"),
    ]
    words = Transcript((Segment(0, 1.0, 2.0, "S1", "final"),), (Speaker("S1", "Ana", True),))
    assert [tuple(line) for line in lines_of(document(captions=captions, transcript=words))] == [
        (1.0, "said", "final", "Ana")
    ]
