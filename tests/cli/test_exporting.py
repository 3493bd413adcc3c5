from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.cli.program import finished, is_refusal, recorded


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the current folder of the program."""
    path = tmp_path / "here"
    path.mkdir()
    monkeypatch.chdir(path)
    return path


@pytest.mark.parametrize(
    ("form", "begins"), [("md", "---\n"), ("txt", "Weekly sync\n"), ("json", "{"), ("srt", "1\n"), ("vtt", "WEBVTT")]
)
def test_each_format_is_written_under_the_title(command: Command, folder: Path, form: str, begins: str) -> None:
    finished()
    done = command("export", "latest", "-f", form)
    assert (done.code, done.out) == (0, f"Weekly sync.{form}\n")
    path = folder / f"Weekly sync.{form}"
    assert path.read_text("utf-8").startswith(begins)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert command("export", "latest", "-f", form, "-o", "-").out == path.read_text("utf-8")


def test_markdown_is_what_is_exported_unasked_and_it_is_the_minutes(command: Command, folder: Path) -> None:
    session = finished()
    command("export", "latest")
    assert (folder / "Weekly sync.md").read_bytes() == session.minutes.read_bytes()


def test_the_ending_of_the_path_chooses_the_format(command: Command, folder: Path) -> None:
    finished()
    command("export", "latest", "-o", "subtitles.vtt")
    assert (folder / "subtitles.vtt").read_text("utf-8").startswith("WEBVTT")


def test_a_file_that_is_there_is_kept_unless_forced(command: Command, folder: Path) -> None:
    finished()
    (folder / "Weekly sync.md").write_text("mine")
    done = command("export", "latest")
    assert is_refusal(done, 1)
    assert "--force" in done.err
    assert (folder / "Weekly sync.md").read_text() == "mine"
    assert command("export", "latest", "--force").code == 0
    assert "Shall we begin?" in (folder / "Weekly sync.md").read_text("utf-8")


def test_what_is_no_plain_file_is_never_replaced(command: Command, folder: Path) -> None:
    finished()
    done = command("export", "latest", "-o", "/dev/null", "--force")
    assert is_refusal(done, 1)
    assert Path("/dev/null").is_char_device()


def test_a_planted_link_is_not_followed(command: Command, folder: Path) -> None:
    finished()
    (folder / "victim").write_text("precious")
    (folder / "Weekly sync.md").symlink_to("victim")
    (folder / "dangling.md").symlink_to("nowhere")
    assert is_refusal(command("export", "latest", "--force"), 1)
    assert is_refusal(command("export", "latest", "-o", "dangling.md"), 1)
    assert (folder / "victim").read_text() == "precious"
    assert not (folder / "nowhere").exists()


def test_several_sessions_of_one_title_become_several_files(command: Command, folder: Path) -> None:
    first, second = finished(), finished(minute=1)
    done = command("export", first.id, second.id, "-o", "out")
    assert done.out.splitlines() == ["out/Weekly sync.md", "out/Weekly sync (2).md"]
    assert sorted(path.name for path in (folder / "out").iterdir()) == ["Weekly sync (2).md", "Weekly sync.md"]


def test_standard_output_takes_one_session(command: Command) -> None:
    first, second = finished(), finished(minute=1)
    assert is_refusal(command("export", first.id, second.id, "-o", "-"), 2)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("../../x", "x.md"),
        ("/etc/x", "etc x.md"),
        ("CON", "_CON.md"),
        ("-rf", "rf.md"),
        ("...", "meeting.md"),
        ("🎉 会議", "🎉 会議.md"),
        ("\u202egnp.exe", "gnp.exe.md"),
    ],
)
def test_no_title_leaves_the_folder_or_makes_an_odd_name(command: Command, folder: Path, title: str, name: str) -> None:
    session = finished()
    command("rename", session.id, "--", title)
    assert command("export", session.id).out == f"{name}\n"
    assert [path.name for path in folder.iterdir()] == [name]


def test_a_title_of_300_letters_is_cut(command: Command, folder: Path) -> None:
    session = finished()
    command("rename", session.id, "é" * 300)
    assert command("export", session.id).code == 0
    assert len(next(folder.iterdir()).name.encode()) < 255


def test_a_folder_that_is_not_there_is_told(command: Command) -> None:
    finished()
    assert is_refusal(command("export", "latest", "-o", "missing/minutes.md"), 1)


def test_without_minutes_the_captions_are_exported_and_that_is_told(command: Command, folder: Path) -> None:
    session = recorded()
    done = command("export", "latest")
    assert done.code == 0
    assert "Shall we begin?" in (folder / "Weekly sync.md").read_text("utf-8")
    assert f"meetrec finish {session.id}" in done.err
