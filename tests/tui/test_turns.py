from __future__ import annotations

from meetrec.core.transcript import Gap
from meetrec.tui.turns import people_of, review_lines, who_of
from tests.tui import material as made


def test_turns_marks_notes_and_gaps_stand_in_the_order_of_time() -> None:
    words = made.transcript(8, gaps=(Gap(18.0, 31.0, "refused"),))
    lines = review_lines(made.document(words=words))
    assert [line.start for line in lines] == sorted(line.start for line in lines)
    assert {line.kind for line in lines} == {"turn", "mark", "note", "gap"}
    gap = next(line for line in lines if line.kind == "gap")
    assert gap.text == "! Not transcribed, 00:00:18 to 00:00:31: refused"


def test_speakers_are_numbered_by_first_appearance_and_keep_their_names() -> None:
    words = made.transcript(9)
    people = people_of(words)
    lines = [line for line in review_lines(made.document(words=words)) if line.kind == "turn"]
    assert [who_of(people, line) for line in lines[:3]] == [(0, "Ana"), (1, "Ben"), (2, "Chiara")]


def test_without_a_transcript_the_captions_stand_in() -> None:
    lines = review_lines(made.document(state="recorded", captions=4))
    assert [line.kind for line in lines if line.kind not in ("mark", "note")] == ["draft"] * 4
    assert all(who_of(people_of(None), line) is None for line in lines)


def test_a_turn_knows_its_segments() -> None:
    words = made.transcript(9)
    lines = review_lines(made.document(words=words))
    assert [segment for line in lines for segment in line.segments] == list(words.segments)
