"""The installed program in a real terminal: a meeting from its first caption to its export, and every way to end."""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from meetrec.demo.faults import HOSTILE, Faults, LinkFaults
from tests.cli.program import finished
from tests.e2e.meeting import SAMPLE, WORDS, caption_words, cut, minutes_words, write_wav
from tests.e2e.program import jobs, meetrec, only_session, shown, until, wav_pcm
from tests.e2e.secret import traces_of_key
from tests.e2e.served import Served
from tests.terminal import Terminal

PROGRAM = str(Path(sys.executable).with_name("meetrec"))
FIRST_WORDS = " ".join(WORDS[:4])
SWITCHED_OFF = (b"\x1b[?1049l", b"\x1b[?1000l", b"\x1b[?1003l", b"\x1b[?2004l", b"\x1b[?25h")
"""Alternate screen, mouse, bracketed paste off; cursor on."""


@contextmanager
def app(*words: str, program: tuple[str, ...] = (PROGRAM,), **options: object) -> Iterator[Terminal]:
    """Run the program in a terminal; nothing it writes may hold the key."""
    with Terminal(*program, *words, **options) as terminal:  # type: ignore[arg-type]  # size and cwd, passed on
        yield terminal
        assert not traces_of_key(terminal.output()), "the key was on the screen"


def assert_left_as_found(terminal: Terminal) -> None:
    """Everything a program may have switched is switched back, by the bytes and by the terminal's own word."""
    assert terminal.is_restored()
    output = terminal.output()
    for code in SWITCHED_OFF:
        assert output.rfind(code) > output.rfind(code[:-1] + (b"l" if code.endswith(b"h") else b"h")), code


def status() -> str:
    """Return the state of what runs."""
    return str(meetrec("status", "--json").json["state"])


# -- the whole way -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(80, 24), (60, 20)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_demo_from_the_first_caption_to_a_named_and_exported_meeting(
    home: Path, tmp_path: Path, size: tuple[int, int]
) -> None:
    with app("demo", "--keep", "--speed", "2", size=size, cwd=tmp_path) as terminal:
        terminal.wait_for("Simulated service")
        terminal.wait_for(FIRST_WORDS)
        terminal.keys("m")
        terminal.wait_for("Mark")
        terminal.keys("n")
        terminal.wait_for("A note")
        terminal.type("ask [b]Ana[/b]; q s")
        terminal.keys("Enter")
        terminal.wait_for("Note: ask [b]Ana[/b]; q s")
        terminal.keys("Space")
        terminal.wait_for("PAUSED")
        assert status() == "paused"
        terminal.keys("Space")
        terminal.wait_for("REC")
        terminal.keys("C-c")  # must not cost a recording
        terminal.wait_for("Ctrl+Q")
        terminal.keys("s")
        terminal.wait_for("Speaker 1")
        terminal.keys("1")
        terminal.wait_for("Who is Speaker 1?")
        terminal.type("Ana María")
        terminal.keys("Enter")
        terminal.wait_for("Ana María")
        terminal.wait_until_gone("Speaker 1")
        terminal.keys("e")
        terminal.wait_for("Export as")
        terminal.keys("Enter")
        terminal.wait_for("which file")
        terminal.keys("Enter")
        terminal.wait_for("Exported as Markdown")
        terminal.keys("q")
        terminal.wait_for("1 session")
        terminal.keys("q")
        assert terminal.wait_for_exit() == 0
        assert_left_as_found(terminal)
    exported = (tmp_path / "Sample meeting.md").read_text("utf-8")
    folder = only_session()
    for text in (exported, folder.minutes.read_text("utf-8")):
        assert "**Ana María** · 00:00:00" in text
        assert "Speaker 1" not in text
        assert "ask" in text
    assert shown()["state"] == "finished"
    assert not jobs()


def test_a_meeting_on_the_service_ends_word_perfect_on_the_screen_too(served: Served, tmp_path: Path) -> None:
    with app("record", "Weekly sync", "--from", SAMPLE, "--speed", "16", size=(100, 30), cwd=tmp_path) as terminal:
        terminal.wait_for("● REC")
        terminal.wait_for(FIRST_WORDS)
        terminal.wait_for("safe on disk")
        terminal.wait_for("Speaker 3")
        terminal.keys("End")
        terminal.wait_for("Goodbye.")
        terminal.keys("q")
        terminal.wait_for("✓ minutes")
        terminal.keys("q")
        assert terminal.wait_for_exit() == 0
        assert_left_as_found(terminal)
    assert caption_words(shown()) == WORDS
    assert minutes_words(shown()) == WORDS


