"""What deserves a second look is found, and nothing else."""

from __future__ import annotations

import dataclasses

import pytest

from meetrec.core.flags import flags, next_flagged, repeated
from meetrec.core.transcript import Transcript
from tests.core.acting import transcript


def looped(*texts: str) -> list[int]:
    return sorted(repeated(transcript(*(("S1", text) for text in texts)).segments))


@pytest.mark.parametrize(
    "text",
    [
        "Thank you for watching. Thank you for watching! thank you for watching. Thank you for watching.",
        "So we said " + "and then we go " * 5 + "home.",
        "ご視聴ありがとうございました" * 4,
        "no " * 6,
        "a b c d e f g h i j k l m n o p q r s t " * 4,
    ],
)
def test_a_phrase_said_four_times_in_a_row_is_flagged(text: str) -> None:
    assert looped("We begin.", text, "So then.") == [1]


def test_a_loop_over_several_segments_flags_them_all_and_no_others() -> None:
    assert looped("Well.", *["Thank you."] * 4, "Thank them.", "Good.") == [1, 2, 3, 4]
    assert looped(*["you"] * 5, "and", "me") == []
    assert looped(*["you"] * 7) == list(range(7))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no, no, no, no!",
        "Thank you. Thank you. Thank you.",
        "the cat and the dog and the bird and the fish and the mouse",
        "— — — — — — — —",
        "one two three four five six seven eight nine ten one two three four five six seven eight nine ten",
    ],
)
def test_how_people_speak_is_not_flagged(text: str) -> None:
    assert looped("We begin.", text or "yes", "So then.") == []


def test_a_speaker_in_doubt_is_flagged_with_the_reason() -> None:
    said = transcript(("S1", "yes"), ("S2", "no " * 8))
    doubtful = tuple(dataclasses.replace(one, doubt="only a seam tells") for one in said.segments)
    found = flags(dataclasses.replace(said, segments=doubtful))
    assert [(one.words, one.why) for one in found[0]] == [("speaker uncertain", "only a seam tells")]
    assert [one.kind for one in found[1]] == ["speaker", "loop"]


def test_uncertain_words_are_flagged_with_the_reason() -> None:
    said = transcript(("S1", "yes"), ("S2", "Thank you for watching."))
    unsure = dataclasses.replace(said.segments[1], unsure="the live captions heard nobody there")
    found = flags(dataclasses.replace(said, segments=(said.segments[0], unsure)))
    assert {number: [(one.words, one.why) for one in told] for number, told in found.items()} == {
        1: [("text uncertain", "the live captions heard nobody there")]
    }


def test_one_goes_from_doubt_to_doubt_and_around_the_end() -> None:
    said = transcript(*(("S1", "yes"),) * 6)
    found = {1: (), 4: ()}
    assert [next_flagged(said, found, at) for at in (-1, 0, 1, 3, 4, 5)] == [1, 1, 4, 4, 1, 1]
    assert [next_flagged(said, found, at, back=True) for at in (0, 1, 2, 4, 5)] == [4, 4, 1, 1, 4]
    assert next_flagged(said, {}, 0) is None
    assert next_flagged(Transcript(), {}, -1) is None
