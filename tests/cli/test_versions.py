"""`meetrec versions`: what was received, what was changed, what differs."""

from __future__ import annotations

import dataclasses

import pytest

from tests.cli.conftest import Command
from tests.cli.program import finished, is_refusal, recorded


def test_versions_and_their_changes_are_listed(command: Command) -> None:
    folder = finished()
    command("speakers", "latest", "S1=Ana")
    command("undo", "latest")
    received = folder.transcript(1)
    assert received is not None
    folder.save_transcript(dataclasses.replace(received, model="\x1b[31mother"))
    command("assign", "latest", "S1", "--line", "1")
    lines = command("versions", "latest").out.splitlines()
    assert lines[0] == "version 1 · gpt-4o-transcribe-diarize · 2 lines · Speaker 1, Speaker 2"
    assert [line[23:] for line in lines[1:3]] == ["S1 named Ana", "undone: S1 named Ana"]
    assert lines[3] == "version 2 · other · 2 lines · Speaker 1 · the current one"
    assert lines[4].endswith("1 line assigned to S1")
    one, two = command("versions", "latest", "--json").json
    assert (one["version"], one["current"], two["current"]) == (1, False, True)
    assert [change["what"] for change in two["changes"]] == ["1 line assigned to S1"]


def test_the_words_that_differ_are_marked_by_signs(command: Command) -> None:
    folder = finished()
    command("speakers", "latest", "S1=Ana")
    received = folder.transcript(1)
    assert received is not None
    first = dataclasses.replace(received.segments[0], text="Shall we start?")
    folder.save_transcript(dataclasses.replace(received, segments=(first, *received.segments[1:])))
    assert command("versions", "latest", "--diff").out.splitlines() == ["[-Speaker 1-] {+Ana+}"]
    assert command("versions", "latest", "--diff", "1").out.splitlines()[1] == "Ana: Shall we [-begin?-] {+start?+}"
    assert command("versions", "latest", "--diff", "1", "2").out == command("versions", "latest", "--diff", "1").out
    assert command("versions", "latest", "--diff", "2", "2").out == "nothing differs\n"
    differs = command("versions", "latest", "--diff", "1", "2", "--json").json
    assert differs["names"] == []
    (hunk,) = differs["hunks"]
    assert {"kind": "new", "text": "start?", "speaker": False} in hunk["pieces"]


def test_who_spoke_differs_on_the_line_of_the_name(command: Command) -> None:
    finished()
    command("assign", "latest", "Eve", "--line", "1")
    assert command("versions", "latest", "--diff").out.splitlines() == [
        "00:00:05",
        "[-Speaker 2:-] {+Eve:+} Yes, let us.",
    ]


@pytest.mark.parametrize("words", [["3"], ["x"], ["0"], ["1", "2", "1"], ["1.5"]])
def test_a_version_that_is_not_there_is_told(command: Command, words: list[str]) -> None:
    finished()
    assert is_refusal(command("versions", "latest", "--diff", *words), 2)


def test_without_minutes_there_is_no_version(command: Command) -> None:
    recorded()
    assert is_refusal(command("versions", "latest"), 1)
