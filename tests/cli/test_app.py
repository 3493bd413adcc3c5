"""The app on real sessions and real recorders: the adapters behind its ports, and the program in a real terminal."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from meetrec.cli.app import DiskLibrary, ProcessRecorder
from meetrec.core.editing.acts import NameSpeaker
from meetrec.core.errors import BusyError, MeetrecError
from meetrec.core.events import JobEnded, MinutesReady
from meetrec.demo.meeting import load_sample, sample_path
from meetrec.demo.service import DemoService
from meetrec.recorder.job import Job
from meetrec.storage.paths import Paths
from tests.cli.program import failed, finished, is_refusal, meetrec, recorded, sessions_left, store, until
from tests.terminal import Terminal

APP = (sys.executable, "-m", "meetrec")
QUICK = Job(kind="record", title="Sync", source="file", path=str(sample_path()), speed=16.0)


@pytest.fixture
def library(home: Path) -> DiskLibrary:
    return DiskLibrary(Paths.from_environment())


# -- the ports ---------------------------------------------------------------------------------------------------------


def test_the_library_has_what_the_list_has(library: DiskLibrary) -> None:
    finished("One"), failed("Two")
    wanted = [("Two", "failed", "no key is set"), ("One", "finished", "")]
    sessions, count = library.newest()
    assert [(one.title, one.state, one.problem) for one in sessions] == wanted
    assert count == 2
    assert library.look() in (False, True)
    assert [(one.title, one.state, one.problem) for one in library.list()] == wanted
    library.index(lambda done, of: None, lambda: False)
    assert [one.session.title for one in library.search("beg").found] == ["Two", "One"]


def test_what_the_library_changes_is_in_the_minutes(library: DiskLibrary) -> None:
    folder = finished()
    library.rename(folder.id, "Board")
    editor = library.editor(folder.id)
    editor.act(NameSpeaker("S1", "Ana"))
    editor.save_minutes()
    assert "# Board" in folder.minutes.read_text("utf-8")
    assert "**Ana**" in folder.minutes.read_text("utf-8")
    assert library.document(folder.id).session.title == "Board"


def test_an_export_from_the_app_never_replaces_a_file(
    library: DiskLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = finished()
    first, second = library.export(folder.id, "md"), library.export(folder.id, "md")
    assert [Path(one).name for one in (first, second)] == ["Weekly sync.md", "Weekly sync (2).md"]
    assert Path(first).read_bytes() == folder.minutes.read_bytes()


def test_what_is_deleted_in_the_library_is_gone(library: DiskLibrary) -> None:
    library.delete(recorded().id)
    assert library.list() == []


async def test_a_recording_started_from_the_app_is_followed_to_its_end(service: DemoService) -> None:
    recorder = ProcessRecorder(Paths.from_environment(), QUICK)
    running = await recorder.start("Weekly sync")
    attached = await recorder.attach()
    assert attached is not None
    assert attached.session_id == running.session_id
    await running.send("mark", "here")
    events = [event async for event in running.events()]
    assert isinstance(events[-1], JobEnded)
    assert any(isinstance(event, MinutesReady) for event in events)
    assert await recorder.attach() is None
    assert store().find("latest").session.title == "Weekly sync"
    again = await recorder.finish(running.session_id)
    assert isinstance([event async for event in again.events()][-1], JobEnded)
    with pytest.raises(BusyError):
        await running.send("stop")


async def test_a_recording_that_cannot_begin_says_why(home: Path) -> None:
    job = Job(kind="record", source="file", path="/no/such/file")
    with pytest.raises(MeetrecError, match="file"):
        await ProcessRecorder(Paths.from_environment(), job).start("")
    assert sessions_left() == []


# -- without a terminal ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [(), ("attach",)])
def test_the_app_without_a_terminal_is_refused(words: tuple[str, ...]) -> None:
    done = meetrec(*words)
    assert is_refusal(done, 2)
    assert "terminal" in done.err


# -- in a terminal -----------------------------------------------------------------------------------------------------


def test_the_library_opens_in_the_terminal_and_leaves_it_as_it_was(home: Path) -> None:
    finished("Weekly sync")
    with Terminal(*APP) as terminal:
        terminal.wait_for("Weekly sync")
        assert terminal.alternate_screen
        terminal.wait_for("Enter Open")
        terminal.keys("Enter")
        terminal.wait_for("Enter Edit")
        assert "Shall we begin?" in terminal.screen()
        terminal.keys("q")
        terminal.wait_for("r Record")
        terminal.keys("q")
        assert terminal.wait_for_exit() == 0
        assert terminal.is_restored()


def test_attaching_to_nothing_is_told_without_opening_the_app(home: Path) -> None:
    with Terminal(*APP, "attach") as terminal:
        assert terminal.wait_for_exit() == 1
        assert "meetrec: nothing is being recorded" in terminal.screen()
        assert b"\x1b[?1049h" not in terminal.output()


def test_a_terminal_is_no_sound(home: Path) -> None:
    with Terminal(*APP, "record", "--from", "-") as terminal:
        assert terminal.wait_for_exit() == 2
        assert "standard input is a terminal" in terminal.screen()


def test_the_demo_runs_in_the_app_from_first_caption_to_named_minutes(tmp_path: Path, home: Path) -> None:
    first_words = " ".join(load_sample().segments[0].text.split()[:3])
    with Terminal(
        *APP, "demo", "--speed", "4", env={"TMPDIR": str(tmp_path)}, cwd=tmp_path, size=(100, 30)
    ) as terminal:
        terminal.wait_for("Simulated service")
        terminal.wait_for(first_words)
        terminal.keys("m", "s")
        terminal.wait_for("Enter Edit")
        terminal.wait_for("Speaker 1")
        terminal.keys("1")
        terminal.wait_for("Who is Speaker 1?")
        terminal.type("Ana")
        terminal.keys("Enter")
        terminal.wait_for("● Ana")
        terminal.keys("e")
        terminal.wait_for("Export as")
        terminal.keys("Enter")
        terminal.wait_for("which file")
        terminal.keys("Enter")
        terminal.wait_for("Exported")
        exported = (tmp_path / "Sample meeting.md").read_text("utf-8")
        assert f"**Ana** · 00:00:00\n\n{first_words}" in exported
        assert "★" in exported
        terminal.keys("q")
        terminal.wait_for("r Record")
        terminal.keys("q")
        assert terminal.wait_for_exit() == 0
        assert terminal.is_restored()
        terminal.wait_for("are gone")
    assert sessions_left() == []


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_screen_that_is_ended_restores_the_terminal_and_leaves_the_recording(
    service: DemoService, number: int, code: int
) -> None:
    with Terminal(*APP, "record", "Weekly sync", "--from", str(sample_path())) as terminal:
        terminal.wait_for("REC")
        until(lambda: meetrec("status", "--json").json["state"] == "recording")
        os.kill(terminal.pid, number)
        assert terminal.wait_for_exit() == code
        assert terminal.is_restored()
    assert meetrec("status", "--json").json["state"] == "recording"
    assert meetrec("stop").code == 0
    until(lambda: store().summary(sessions_left()[0]).state == "finished")


# -- the headless status line ------------------------------------------------------------------------------------------


def test_headless_in_a_terminal_shows_one_status_line_and_captions_above_it(service: DemoService) -> None:
    first_words = " ".join(load_sample().segments[0].text.split()[:3])
    words = ("record", "Sync", "--from", str(sample_path()), "--speed", "4", "--headless")
    with Terminal(*APP, *words, size=(100, 30)) as terminal:
        terminal.wait_for("● REC 00:00:")
        screen = terminal.wait_for(first_words)
        terminal.wait_for("safe on disk")
        assert screen.count("● REC") == 1
        terminal.keys("C-c")
        terminal.wait_for("stopping")
        assert terminal.wait_for_exit() == 0
        assert "minutes: " in terminal.screen()
        assert "● REC" not in terminal.screen()
        assert not terminal.alternate_screen
