"""Minutes as plain text."""

from __future__ import annotations

from hypothesis import given

from meetrec.core.document import Document
from meetrec.export.flow import entries
from meetrec.export.text import plain_text
from tests.export.documents import FULL, documents, saying


def test_a_turn_is_a_line() -> None:
    lines = plain_text(FULL).splitlines()
    assert lines[0] == "Weekly sync"
    assert lines[3] == "[00:00:00] Ana: Good afternoon, everybody."
    assert "[00:01:01] ★" in lines
    assert "[00:01:15] ✎ ask Ben for the figures" in lines


@given(documents())
def test_no_text_makes_a_line_of_its_own_or_a_control_character(document: Document) -> None:
    text = plain_text(document)
    heads = sum(1 for line in text.splitlines() if line.startswith("["))
    assert heads >= len(entries(document))
    assert all(char == "\n" or char.isprintable() or char in "\u200c\u200d" for char in text)
    assert text == plain_text(document)


def test_a_line_break_in_speech_is_a_blank() -> None:
    assert "Ana: one two\n" in plain_text(saying("one\n[00:00:00] Ben: two".replace("[00:00:00] Ben: ", "")))
