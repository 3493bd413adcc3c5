"""`meetrec assign`: who said what."""

from __future__ import annotations

import pytest

from meetrec.core.events import MarkAdded
from meetrec.core.transcript import Segment, Speaker, Transcript
from tests.cli.conftest import Command
from tests.cli.program import finished, is_refusal, recorded


@pytest.fixture(autouse=True)
def meeting() -> None:
    """A meeting of six lines, ten seconds each; its marks are at 0:04 and 0:40."""
    folder = finished()
    with folder.open_journal() as journal:
        journal.append(MarkAdded(at=40.0))
    spoken = ["S1", "S2", "S1", "S1", "S2", "S1"]
    folder.save_transcript(
        Transcript(
            segments=tuple(Segment(at, at * 10.0, at * 10.0 + 9, who, f"text {at}") for at, who in enumerate(spoken)),
            speakers=(Speaker("S1", "Speaker 1"), Speaker("S2", "Speaker 2")),
            duration=60.0,
        )
    )


def spoken(command: Command) -> str:
    return " ".join(one["speaker"] for one in command("show", "latest", "--json").json["segments"])


@pytest.mark.parametrize(
    ("words", "after"),
    [
        (["S2", "--line", "0"], "S2 S2 S1 S1 S2 S1"),
        (["S2", "--line", "0,2-3", "--line", "5"], "S2 S2 S2 S2 S2 S2"),
        (["speaker 2", "--turn", "0:25"], "S1 S2 S2 S2 S2 S1"),
        (["S2", "--turn", "0:39"], "S1 S2 S2 S2 S2 S1"),
        (["S1", "--from", "0:40"], "S1 S2 S1 S1 S1 S1"),
        (["S2", "--from", "0:10", "--to", "0:30"], "S1 S2 S2 S1 S2 S1"),
        (["S2", "--from", "0:10", "--only", "S1"], "S1 S2 S2 S2 S2 S2"),
        (["S2", "--from", "mark:1", "--to", "mark:2"], "S1 S2 S2 S2 S2 S1"),
        (["S2", "--from", "note:1"], "S1 S2 S2 S2 S2 S2"),
        (["new", "--line", "4"], "S1 S2 S1 S1 S3 S1"),
        (["Eve", "--from", "0:40"], "S1 S2 S1 S1 S3 S3"),
    ],
)
def test_lines_turns_and_spans_are_assigned(command: Command, words: list[str], after: str) -> None:
    done = command("assign", "latest", *words)
    assert done.code == 0, done.err
    assert spoken(command) == after
    assert "takes it back" in done.out
    command("undo", "latest")
    assert spoken(command) == "S1 S2 S1 S1 S2 S1"


def test_a_new_name_makes_a_new_speaker_in_the_minutes(command: Command) -> None:
    command("assign", "latest", "Eve", "--turn", "0:10")
    assert "**Eve** · 00:00:10" in command("export", "latest", "-o", "-").out


def test_what_is_assigned_is_told_as_json(command: Command) -> None:
    done = command("assign", "latest", "S1", "--line", "1", "--json").json
    assert (done["schema"], done["done"], done["version"]) == (1, "1 line assigned to S1", 2)
    assert command("assign", "latest", "S1", "--line", "1", "--json").json["done"] == ""
    assert command("assign", "latest", "S1", "--line", "1").out == "nothing changes\n"


@pytest.mark.parametrize(
    "words",
    [
        ["S1"],
        ["S1", "--line", "99"],
        ["S1", "--line", "x"],
        ["S1", "--line", "1-"],
        ["S1", "--line", "0-999999999"],
        ["S1", "--from", "10:00"],
        ["S1", "--from", "0:30", "--to", "0:20"],
        ["S1", "--from", "0:00", "--only", "Eve"],
        ["S1", "--from", "mark:3"],
        ["S1", "--from", "\x1b[31mred"],
        ["S1", "--to", "0:20", "--line", "1"],
        ["S1", "--only", "S2", "--turn", "0:10"],
        ["S1", "--line", "1", "--turn", "0:10"],
        ["S1", "--turn", "99:00"],
    ],
)
def test_what_makes_no_sense_is_told_and_changes_nothing(command: Command, words: list[str]) -> None:
    assert is_refusal(command("assign", "latest", *words), 2), words
    assert spoken(command) == "S1 S2 S1 S1 S2 S1"


def test_without_minutes_nothing_can_be_assigned(command: Command) -> None:
    folder = recorded("Another", minute=5)
    assert is_refusal(command("assign", folder.id, "S1", "--line", "1"), 1)
