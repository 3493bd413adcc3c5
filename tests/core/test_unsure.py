"""Words that the live captions do not bear out are uncertain, and no others."""

from __future__ import annotations

import dataclasses

import pytest

from meetrec.core.captions import Caption
from meetrec.core.editing.acts import AssignSegments, EditText
from meetrec.core.editing.edits import apply
from meetrec.core.transcript import Transcript, clean_segments
from meetrec.core.unsure import NOTHING, OTHERWISE, compared
from tests.core.acting import transcript

SAID = (
    "Shall we begin with the budget of the next year?",
    "Yes, the figures are ready since Monday morning.",
    "The second floor refuses to sign the containers.",
    "Then we need somebody who talks to the supplier.",
    "I can do that before the end of the week.",
    "Good, and who writes the report for the board?",
    "Professor Okafor wanted to write it on Friday.",
    "Then that is all for today, thank you very much.",
)
MEETING = transcript(*((f"S{1 + number % 2}", text) for number, text in enumerate(SAID)), seconds=10.0)


def captions(*texts: str) -> list[Caption]:
    """Captions at the times of the segments; those without text are none."""
    found = (
        Caption(str(one.id), one.start + 0.7, one.end - 0.4, text, final=True)
        for one, text in zip(MEETING.segments, texts, strict=True)
    )
    return [one for one in found if one.text]


def heard(place: int, text: str) -> list[Caption]:
    """Captions that agree, but for one of them."""
    return captions(*SAID[:place], text, *SAID[place + 1 :])


def unsure(transcript: Transcript) -> dict[int, str]:
    return {one.id: one.unsure for one in transcript.segments if one.unsure}


def test_words_of_which_the_captions_have_hardly_one_are_uncertain() -> None:
    found = compared(MEETING, heard(2, "My second cousin flew to Lisbon on a Sunday."))
    assert unsure(found) == {2: OTHERWISE}


def test_words_spoken_where_the_captions_heard_nobody_are_uncertain() -> None:
    assert unsure(compared(MEETING, heard(3, ""))) == {3: NOTHING}


@pytest.mark.parametrize(
    "text",
    [SAID[2].upper(), "second floor refuses to sign a container", "The 2nd floor, uh, refuses to sign containers"],
)
def test_what_two_models_write_differently_is_not_uncertain(text: str) -> None:
    assert unsure(compared(MEETING, heard(2, text))) == {}


def test_a_few_words_prove_nothing() -> None:
    short = dataclasses.replace(MEETING.segments[3], text="Yes, right.")
    said = dataclasses.replace(MEETING, segments=(*MEETING.segments[:3], short, *MEETING.segments[4:]))
    assert unsure(compared(said, heard(3, ""))) == {}


def test_nothing_is_uncertain_before_the_first_caption_and_after_the_last() -> None:
    assert unsure(compared(MEETING, captions("", *SAID[1:-1], ""))) == {}


def test_a_caption_that_is_uncertain_itself_tells_nothing() -> None:
    doubtful = [dataclasses.replace(one, uncertain=one.item == "2") for one in heard(2, "boo")]
    assert unsure(compared(MEETING, doubtful)) == {}


def test_captions_in_another_language_or_none_at_all_do_not_compare() -> None:
    assert compared(MEETING, captions(*("Wir fangen an mit etwas anderem",) * len(SAID))) == MEETING
    assert compared(MEETING, ()) == MEETING


def test_words_that_a_person_wrote_are_certain_and_another_speaker_changes_nothing_about_them() -> None:
    found = compared(MEETING, heard(3, ""))
    assert unsure(apply(found, AssignSegments((3,), "S1"))) == {3: NOTHING}
    assert unsure(apply(found, EditText(((3, "Then we need nobody."),)))) == {}


@pytest.mark.parametrize(
    ("logprob", "why"),
    [(-1.4, "the service was not sure"), (-0.3, ""), (None, ""), ("-2", ""), (True, ""), (float("nan"), "")],
)
def test_what_a_model_says_of_its_own_certainty_counts(logprob: object, why: str) -> None:
    raw = [{"start": 0.0, "end": 2.0, "text": "Thank you.", "avg_logprob": logprob}]
    assert [one.unsure for one in clean_segments(raw, start=0.0, end=10.0)] == [why]
