"""Acts in words."""

from __future__ import annotations

import pytest
from hypothesis import given

from meetrec.core.editing.act_words import act_words
from meetrec.core.editing.acts import (
    Act,
    AddSegment,
    AssignEach,
    AssignSegments,
    AssignSpan,
    Composite,
    CutSegment,
    DeleteSegments,
    EditText,
    MergeSpeakers,
    NameSpeaker,
    NewSpeaker,
    SwapSpeakers,
    TakeNames,
)
from tests.core.acting import ACTS


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (NameSpeaker("S1", "Ana"), "S1 named Ana"),
        (NameSpeaker("S1", ""), "the name of S1 taken away"),
        (TakeNames((("S1", "Ana"), ("S2", ""))), "S1 named Ana, S2 named nothing in session.toml"),
        (MergeSpeakers("S1", "S2"), "S2 merged into S1"),
        (NewSpeaker("S4", (1, 2)), "2 lines made a speaker of their own, S4"),
        (SwapSpeakers("S1", "S2"), "S1 and S2 swapped"),
        (SwapSpeakers("S1", "S2", 61.0), "S1 and S2 swapped from 00:01:01 on"),
        (AssignSegments((1,), "S2"), "1 line assigned to S2"),
        (AssignEach(((1, "S2"), (2, "S1"))), "2 lines assigned to S1, S2"),
        (AssignSpan("S2", 0.0, 60.0, "S1"), "everything by S1 from 00:00:00 to 00:01:00 assigned to S2"),
        (EditText(((1, "x"),)), "text of 1 line changed"),
        (CutSegment(7, 61.0, "a", "b", 9), "line 7 divided at 00:01:01"),
        (AddSegment(9, 61.0, 62.0, "S1", "x"), "a line of S1 added at 00:01:01"),
        (DeleteSegments((1, 2, 3)), "3 lines deleted"),
        (Composite((), "in the editor: 1 line changed"), "in the editor: 1 line changed"),
        (Composite((DeleteSegments((1,)),)), "1 change"),
    ],
)
def test_every_act_is_told_in_words(act: Act, words: str) -> None:
    assert act_words(act) == words


@given(ACTS)
def test_the_words_are_one_harmless_line(act: Act) -> None:
    words = act_words(act)
    assert len(words) <= 100
    assert words.isprintable() or all(char.isprintable() or char in "\u200c\u200d" for char in words)
