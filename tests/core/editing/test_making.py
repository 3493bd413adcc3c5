"""Segments cut and added, many at once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from meetrec.core.editing.acts import AddSegment, Composite, CutSegment
from meetrec.core.editing.edits import apply
from meetrec.core.errors import MeetrecError
from meetrec.core.transcript import Transcript
from tests.core.acting import IDS, TEXTS, TIMES, TRANSCRIPTS

MAKING = st.lists(
    st.one_of(
        st.builds(CutSegment, IDS, TIMES, TEXTS, TEXTS, st.integers(8, 30)),
        st.builds(AddSegment, st.integers(8, 30), TIMES, TIMES, st.sampled_from(["S1", "S2"]), TEXTS),
    ),
    max_size=6,
).map(tuple)


@given(TRANSCRIPTS, MAKING)
def test_many_at_once_are_what_they_are_one_after_the_other(
    words: Transcript, acts: tuple[CutSegment | AddSegment, ...]
) -> None:
    now: Transcript | None = words
    for act in acts:
        try:
            now = apply(now, act) if now is not None else None
        except MeetrecError:
            now = None
    try:
        together: Transcript | None = apply(words, Composite(acts))
    except MeetrecError:
        together = None
    assert together == now
