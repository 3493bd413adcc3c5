from __future__ import annotations

import json
import os
import pty
import subprocess
from pathlib import Path

from tests.cli.conftest import Command
from tests.cli.program import command_line, environment, failed, finished

MINUTES = """\
Weekly sync
2026-11-20 14:05 · 10 s · Speaker 1, Speaker 2

Speaker 1 · 00:00:00
Shall we begin?

00:00:04  ★ begin

00:00:04  ✎ ask about the budget

Speaker 2 · 00:00:05
Yes, let us.
"""


def test_show_prints_who_said_what_with_marks_and_notes(command: Command) -> None:
    finished()
    assert command("show", "latest").out == MINUTES


def test_show_plain_is_the_text_export(command: Command) -> None:
    finished()
    assert command("show", "latest", "--plain").out == command("export", "latest", "-f", "txt", "-o", "-").out


def test_show_json_is_the_json_export_with_the_fields_promised(command: Command) -> None:
    finished()
    shown = command("show", "latest", "--json")
    assert shown.out == command("export", "latest", "-f", "json", "-o", "-").out
    assert {
        "schema", "id", "title", "started_at", "duration", "state", "tracks", "models", "speakers", "segments",
        "captions", "marks", "notes", "faults", "cost",
    } <= set(shown.json)  # fmt: skip
    assert shown.json["segments"][0] == {
        "id": 0, "start": 0.5, "end": 3.0, "speaker": "S1", "text": "Shall we begin?", "track": "mic",
    }  # fmt: skip


def test_without_minutes_the_captions_are_shown_as_a_draft_that_says_why(command: Command) -> None:
    folder = failed()
    done = command("show", "latest")
    assert done.code == 0
    assert "no key is set" in done.out
    assert f"meetrec finish {folder.id}" in done.out
    assert "Shall we begin?" in done.out


def in_terminal(*words: str, **variables: str) -> str:
    """Run the program on a pseudo-terminal and return what it wrote there."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        command_line(*words),
        stdin=subprocess.DEVNULL,
        stdout=follower,
        stderr=subprocess.STDOUT,
        env=environment({"TERM": "xterm", "COLUMNS": "80", **variables}),
    )
    os.close(follower)
    written = b""
    while True:
        try:
            chunk = os.read(leader, 4096)
        except OSError:  # EIO: the program has ended
            break
        if not chunk:
            break
        written += chunk
    os.close(leader)
    assert process.wait(60) == 0
    return written.decode()


def test_a_terminal_gets_styles_unless_no_color_says_no(home: Path) -> None:
    finished()
    assert "\x1b[1mSpeaker 1\x1b[0m" in in_terminal("show", "latest")
    assert "\x1b" not in in_terminal("show", "latest", NO_COLOR="1")
    assert "\x1b" not in in_terminal("show", "latest", TERM="dumb")


def test_hostile_text_on_disk_never_reaches_the_terminal(home: Path) -> None:
    payload = "\x1b]52;c;ZXZpbA==\x07\x1b[2J\x9b31m\u202eevil"
    folder = finished()
    for path in [folder.transcript_path(1), folder.events_path]:
        path.write_text(path.read_text("utf-8").replace("Shall we", json.dumps(payload)[1:-1] + " Shall we"), "utf-8")
    toml = folder.path / "session.toml"
    toml.write_text(toml.read_text("utf-8").replace("Weekly sync", "\\u001b]0;x\\u0007\\u009b2J\\u202eWeekly"), "utf-8")
    folder.minutes.write_text(folder.minutes.read_text("utf-8").replace("Speaker 1", payload), "utf-8")
    for words in (["show", "latest"], ["show", "latest", "--json"], ["list"], ["speakers", "latest"],
                  ["export", "latest", "-o", "-"], ["list", "--json"]):  # fmt: skip
        written = in_terminal(*words, NO_COLOR="1")
        assert written.strip(), words
        assert not any(char in written for char in "\x1b\x07\x9b\u202e"), (words, written)
