"""What is copied can be pasted anywhere, a terminal included."""

from __future__ import annotations

import dataclasses

from hypothesis import given

from meetrec.core.document import Document
from meetrec.core.transcript import Segment, Transcript
from meetrec.export.clipboard import clipboard_text, fits_terminals
from meetrec.export.flow import entries
from meetrec.export.text import plain_text
from tests.export.documents import FULL, documents


def test_a_session_is_copied_as_its_plain_text() -> None:
    assert clipboard_text(FULL) + "\n" == plain_text(FULL)


def test_chosen_paragraphs_are_copied_alone() -> None:
    assert clipboard_text(FULL, entries(FULL)[:2]) == (
        "[00:00:00] Ana: Good afternoon, everybody.\n"
        "[00:00:03] Speaker 2: Shall we begin? It's 3*4 = 12, and $5 for snake_case & co."
    )
    assert clipboard_text(FULL, []) == ""


@given(documents())
def test_nothing_that_is_copied_acts_on_a_terminal_it_is_pasted_into(document: Document) -> None:
    for text in (clipboard_text(document), clipboard_text(document, entries(document))):
        assert all(char == "\n" or char.isprintable() or char in "\u200c\u200d" for char in text)
        assert not text.endswith("\n")


def test_a_text_too_long_for_terminals_is_known() -> None:
    long = Transcript(tuple(Segment(n, n, n + 1, "S1", "é" * 100) for n in range(400)))
    assert fits_terminals(clipboard_text(FULL))
    assert not fits_terminals(clipboard_text(dataclasses.replace(FULL, transcript=long)))
