"""Tags and pins are given and taken away, and a session's folder is found."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from meetrec.cli.labels import opener
from tests.cli.conftest import Command
from tests.cli.program import finished, is_refusal, recorded


def test_tags_are_given_and_taken_away_whatever_their_case(command: Command) -> None:
    folder = finished()
    assert command("tag", "latest", "+Planning", "+#q3").out == "#Planning #q3\n"
    assert command("tag", "latest", "-planning", "+next year", "--json").json["tags"] == ["q3", "next year"]
    assert command("tag", folder.id).out == "#q3 #next year\n"
    assert command("list", "--json").json[0]["tags"] == ["q3", "next year"]


def test_the_minutes_bear_the_tags_as_they_are_now(command: Command) -> None:
    folder = finished()
    command("tag", "latest", "+q3")
    assert '\ntags:\n  - "q3"\n' in folder.minutes.read_text("utf-8")
    command("tag", "latest", "-q3")
    assert "tags:" not in folder.minutes.read_text("utf-8")


def test_no_tags_are_told_in_words(command: Command) -> None:
    folder = finished()
    assert f"{folder.id} has no tags" in command("tag", "latest").out


@pytest.mark.parametrize("words", [["planning"], ["+"], ["+a", "b"], ["-#"]])
def test_what_is_no_change_of_a_tag_is_refused_and_changes_nothing(command: Command, words: list[str]) -> None:
    folder = finished()
    assert is_refusal(command("tag", "latest", *words), 2)
    assert folder.tags == ()


def test_tags_written_by_hand_count_and_comments_stay(command: Command) -> None:
    folder = finished()
    path = folder.path / "session.toml"
    path.write_text('# mine\ntags = ["by hand"]\n' + "\n".join(
        line for line in path.read_text().splitlines() if not line.startswith("tags")
    ))  # fmt: skip
    assert command("tag", "latest", "+q3").out == "#by hand #q3\n"
    assert path.read_text().startswith("# mine\n")
    assert folder.session.names is not None


def test_tags_and_a_pin_get_into_a_file_that_has_neither(command: Command) -> None:
    folder = finished()
    (folder.path / "session.toml").write_text('title = "Old"\n\n[speakers]\nS1 = "Ana"\n')
    command("tag", "latest", "+q3")
    command("pin", "latest")
    session = folder.session
    assert (session.tags, session.pinned, dict(session.names), folder.problem) == (("q3",), True, {"S1": "Ana"}, "")


def test_pinned_sessions_are_marked_in_the_list(command: Command) -> None:
    finished()
    command("pin", "latest")
    assert "* Weekly sync" in command("list").out
    assert command("unpin", "latest", "--json").json["pinned"] is False
    assert "* Weekly sync" not in command("list").out


def test_the_list_is_filtered_by_tag_person_and_date_and_sorted(command: Command) -> None:
    finished("Beta"), recorded("Alpha", 5)
    command("tag", "beta", "+q3")

    def listed(*options: str) -> list[str]:
        return [one["title"] for one in command("list", "--json", *options).json]

    assert listed("--tag", "q3") == listed("--person", "speaker 1") == ["Beta"]
    assert listed("--tag", "#Q3", "--person", "nobody") == []
    assert listed("--sort", "title") == ["Alpha", "Beta"]
    assert listed("--sort", "date", "--limit", "1") == ["Alpha"]
    assert listed("--after", "2026-11-21") == listed("--before", "2026-11-20") == []
    assert listed("--after", "2026-11-20") == ["Alpha", "Beta"]
    assert command("list", "--tag", "nothing").out == "no session is like that\n"
    assert is_refusal(command("list", "--after", "soon"), 2)


def test_without_a_desktop_the_folder_is_printed(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    folder = finished()
    assert command("folder", "latest").out == f"{folder.path}\n"
    assert command("folder", "latest", "--json").json["path"] == str(folder.path)


def test_with_a_desktop_the_folder_is_opened(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    told = tmp_path / "told"
    program = tmp_path / "bin" / "xdg-open"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$1" > {told}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("DISPLAY", ":0")
    folder = finished()
    assert command("folder", "latest").out == ""
    assert told.read_text() == f"{folder.path}\n"
    program.write_text("#!/bin/sh\nexit 3\n")
    assert command("folder", "latest").out == f"{folder.path}\n"


def test_each_system_has_its_own_way_to_open_a_folder() -> None:
    assert opener("darwin", {}) == ("open",)
    assert opener("darwin", {"SSH_CONNECTION": "x"}) == ()
    assert opener("win32", {}) == ("explorer",)
    assert opener("linux", {}) == ()
