"""The minutes as a sheet, and what was changed in it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetrec.core.editing.acts import to_json
from meetrec.core.editing.edit_sheet import mark_of, read_sheet, sheet
from meetrec.core.editing.edits import apply
from meetrec.core.editing.sheet_changes import changes
from meetrec.core.errors import MeetrecError, UsageError
from meetrec.core.transcript import Segment, Speaker, Transcript
from tests.core.acting import TEXTS, transcript

SAID = transcript(
    ("S1", "Shall we begin"),
    ("S1", "with the budget?"),
    ("S2", "Yes, let us."),
    ("S1", "Ten thousand."),
    ("S3", "Hm."),
    seconds=10.0,
)


def written(said: Transcript = SAID) -> str:
    return sheet(said, said.turns(), "Weekly sync", "0123")


def edited(text: str, said: Transcript = SAID) -> Transcript:
    act = changes(said, said.turns(), read_sheet(text), said)
    return said if act is None else apply(said, act)


def read(said: Transcript) -> list[tuple[int, float, str, str]]:
    return [(one.id, one.start, said.speaker(one.speaker).name, one.text) for one in said.segments]


def test_the_sheet_is_readable_and_says_what_may_be_done() -> None:
    text = written()
    assert text.startswith("<!-- meetrec 0123: Weekly sync\n")
    assert "\n**Speaker 1** · 00:00:00\n\nShall we begin\nwith the budget?\n\n**Speaker 2** · 00:00:20\n" in text
    assert mark_of(text) == "0123"
    assert mark_of("anything") == ""


def test_an_unchanged_sheet_changes_nothing() -> None:
    assert changes(SAID, SAID.turns(), read_sheet(written()), SAID) is None
    assert edited(written().partition("-->")[2]) == SAID


def test_a_changed_word_changes_its_segment_alone() -> None:
    after = edited(written().replace("thousand", "million"))
    assert [one for one in after.segments if one not in SAID.segments] == [
        Segment(3, 30.0, 38.0, "S1", "Ten million."),
    ]


def test_a_new_name_on_all_turns_of_a_speaker_names_the_speaker() -> None:
    after = edited(written().replace("Speaker 1", "Ana"))
    assert (after.speakers[0].id, after.speakers[0].name, after.speakers[0].named) == ("S1", "Ana", True)
    assert after.segments == SAID.segments


def test_a_new_name_on_some_turns_is_a_new_speaker() -> None:
    after = edited(written().replace("**Speaker 1** · 00:00:30", "**Eve** · 00:00:30"))
    assert [one[2] for one in read(after)] == ["Speaker 1", "Speaker 1", "Speaker 2", "Eve", "Speaker 3"]
    assert after.segments[3].speaker == "S4"


def test_the_name_of_another_speaker_says_who_spoke() -> None:
    after = edited(written().replace("**Speaker 3**", "** speaker 2 **"))
    assert [one[2] for one in read(after)] == ["Speaker 1", "Speaker 1", "Speaker 2", "Speaker 1", "Speaker 2"]
    assert len(after.speakers) == 2


def test_two_speakers_named_alike_become_one_and_two_can_change_places() -> None:
    alike = edited(written().replace("Speaker 1", "Ana").replace("Speaker 3", "ana"))
    assert [one.name for one in alike.speakers] == ["Ana", "Speaker 2"]
    swapped = written().replace("Speaker 1", "X").replace("Speaker 2", "Speaker 1").replace("X", "Speaker 2")
    assert [one[2] for one in read(edited(swapped))] == [
        "Speaker 2",
        "Speaker 2",
        "Speaker 1",
        "Speaker 2",
        "Speaker 3",
    ]


def test_a_deleted_turn_is_deleted_and_an_emptied_one_as_well() -> None:
    text = written()
    start = text.index("**Speaker 2**")
    assert [one.id for one in edited(text[:start] + text[text.index("**Speaker 1** · 00:00:30") :]).segments] == [
        0,
        1,
        3,
        4,
    ]
    assert [one.id for one in edited(text.replace("Yes, let us.\n", "")).segments] == [0, 1, 3, 4]


def test_words_moved_to_the_next_turn_keep_their_times() -> None:
    text = written().replace("Ten thousand.", "").replace("Yes, let us.", "Yes, let us.\nTen thousand.")
    assert read(edited(text))[2:4] == [(2, 20.0, "Speaker 2", "Yes, let us."), (3, 30.0, "Speaker 2", "Ten thousand.")]


def test_a_turn_divided_within_a_segment_divides_the_segment_where_the_word_was_said() -> None:
    text = written().replace("Yes, let us.", "Yes,\n\n**Speaker 3** · 00:00:22\n\nlet us.")
    after = read(edited(text))
    assert after[2] == (2, 20.0, "Speaker 2", "Yes,")
    identity, start, speaker, words = after[3]
    assert (identity, speaker, words) == (5, "Speaker 3", "let us.")
    assert 20.0 < start < 28.0


def test_a_turn_that_nobody_heard_is_added_at_its_time() -> None:
    after = read(edited(written().replace("**Speaker 3**", "**Eve** · 00:00:35\n\nI was here, too.\n\n**Speaker 3**")))
    assert after[4] == (5, 35.0, "Eve", "I was here, too.")
    assert len(after) == 6


def test_a_turn_put_elsewhere_is_where_its_time_says() -> None:
    text = written()
    last = text[text.index("**Speaker 3**") :]
    assert edited(text.replace(last, "").replace("**Speaker 2**", f"{last}\n**Speaker 2**")) == SAID


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("**Speaker 2** · 00:00:20", "**Speaker 2** 00:00:20", 14),
        ("**Speaker 2** · 00:00:20", "**Speaker 2 · 00:00:20", 14),
        ("**Speaker 2** · 00:00:20", "Speaker 2** · 00:00:20", 14),
        ("**Speaker 2** · 00:00:20", "Speaker 2 · 00:00:20", 14),
        ("**Speaker 2** · 00:00:20", "**Speaker 2** · 00:00:99", 14),
        ("**Speaker 2** · 00:00:20", "**Speaker 2** · soon", 14),
        ("**Speaker 2** · 00:00:20", "**Speaker 2**", 14),
        ("**Speaker 2** · 00:00:20", "**\u202e** · 00:00:20", 14),
        ("**Speaker 2** · 00:00:20", "**Speaker 2** · 12:00:20", 14),
        ("-->", "", 1),
        ("-->", "-->\nhello", 6),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(old: str, new: str, line: int) -> None:
    text = written().replace(old, new)
    place = next((number for number, one in enumerate(text.splitlines(), 1) if one == new and new), line)
    with pytest.raises(UsageError, match=rf"^line {place} ") as refused:
        edited(text)
    assert refused.value.hint


def test_an_empty_sheet_is_refused() -> None:
    for text in ("", "\n\n", written().partition("**")[0], "**Ana** · 00:00:01\n"):
        with pytest.raises(UsageError, match="holds no turn"):
            edited(text)


HOSTILE = st.one_of(
    TEXTS,
    st.sampled_from(
        [
            "**Ana** · 00:00:01",
            "**b**",
            "\\**x**",
            "<!-- c",
            "--> d",
            "Ana · 0:01",
            "\\",
            "-",
            "# h",
            "**a 1:2",
            "x** · 1",
        ]
    ),
)


def _spoken(texts: st.SearchStrategy[str]) -> st.SearchStrategy[list[tuple[str, str]]]:
    return st.lists(st.tuples(st.sampled_from(["S1", "S2"]), texts), min_size=1, max_size=6)


@given(_spoken(HOSTILE.filter(lambda text: text.strip())), HOSTILE, HOSTILE)
def test_any_text_and_any_name_come_back_as_they_were(spoken: list[tuple[str, str]], name: str, title: str) -> None:
    said = Transcript.from_dict(transcript(*spoken).to_dict())
    said = type(said)(
        tuple(one for one in said.segments if " ".join(one.text.split())),
        tuple(
            Speaker(one.id, " ".join(name.split())[:60] or one.name) if one.id == "S2" else one for one in said.speakers
        ),
        duration=said.duration,
    )
    if said.segments:
        text = sheet(said, said.turns(), title, "m")
        assert changes(said, said.turns(), read_sheet(text), said) is None


@given(_spoken(st.sampled_from(["a b c", "d e", "f"])), st.data())
def test_after_any_edit_the_sheet_says_what_was_written(spoken: list[tuple[str, str]], data: st.DataObject) -> None:
    said = transcript(*spoken)
    lines = sheet(said, said.turns(), "x", "m").partition("-->")[2].split("\n")
    for _ in range(data.draw(st.integers(0, 4))):
        place = data.draw(st.integers(0, len(lines) - 1))
        lines[place : place + data.draw(st.integers(0, 2))] = data.draw(
            st.sampled_from([[], ["new words"], ["**Eve** · 00:00:03"], ["**Speaker 2** · 00:00:01"], ["d e", "f"]])
        )
    try:
        blocks = read_sheet("\n".join(lines))
        after = edited("\n".join(lines), said)
    except MeetrecError:
        return
    wanted = " ".join(block.text for block in sorted(blocks, key=lambda one: one.at))
    said_now = sorted(" ".join(one.text for one in after.segments).split())
    assert said_now == sorted(wanted.split())
    assert {one.label.casefold() for one in blocks if one.texts} == {one.name.casefold() for one in after.speakers}


COUNT = 1500
MANY = transcript(
    *(
        (f"S{number % 3 + 1}", f"so much for item {number}, and what comes {number + 1} next?")
        for number in range(COUNT)
    )
)


def _each(text: str, change: Callable[[int, str], str]) -> str:
    """Return the sheet with each turn, heading and lines, changed."""
    head, *turns = re.split(r"\n\n(?=\*\*)", text.rstrip("\n"))
    return "\n\n".join([head, *(change(number, turn) for number, turn in enumerate(turns))])


def test_a_word_changed_in_every_line_changes_the_lines_and_nothing_else() -> None:
    after = edited(_each(written(MANY), lambda number, turn: turn.replace("much", f"little{number % 7}")), MANY)
    assert [(one.id, one.start, one.end, one.speaker) for one in after.segments] == [
        (one.id, one.start, one.end, one.speaker) for one in MANY.segments
    ]
    assert [one.text for one in after.segments] == [
        one.text.replace("much", f"little{number % 7}") for number, one in enumerate(MANY.segments)
    ]


def test_words_moved_from_every_turn_to_the_next_keep_their_times() -> None:
    moved = _each(written(MANY), lambda number, turn: turn.removesuffix(f" comes {number + 1} next?"))
    moved = _each(moved, lambda number, turn: turn.replace("so", f"comes {number} next?\nso") if number else turn)
    after = edited(moved, MANY)
    assert [(one.text, one.speaker) for one in after.segments[:3]] == [
        ("so much for item 0, and what", "S1"),
        ("comes 1 next?", "S2"),
        ("so much for item 1, and what", "S2"),
    ]
    starts = [one.start for one in after.segments if one.text.startswith("comes")]
    assert len(starts) == COUNT - 1
    for start, one in zip(starts, MANY.segments, strict=False):
        assert one.start < start < one.end


def test_a_third_of_a_long_session_deleted_is_deleted_while_other_lines_are_changed() -> None:
    keeps = [number for number in range(COUNT) if not COUNT // 3 <= number < COUNT * 2 // 3]
    turns = _each(written(MANY), lambda number, turn: turn.replace("for", "of") if number % 2 else turn)
    head, *blocks = re.split(r"\n\n(?=\*\*)", turns)
    after = edited("\n\n".join([head, *(blocks[number] for number in keeps)]), MANY)
    assert [one.id for one in after.segments] == keeps


@pytest.mark.parametrize("shift", [1, COUNT // 3])
def test_what_is_kept_of_turns_that_all_changed_places_is_not_much_more_than_the_sheet(shift: int) -> None:
    """What an act holds is written to the disk, and grows with the sheet, not with the lines times the lines."""
    bodies = [turn.partition("\n\n")[2] for turn in re.split(r"\n\n(?=\*\*)", written(MANY))[1:]]
    text = _each(written(MANY), lambda number, turn: f"{turn.partition(chr(10))[0]}\n\n{bodies[number - shift]}")
    act = changes(MANY, MANY.turns(), read_sheet(text), MANY)
    assert act is not None
    assert len(to_json(act)) < 4 * len(text)
    words = " ".join(one.text for one in apply(MANY, act).segments).split()
    assert sorted(words) == sorted(" ".join(one.text for one in MANY.segments).split())