def test_hostile_text_is_shown_as_text_and_drives_nothing(served: Served, tmp_path: Path) -> None:
    served.faults = Faults(every_link=LinkFaults(hostile=True), every_answer="hostile")
    title = f"Sync {HOSTILE}".replace("\0", "").replace("\ud83d", "")
    with app("record", title, "--from", SAMPLE, "--speed", "4", cwd=tmp_path) as terminal:
        terminal.wait_for("[bold red]x[/]")
        terminal.wait_for(FIRST_WORDS.split()[0])
        terminal.keys("s")
        terminal.wait_for("Speaker 1")
        terminal.keys("e")
        terminal.wait_for("Export as")
        terminal.keys("Enter")
        terminal.wait_for("which file")
        terminal.keys("Enter")
        terminal.wait_for("Exported")
        terminal.keys("q")
        terminal.wait_for("✓ minutes")
        assert "owned" not in terminal.title
        terminal.keys("q")
        assert terminal.wait_for_exit() == 0
        output = terminal.output()
    assert b"\x1b]0;owned" not in output
    assert b"\x07" not in output.replace(b"\x1b]22;default\x07", b"")  # Textual's own, the shape of the pointer
    for char in "\u202e\u009b\u009d":
        assert char.encode() not in output
    (exported,) = tmp_path.glob("*.md")
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", exported.name + exported.read_text("utf-8"))


# -- every way to end --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"])
def test_a_signal_puts_the_terminal_back_and_is_told_by_the_exit_status(home: Path, name: str) -> None:
    finished("Weekly sync")
    number = getattr(signal, name)
    with app() as terminal:
        terminal.wait_for("Weekly sync")
        assert terminal.alternate_screen
        os.kill(terminal.pid, number)
        assert terminal.wait_for_exit() == 128 + number
        assert_left_as_found(terminal)


def test_leaving_the_screen_leaves_the_recording_and_attach_shows_it_again(served: Served) -> None:
    with app("record", "Weekly sync", "--from", SAMPLE) as terminal:
        terminal.wait_for(FIRST_WORDS)
        terminal.keys("C-q")
        assert terminal.wait_for_exit() == 0
        assert_left_as_found(terminal)
        assert "meetrec attach" in terminal.screen()
    assert status() == "recording"
    with app("attach") as terminal:
        terminal.wait_for("● REC")
        terminal.wait_for(FIRST_WORDS)
        terminal.keys("s")
        terminal.wait_for("Speaker 1")
        terminal.keys("C-q")
        assert terminal.wait_for_exit() == 0
    assert shown()["state"] == "finished"


@pytest.mark.parametrize("key", ["q", "C-q"])
def test_leaving_the_library_tells_that_the_recording_goes_on_and_how_to_end_it(served: Served, key: str) -> None:
    with app("record", "Weekly sync", "--from", SAMPLE) as terminal:
        terminal.wait_for("● REC")
        terminal.keys("Escape")
        terminal.wait_for("Recording now: Weekly sync")
        terminal.keys(key)
        assert terminal.wait_for_exit() == 0
        assert "meetrec stop ends it" in terminal.screen()
    assert meetrec("stop").code == 0
    with app() as terminal:
        terminal.wait_for("1 session")
        until(lambda: not jobs())
        terminal.keys(key)
        assert terminal.wait_for_exit() == 0
        assert "meetrec stop ends it" not in terminal.screen()


