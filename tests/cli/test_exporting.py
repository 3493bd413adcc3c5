from __future__ import annotations

import io
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from meetrec.cli import exporting
from meetrec.storage.paths import Paths
from meetrec.storage.session_folder import SessionFolder
from tests.cli.conftest import Command
from tests.cli.program import PATIENCE_S, command_line, environment, finished, is_refusal, recorded

Answers = Callable[..., None]
SOUND = b"RIFF and what follows"


def with_sound(minute: int = 0) -> SessionFolder:
    session = finished(minute=minute)
    session.audio.write_bytes(SOUND)
    return session


def settings(text: str) -> None:
    path = Paths.from_environment().settings
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the current folder of the program."""
    path = tmp_path / "here"
    path.mkdir()
    monkeypatch.chdir(path)
    return path


@pytest.mark.parametrize(
    ("form", "begins"),
    [
        ("md", "---\n"),
        ("txt", "Weekly sync\n"),
        ("json", "{"),
        ("srt", "1\n"),
        ("vtt", "WEBVTT"),
        ("html", "<!DOCTYPE html>"),
    ],
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


def test_a_word_document_is_written_and_goes_to_a_pipe_as_it_is(command: Command, folder: Path) -> None:
    finished()
    assert command("export", "latest", "-o", "minutes.docx").code == 0
    written = (folder / "minutes.docx").read_bytes()
    assert zipfile.ZipFile(io.BytesIO(written)).testzip() is None
    piped = meetrec_bytes("export", "latest", "-f", "docx", "-o", "-")
    assert piped == written


def meetrec_bytes(*words: str) -> bytes:
    done = subprocess.run(command_line(*words), env=environment(), capture_output=True, timeout=PATIENCE_S, check=True)
    return done.stdout


def test_a_word_document_is_not_printed_in_a_terminal(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    finished()
    monkeypatch.setattr(exporting, "stdout_is_terminal", lambda: True)
    assert is_refusal(command("export", "latest", "-f", "docx", "-o", "-"), 2)


def test_without_python_docx_one_sentence_says_how_to_get_it(
    command: Command, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    finished()
    monkeypatch.setitem(sys.modules, "docx", None)
    done = command("export", "latest", "-f", "docx")
    assert is_refusal(done, 1)
    assert "try: pip install 'meetrec[docx]'" in done.err
    assert not list(folder.iterdir())


def test_an_ending_that_is_no_format_is_refused(command: Command, folder: Path) -> None:
    finished()
    done = command("export", "latest", "-o", "minutes.pdf")
    assert is_refusal(done, 2)
    assert ".docx" in done.err
    assert command("export", "latest", "-f", "txt", "-o", "minutes.pdf").code == 0
    assert command("export", "latest", "-o", "minutes").code == 0
    assert sorted(path.name for path in folder.iterdir()) == ["minutes", "minutes.pdf"]


def test_several_sessions_do_not_go_into_one_file(command: Command, folder: Path) -> None:
    first, second = finished(), finished(minute=1)
    assert is_refusal(command("export", first.id, second.id, "-o", "minutes.md"), 2)
    assert not list(folder.iterdir())


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Answers:
    """Let somebody sit at the terminal and answer."""

    def answer(*lines: str) -> None:
        monkeypatch.setattr(exporting, "stdin_is_terminal", lambda: True)
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))

    return answer


def test_in_a_terminal_it_asks_before_it_replaces_a_file(command: Command, folder: Path, answers: Answers) -> None:
    finished()
    (folder / "Weekly sync.md").write_text("mine")
    answers("n")
    done = command("export", "latest")
    assert (done.code, done.out) == (1, "Weekly sync.md was left as it is\n")
    assert "Replace Weekly sync.md? [y/N]" in done.err
    assert (folder / "Weekly sync.md").read_text() == "mine"
    answers("y")
    assert command("export", "latest").code == 0
    assert "Shall we begin?" in (folder / "Weekly sync.md").read_text("utf-8")


def test_of_several_those_that_may_be_replaced_are_written(command: Command, folder: Path, answers: Answers) -> None:
    first, second = finished("One"), finished("Two", minute=1)
    (folder / "One.md").write_text("mine")
    (folder / "Two.md").write_text("mine")
    answers("no", "yes")
    done = command("export", first.id, second.id)
    assert (done.code, done.out) == (0, "One.md was left as it is\nTwo.md\n")
    assert (folder / "One.md").read_text() == "mine"
    assert "Shall we begin?" in (folder / "Two.md").read_text("utf-8")


def test_where_nobody_can_be_asked_nothing_at_all_is_written(command: Command, folder: Path) -> None:
    first, second = finished("One"), finished("Two", minute=1)
    (folder / "Two.md").write_text("mine")
    assert is_refusal(command("export", first.id, second.id), 1)
    assert [path.name for path in folder.iterdir()] == ["Two.md"]


def test_the_sound_goes_beside_the_page_when_asked(command: Command, folder: Path) -> None:
    with_sound()
    done = command("export", "latest", "-f", "html", "--audio")
    assert (done.code, done.out) == (0, "Weekly sync.html\nWeekly sync.wav\n")
    assert (folder / "Weekly sync.wav").read_bytes() == SOUND
    assert stat.S_IMODE((folder / "Weekly sync.wav").stat().st_mode) == 0o600
    assert 'src="Weekly%20sync.wav"' in (folder / "Weekly sync.html").read_text("utf-8")
    assert sorted(path.name for path in folder.iterdir()) == ["Weekly sync.html", "Weekly sync.wav"]


def test_several_pages_have_their_own_sound(command: Command, folder: Path) -> None:
    first, second = with_sound(), with_sound(minute=1)
    assert command("export", first.id, second.id, "-f", "html", "--audio", "-o", "out").code == 0
    assert 'src="Weekly%20sync%20%282%29.wav"' in (folder / "out" / "Weekly sync (2).html").read_text("utf-8")
    assert len(list((folder / "out").iterdir())) == 4


def test_sound_that_is_there_is_not_replaced_either(command: Command, folder: Path) -> None:
    with_sound()
    (folder / "Weekly sync.wav").write_text("mine")
    assert is_refusal(command("export", "latest", "-f", "html", "--audio"), 1)
    assert [path.read_text() for path in folder.iterdir()] == ["mine"]


@pytest.mark.parametrize(
    ("words", "code"), [(["--audio"], 2), (["-f", "html", "--audio", "-o", "-"], 2), (["-o", "x.html", "--audio"], 1)]
)
def test_sound_where_there_can_be_none_is_refused(command: Command, folder: Path, words: list[str], code: int) -> None:
    finished()
    assert is_refusal(command("export", "latest", *words), code)
    assert not list(folder.iterdir())


def test_files_are_called_as_the_settings_say(command: Command, folder: Path) -> None:
    finished()
    settings('[export]\nfile_name = "{date} {title}"\n')
    assert command("export", "latest").out == "2026-11-20 Weekly sync.md\n"


@pytest.mark.parametrize(
    "text",
    [
        'file_name = "{titel}"',
        'file_name = "a/{title}"',
        'turn = "{title}"',
        'template = "gone.md"',
        'template = "bad.md"',
    ],
)
def test_a_wrong_setting_is_told_before_anything_is_written(command: Command, folder: Path, text: str) -> None:
    finished()
    settings(f"[export]\n{text}\n")
    (Paths.from_environment().settings.parent / "bad.md").write_text("<b>{title}</b>")
    done = command("export", "latest")
    assert done.code in {1, 2}
    assert is_refusal(done, done.code)
    assert not list(folder.iterdir())


def test_markdown_is_written_after_the_template_of_the_settings(command: Command, folder: Path) -> None:
    session = finished()
    settings('[export]\ntemplate = "mine.md"\nturn = "[{time}] {speaker}: {text}"\n')
    (Paths.from_environment().settings.parent / "mine.md").write_text("---\nof: {title}\n---\n{transcript}\n")
    command("export", "latest")
    assert (folder / "Weekly sync.md").read_text("utf-8") == (
        '---\nof: "Weekly sync"\n---\n'
        "[00:00:00] Speaker 1: Shall we begin?\n\n"
        "> ★ 00:00:04 begin\n\n> ✎ 00:00:04 ask about the budget\n\n"
        "[00:00:05] Speaker 2: Yes, let us.\n"
    )
    assert "[00:00:00]" not in session.minutes.read_text("utf-8")
    assert command("export", "latest", "-f", "txt").code == 0


def test_a_turn_alone_changes_turns_and_nothing_else(command: Command, folder: Path) -> None:
    session = finished()
    settings('[export]\nturn = "**{speaker}** · {time}\\n\\n{text}"\n')
    command("export", "latest")
    assert (folder / "Weekly sync.md").read_text("utf-8") == session.minutes.read_text("utf-8")
