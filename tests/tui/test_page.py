"""After an act the page is the one that would be made anew, though most of it is the old one."""

from __future__ import annotations

import dataclasses

from hypothesis import given, settings
from hypothesis import strategies as st

from meetrec.core.document import Document, Remark
from meetrec.core.editing.acts import Act, EditText
from meetrec.core.editing.edits import apply
from meetrec.core.errors import MeetrecError
from meetrec.core.transcript import Gap, Transcript
from meetrec.tui.review.page import Page
from tests.core.acting import ACTS, TRANSCRIPTS
from tests.tui import material as made

MOMENTS = st.lists(st.floats(0, 22).map(lambda at: Remark(at, "")), max_size=3).map(
    lambda marks: tuple(sorted(marks, key=lambda one: one.at))
)


def document(words: Transcript, marks: tuple[Remark, ...] = ()) -> Document:
    return dataclasses.replace(made.document(words=words), marks=marks, notes=(Remark(5.0, "here"),))


@settings(max_examples=300, deadline=None)
@given(TRANSCRIPTS, st.lists(ACTS, max_size=4), MOMENTS)
def test_a_page_after_any_acts_is_the_page_made_anew(
    words: Transcript, acts: list[Act], marks: tuple[Remark, ...]
) -> None:
    page = Page.of(document(dataclasses.replace(words, gaps=(Gap(3.0, 4.0, "refused"),)), marks))
    for act in acts:
        assert page.document.transcript is not None
        try:
            after = apply(page.document.transcript, act)
        except MeetrecError:
            continue
        new, span = page.after(dataclasses.replace(page.document, transcript=after))
        fresh = Page.of(new.document)
        assert [*new.lines] == [*fresh.lines]
        assert new.people == fresh.people
        kept = [*page.lines[: span.first], *new.lines[span.first : span.first + span.added], *page.lines[span.stop :]]
        assert kept == [*fresh.lines]
        page = new


def test_of_many_lines_only_those_around_the_change_are_made_anew() -> None:
    words = made.transcript(500)
    page = Page.of(document(words))
    after = apply(words, EditText(((250, "Something else."),)))
    new, span = page.after(dataclasses.replace(page.document, transcript=after))
    assert span.stop - span.first <= 4
    assert any(
        "Something else." in text for text in [line.text for line in new.lines[span.first : span.first + span.added]]
    )
