"""Undo and redo on the command line."""

from __future__ import annotations

from tests.cli.conftest import Command
from tests.cli.program import finished, is_refusal, recorded


def test_changes_are_taken_back_and_done_again_and_the_minutes_follow(command: Command) -> None:
    folder = finished()
    command("speakers", "latest", "S1=Ana")
    command("speakers", "latest", "S2=Ben")
    assert command("undo", "latest").out == "undone: S2 named Ben\n"
    assert "Ben" not in folder.minutes.read_text("utf-8")
    assert "Ana" in folder.minutes.read_text("utf-8")
    assert command("redo", "latest").out == "done again: S2 named Ben\n"
    assert "Ben" in folder.minutes.read_text("utf-8")
    assert folder.session.names == {"S1": "Ana", "S2": "Ben"}


def test_several_are_taken_back_at_once(command: Command) -> None:
    folder = finished()
    for name in ("Ana", "Ben", "Eve"):
        command("speakers", "latest", f"S1={name}")
    assert command("undo", "latest", "-n", "9", "--json").json == {
        "schema": 1, "id": folder.id, "undone": ["S1 named Eve", "S1 named Ben", "S1 named Ana"],
    }  # fmt: skip
    assert len(command("redo", "latest", "-n", "2", "--json").json["redone"]) == 2
    assert folder.session.names == {"S1": "Ben"}


def test_where_nothing_was_changed_there_is_nothing_to_undo(command: Command) -> None:
    folder = finished()
    assert command("undo", "latest").out == f"there is nothing to undo in {folder.id}\n"
    assert command("redo", "latest").out == f"there is nothing to redo in {folder.id}\n"
    assert is_refusal(command("undo", "latest", "-n", "0"), 2)
    assert is_refusal(command("undo", recorded("Another", minute=5).id), 1)


def test_a_log_of_edits_that_is_broken_is_told_and_stays_as_it_is(command: Command) -> None:
    folder = finished()
    command("speakers", "latest", "S1=Ana")
    path = folder.path / "edits.jsonl"
    path.write_text(path.read_text() + "nonsense\n")
    before = path.read_bytes()
    for words in (["undo", "latest"], ["speakers", "latest", "S1=Eve"], ["edit", "latest"]):
        done = command(*words)
        assert is_refusal(done, 1), done
        assert "line 3 of edits.jsonl cannot be read" in done.err
    assert command("speakers", "latest").code == 0
    assert "Ana" in command("show", "latest").out
    assert path.read_bytes() == before
