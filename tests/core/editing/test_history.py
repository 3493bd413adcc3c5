"""Undo and redo without limit."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from meetrec.core.editing.acts import Act, EditText
from meetrec.core.editing.edits import apply
from meetrec.core.editing.history import EVERY, RECENT, History
from meetrec.core.errors import MeetrecError
from meetrec.core.transcript import Transcript
from tests.core.acting import ACTS, TRANSCRIPTS, transcript


@given(TRANSCRIPTS, st.lists(st.one_of(ACTS, st.just("undo"), st.just("redo")), max_size=20))
def test_undo_and_redo_give_exactly_what_was_there(said: Transcript, steps: list[Act | str]) -> None:
    history = History(said)
    past, future = [said], []
    for step in steps:
        if step == "undo":
            done = history.undo()
            assert (done is None) == (len(past) == 1)
            if done is not None:
                future.append(past.pop())
        elif step == "redo":
            done = history.redo()
            assert (done is None) == (not future)
            if done is not None:
                past.append(future.pop())
        elif isinstance(step, Act):
            try:
                after = apply(history.current, step)
            except MeetrecError:
                continue
            history.push(step, after)
            past.append(after)
            future.clear()
        assert history.current == past[-1]
    assert History(said, history.done, history.undone).current == past[-1]


def test_hundreds_of_acts_are_undone_to_the_first_and_redone_to_the_last() -> None:
    said = transcript(("S1", "0"))
    history = History(said)
    for number in range(1, 500):
        act = EditText(((0, str(number)),))
        history.push(act, apply(history.current, act))
    for number in range(498, -1, -1):
        history.undo()
        assert history.current.segments[0].text == str(number)
    assert history.undo() is None
    for number in range(1, 500):
        history.redo()
        assert history.current.segments[0].text == str(number)
    assert history.redo() is None
    assert len(history._states) <= 500 / EVERY + RECENT + 2


def test_a_history_read_from_disk_is_undone_from_its_end() -> None:
    said = transcript(("S1", "0"))
    acts = [EditText(((0, str(number)),)) for number in range(1, 200)]
    history = History(said, acts[:150], reversed(acts[150:]))
    assert history.current.segments[0].text == "150"
    assert history.after().segments[0].text == "151"
    history.redo()
    history.undo()
    history.undo()
    assert history.current.segments[0].text == "149"
    assert history.before().segments[0].text == "148"