def test_a_demo_that_is_not_kept_ends_with_its_screen_and_leaves_nothing(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with app("demo") as terminal:
        terminal.wait_for(FIRST_WORDS)
        terminal.keys("C-q")
        assert terminal.wait_for_exit() == 0
        shown_last = terminal.screen()
    assert "are gone" in shown_last
    assert "goes on" not in shown_last
    assert not list(tmp_path.glob("meetrec-demo-*"))


def test_ctrl_z_goes_to_the_shell_and_fg_comes_back_while_the_recording_goes_on(served: Served) -> None:
    """What Ctrl+Z stops is the screen alone; back in the foreground it shows what was said meanwhile."""
    with Terminal("bash", "--norc", "--noprofile", "-i") as terminal:
        terminal.wait_for("$")
        terminal.run(f"{PROGRAM} record 'Weekly sync' --from {SAMPLE} --speed 2")
        terminal.wait_for(FIRST_WORDS)
        (job,) = jobs()
        terminal.keys("C-z")
        terminal.wait_for("Stopped")
        assert not terminal.alternate_screen
        assert not terminal.mouse
        assert terminal.cursor_visible
        before = meetrec("status", "--json").json["elapsed"]
        until(lambda: meetrec("status", "--json").json["elapsed"] > before + 10)
        assert [one.pid for one in jobs()] == [job.pid]
        terminal.run("fg")
        terminal.wait_until(lambda: terminal.alternate_screen, "the screen to come back")
        terminal.wait_for("● REC")
        until(lambda: len([one for one in shown()["captions"] if one["text"]]) >= 4)
        newest = shown()["captions"][-2]["text"].split()[:3]
        terminal.wait_for(" ".join(newest))
        terminal.keys("s")
        terminal.wait_for("Speaker 1")
        terminal.keys("C-q")
        terminal.wait_until(lambda: not terminal.alternate_screen, "the shell to come back")
        assert not traces_of_key(terminal.output())
    assert shown()["state"] == "finished"
    duration = shown()["duration"]
    assert wav_pcm(only_session().audio) == cut(0.0, duration).tobytes()


def test_a_closed_window_leaves_the_recording_and_attach_shows_the_captions_so_far(served: Served, home: Path) -> None:
    with app("record", "Weekly sync", "--from", SAMPLE) as terminal:
        terminal.wait_for(FIRST_WORDS)
        pid = terminal.pid
        terminal.close()
    until(lambda: not Path(f"/proc/{pid}").exists())
    assert not list(home.rglob("defect.txt"))  # it ended as it should
    assert status() == "recording"
    with app("attach") as terminal:
        terminal.wait_for(FIRST_WORDS)
        terminal.keys("C-q")
        terminal.wait_for_exit()
    assert meetrec("stop").code == 0
    until(lambda: shown()["state"] == "finished")


def test_a_killed_screen_leaves_the_recording_and_stop_makes_the_minutes(served: Served) -> None:
    with app("record", "Weekly sync", "--from", SAMPLE) as terminal:
        terminal.wait_for(FIRST_WORDS)
        os.kill(terminal.pid, signal.SIGKILL)
        assert terminal.wait_for_exit() == 128 + signal.SIGKILL
    assert status() == "recording"
    assert meetrec("stop").code == 0
    until(lambda: shown()["state"] == "finished")
    assert minutes_words(shown()) == WORDS[: len(minutes_words(shown()))]
    assert len(minutes_words(shown())) >= 4


def test_a_killed_recorder_is_told_on_the_screen_and_what_it_left_can_be_read_and_finished(
    served: Served, tmp_path: Path
) -> None:
    meeting = write_wav(tmp_path / "meeting.wav", cut(14.0, 68.0))
    with app("record", "Weekly sync", "--from", str(meeting)) as terminal:
        terminal.wait_for("braver than I am.")
        terminal.wait_for("And the")  # the next turn: the first one is kept
        (job,) = jobs()
        os.kill(job.pid, signal.SIGKILL)
        terminal.wait_for("ended without a word")
        terminal.keys("Enter")
        terminal.wait_for("First draft")
        terminal.wait_for("braver than I am.")
        terminal.keys("f")
        terminal.wait_for("Speaker 1")
        terminal.keys("C-q")
        assert terminal.wait_for_exit() == 0
        assert_left_as_found(terminal)
    assert shown()["state"] == "finished"


# A defect, put in from outside: the installed program with one function of the app's that raises what nobody expects.
CRASHING = """
import sys
from meetrec.cli import app, main

def broken(*_):
    raise RuntimeError("a defect for the test")

setattr(app.DiskLibrary, sys.argv.pop(1), broken)
sys.exit(main())
"""


@pytest.mark.parametrize("broken", ["newest", "document"])
def test_a_crash_puts_the_terminal_back_and_is_told_by_the_exit_status(home: Path, broken: str) -> None:
    finished("Weekly sync")
    with app(program=(sys.executable, "-c", CRASHING, broken)) as terminal:
        assert terminal.wait_for_exit() == 1
        terminal.wait_until(terminal.is_restored, "the terminal to be restored")
        assert_left_as_found(terminal)
        assert "a defect" in terminal.screen()


def test_a_crash_while_recording_leaves_the_recording(served: Served) -> None:
    with app(
        "record", "Weekly sync", "--from", SAMPLE, program=(sys.executable, "-c", CRASHING, "document")
    ) as terminal:
        terminal.wait_for(FIRST_WORDS)
        terminal.keys("Escape")  # to the library, whose preview breaks
        assert terminal.wait_for_exit() == 1
        assert_left_as_found(terminal)
    assert status() == "recording"
    meetrec("stop")
    until(lambda: shown()["state"] == "finished")


# Writes on file descriptor 2 as C libraries do, once a file is there that says so.
NOISY = """
import os, sys, threading, time
from pathlib import Path
from meetrec.cli import main

def noise(wanted):
    while not wanted.exists():
        time.sleep(0.02)
    os.write(2, b"ALSA lib pcm.c: Unknown PCM\\n")

threading.Thread(target=noise, args=(Path(sys.argv.pop(1)),), daemon=True).start()
sys.exit(main())
"""


def test_what_c_libraries_print_goes_to_the_log_and_not_over_the_screen(home: Path, tmp_path: Path) -> None:
    finished("Weekly sync")
    wanted, log = tmp_path / "noise wanted", home / "state" / "logs" / "screen.log"
    with app(program=(sys.executable, "-c", NOISY, str(wanted))) as terminal:
        terminal.wait_for("Weekly sync")
        wanted.touch()
        until(lambda: "ALSA lib" in log.read_text())
        terminal.keys("q")
        assert terminal.wait_for_exit() == 0
        assert b"ALSA lib" not in terminal.output()
