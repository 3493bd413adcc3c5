"""Spans of a recording in a row."""

from __future__ import annotations

from meetrec.audio.program import Program


def test_a_program_tells_where_in_the_recording_one_is() -> None:
    program = Program([(2.0, 3.0), (10.0, 10.5), (7.0, 6.0), (20.0, float("inf"))])
    assert program.place(0.0) == (2.0, 1.0)
    assert program.place(0.75) == (2.75, 0.25)
    assert program.place(1.25) == (10.25, 0.25)
    assert program.place(1.5) == (20.0, float("inf"))
    assert program.place(31.5) == (50.0, float("inf"))
    assert Program([(2.0, 3.0)]).place(1.0) == (3.0, 0.0)
    assert Program([]).place(5.0) == (0.0, 0.0)
    assert Program.since(4.0).place(1.0) == (5.0, float("inf"))
