"""`meetrec edit`: the minutes in an editor that really runs."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
from pathlib import Path

import pytest

from meetrec.core.editing.acts import NameSpeaker
from meetrec.storage.editing import Editing
from meetrec.storage.session_folder import SessionFolder
from tests.cli.conftest import Command
from tests.cli.program import Done, command_line, finished, is_refusal, meetrec, until


@pytest.fixture
def folder() -> SessionFolder:
    return finished()


@pytest.fixture
def edit(command: Command, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Return a function that edits with a shell script as the editor; $1 is the file."""

    def run(script: str, *words: str) -> Done:
        monkeypatch.setenv("EDITOR", f"sh -c {shlex.quote(script)} editor")
        monkeypatch.delenv("VISUAL", raising=False)
        return command("edit", "latest", *words)

    return run


def sheets(folder: SessionFolder) -> list[Path]:
    return sorted(folder.path.glob("minutes.edit*"))


def segments(command: Command) -> list[tuple[float, str, str]]:
    return [(one["start"], one["speaker"], one["text"]) for one in command("show", "latest", "--json").json["segments"]]


def test_words_and_names_are_taken_back_and_the_minutes_follow(
    command: Command, edit: Command, folder: SessionFolder
) -> None:
    done = edit('sed -i "s/Speaker 2/Ben/; s/let us/we should/" "$1"')
    assert done.code == 0, done.err
    assert done.out == f"in the editor: 1 speaker named, 1 line changed (meetrec undo {folder.id} takes it back)\n"
    assert segments(command) == [(0.5, "S1", "Shall we begin?"), (5.0, "S2", "Yes, we should.")]
    assert folder.session.names == {"S2": "Ben"}
    assert "**Ben** · 00:00:05\n\nYes, we should." in folder.minutes.read_text("utf-8")
    assert sheets(folder) == []
    command("undo", "latest")
    assert segments(command)[1] == (5.0, "S2", "Yes, let us.")
    assert folder.session.names == {}


def test_a_deleted_turn_is_deleted(command: Command, edit: Command, folder: SessionFolder) -> None:
    assert "1 line deleted" in edit('sed -i "/Speaker 2/,\\$d" "$1"').out
    assert segments(command) == [(0.5, "S1", "Shall we begin?")]


def test_an_unchanged_file_changes_nothing_and_leaves_nothing(
    command: Command, edit: Command, folder: SessionFolder
) -> None:
    before = folder.minutes.stat().st_mtime_ns
    for script in ("true", 'touch "$1"', 'cp "$1" "$1.x"; mv "$1.x" "$1"', 'sed -i "s/^Change.*//" "$1"'):
        done = edit(script)
        assert (done.code, done.out) == (0, "nothing was changed\n")
    assert folder.minutes.stat().st_mtime_ns == before
    assert sheets(folder) == []
    assert edit("true", "--json").json["done"] == ""


def test_what_cannot_be_read_is_refused_with_its_line_and_kept_and_gone_on_with(
    command: Command, edit: Command, folder: SessionFolder
) -> None:
    refused = edit('sed -i "s/Speaker 2\\*\\*/Ben/; s/Yes/No/" "$1"')
    assert is_refusal(refused, 2)
    (kept,) = sheets(folder)
    assert refused.err.startswith("meetrec: line 11 looks like the heading of a turn, but is none\n")
    assert str(kept) in refused.err
    assert "No, let us." in kept.read_text("utf-8")
    assert oct(kept.stat().st_mode)[-3:] == "600"
    assert segments(command)[1][2] == "Yes, let us."
    done = edit('grep -q "No, let" "$1" && sed -i "s/Ben/Ben**/" "$1"')
    assert done.code == 0, done.err
    assert str(kept) in done.err
    assert segments(command)[1] == (5.0, "S2", "No, let us.")
    assert folder.session.names == {"S2": "Ben"}
    assert sheets(folder) == []


def test_a_kept_text_of_an_older_state_is_left_alone(command: Command, edit: Command, folder: SessionFolder) -> None:
    edit('echo "**x" >>"$1"; sed -i "s/Yes/No/; s/ · 00:00:05//" "$1"')
    (kept,) = sheets(folder)
    text = kept.read_text("utf-8")
    command("speakers", "latest", "S1=Ana")
    assert edit('sed -i "s/begin/start/" "$1"').code == 0
    assert kept.read_text("utf-8") == text
    assert sheets(folder) == [kept]
    assert [one[2] for one in segments(command)] == ["Shall we start?", "Yes, let us."]


def test_what_another_meetrec_changes_meanwhile_is_not_overwritten(
    command: Command, edit: Command, folder: SessionFolder
) -> None:
    other = shlex.join([*command_line("speakers", folder.id, "S1=Ana")])
    refused = edit(f'{other} >/dev/null && sed -i "s/Yes/No/" "$1"')
    assert is_refusal(refused, 1)
    assert "changed elsewhere meanwhile" in refused.err
    (kept,) = sheets(folder)
    assert "No, let us." in kept.read_text("utf-8")
    assert folder.session.names == {"S1": "Ana"}


@pytest.mark.parametrize(
    ("script", "kept"),
    [
        ("exit 3", 0),
        ('sed -i "s/Yes/No/" "$1"; exit 3', 1),
        (': >"$1"', 1),
        ('printf "\\377" >"$1"', 1),
        ('rm "$1"', 0),
    ],
)
def test_an_editor_that_fails_changes_nothing(
    command: Command, edit: Command, folder: SessionFolder, script: str, kept: int
) -> None:
    refused = edit(script)
    assert refused.code in {1, 2}
    assert len(refused.err.splitlines()) == 2
    assert len(sheets(folder)) == kept
    assert segments(command)[1][2] == "Yes, let us."


def test_an_editor_that_is_not_there_is_told(
    command: Command, monkeypatch: pytest.MonkeyPatch, folder: SessionFolder
) -> None:
    monkeypatch.setenv("VISUAL", "no-such-editor --wait")
    assert is_refusal(command("edit", "latest"), 2)
    assert sheets(folder) == []


def test_the_title_and_the_texts_cannot_act_on_the_editor_s_terminal(
    edit: Command, folder: SessionFolder, tmp_path: Path
) -> None:
    Editing(folder).act(NameSpeaker("S1", "--> \x1b]0;x\x07** · 00:00:09"))
    folder.rename("\x1b[2J --> **x** · 00:00:01")
    assert edit(f'cp "$1" {tmp_path}/seen').out == "nothing was changed\n"
    assert "\x1b" not in (tmp_path / "seen").read_text("utf-8")


def test_a_killed_edit_leaves_the_text_to_go_on_with(edit: Command, folder: SessionFolder) -> None:
    script = 'sed -i "s/Yes/No/" "$1"; echo ready; sleep 60'
    env = {**os.environ, "EDITOR": f"sh -c {shlex.quote(script)} editor", "VISUAL": ""}
    process = subprocess.Popen(
        command_line("edit", "latest"), env=env, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(20)
    process.stdout.close()
    until(lambda: sheets(folder))
    assert edit("true").code == 0
    assert Editing(folder).transcript.segments[1].text == "No, let us."


def test_it_works_as_a_program(folder: SessionFolder) -> None:
    done = meetrec("edit", folder.id, env={"EDITOR": 'sed -i "s/begin/start/"', "VISUAL": ""})
    assert done.code == 0, done.err
    assert "Shall we start?" in meetrec("show", folder.id).out
