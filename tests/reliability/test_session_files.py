"""The files of sessions: private whatever the umask, found after a crash, indifferent to the wall clock."""

from __future__ import annotations

import ast
import os
import resource
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from meetrec.audio.riff import header
from meetrec.core.events import MarkAdded, NoteAdded, RecordingStarted
from meetrec.storage.journal import Journal, read_events
from meetrec.storage.locks import start_job
from meetrec.storage.paths import Paths
from meetrec.storage.sessions import SessionStore
from tests.cli.program import command_line, environment, is_refusal
from tests.docs.pages import ROOT
from tests.e2e.meeting import SAMPLE, minutes_words, sample_pcm, words_between
from tests.e2e.program import Live, jobs, kill, meetrec, only_session, sessions_left, shown, store, until, wav_pcm
from tests.e2e.served import Served


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_every_file_of_a_whole_meeting_is_private_whatever_the_umask(
    served: Served, home: Path, tmp_path: Path, umask: int
) -> None:
    def run(*words: str) -> None:
        done = subprocess.run(
            command_line(*words),
            env=environment(),
            preexec_fn=lambda: os.umask(umask),
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done

    run("settings", "set", "captions.delay", "high")
    run("record", "Board", "--from", SAMPLE, "--speed", "0", "--no-captions", "--headless")
    run("rename", "latest", "Another title")
    run("search", "cable")
    run("export", "latest", "-f", "md", "-o", str(tmp_path / "minutes.md"))
    wrong = {
        str(path.relative_to(home)): oct(path.stat().st_mode & 0o777)
        for path in home.rglob("*")
        if path.stat().st_mode & 0o777 != (0o700 if path.is_dir() else 0o600)
    }
    assert wrong == {}
    assert len([path for path in home.rglob("*") if path.is_file()]) >= 8


def test_after_a_kill_the_session_is_listed_and_finished_and_its_repair_changes_nothing_else(served: Served) -> None:
    with Live("record", "Board", "--from", SAMPLE, "--headless", "--no-captions") as live:
        live.wait_for("session ")
        until(lambda: only_session().duration() > 2)
        (job,) = jobs()
        kill(job)
        assert live.end().code == 1
    folder = only_session()
    with folder.audio.open("ab") as file:
        file.write(b"\x01")  # half a sample, as a torn write leaves it
    os.utime(folder.audio, ns=(1_700_000_000_000_000_000, 1_700_000_000_000_000_000))
    changed = folder.audio.stat().st_mtime_ns
    held = (folder.audio.stat().st_size - 45) // 2
    (row,) = meetrec("list", "--json").json
    assert (row["id"], row["state"]) == (folder.id, "recorded")
    done = meetrec("finish", "latest")
    assert done.code == 0, done
    assert f"recovered: 00:00:0{held // 24_000} recorded" in done.out + done.err
    assert folder.audio.stat().st_mtime_ns == changed
    assert wav_pcm(folder.audio) == sample_pcm()[:held].tobytes()
    assert minutes_words(shown()) == words_between(0, held / 24_000)
    once = folder.audio.read_bytes()
    assert meetrec("finish", "latest", "--again").code == 0
    assert folder.audio.read_bytes() == once


def test_a_session_whose_owner_lives_is_not_touched(home: Path) -> None:
    folder = store().create("Board", datetime.now().astimezone())
    with folder.open_journal() as journal:
        journal.append(RecordingStarted(id=folder.id, folder=str(folder.path)))
    folder.audio.write_bytes(b"RIFF")  # its header is being written at this moment
    with start_job(Paths.under(home), folder.id, "record"):
        done = meetrec("finish", folder.id)
        assert is_refusal(done, 1), done
        assert "at work" in done.err
        assert is_refusal(meetrec("delete", folder.id, "--yes"), 1)
        assert folder.audio.read_bytes() == b"RIFF"


def test_no_file_however_strange_keeps_the_list_from_being_shown(home: Path) -> None:
    sounds = {"empty": b"", "half a header": b"RIFF\0\0", "no sound": header(24_000, 1, 0), "foreign": b"\x7fELF" * 99}
    for name, content in sounds.items():
        folder = store().create(name, datetime.now().astimezone())
        folder.audio.write_bytes(content)
    (store().paths.sessions / "notes.txt").write_text("mine")
    done = meetrec("list", "--json")
    assert done.code == 0, done
    assert {row["title"] for row in done.json} == set(sounds)
    for row in done.json:
        finished = meetrec("finish", row["id"])
        assert "Traceback" not in finished.err
        assert "defect" not in finished.err


# -- the wall clock ----------------------------------------------------------------------------------------------------


def test_when_the_wall_clock_jumps_what_happened_stays_in_its_order_and_at_its_place(tmp_path: Path) -> None:
    wall = [datetime(2026, 11, 20, 14, tzinfo=UTC)]
    with Journal(tmp_path / "events.jsonl", clock=lambda: wall[0]) as journal:
        for number, jump in enumerate([0, -86_400, 3 * 86_400, -40_000_000]):
            wall[0] += timedelta(seconds=jump)
            journal.append(MarkAdded(at=float(number), text=str(number)))
    events = list(read_events(tmp_path / "events.jsonl"))
    assert [event.at for event in events] == [0.0, 1.0, 2.0, 3.0]
    assert [event.time[:4] for event in events] == ["2026", "2026", "2026", "2025"]


RECORDING = ("capture", "levels", "pace", "recording", "riff", "sound_files", "source", "wav", "writer")


def test_what_records_asks_no_wall_clock() -> None:
    asked = []
    sound = [ROOT / "meetrec" / "audio" / f"{name}.py" for name in RECORDING]
    for path in [*sound, ROOT / "meetrec" / "workflow" / "record.py"]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in {"now", "utcnow", "time_ns", "localtime", "today"}:
                asked.append(f"{path.name}:{node.lineno}")
            if isinstance(node, ast.Attribute) and node.attr == "time" and getattr(node.value, "id", "") == "time":
                asked.append(f"{path.name}:{node.lineno}")
    assert asked == []


# -- settings ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[captions\n", "is not valid TOML"),
        ("[captions]\nof_a_newer_version = 5\n", "of_a_newer_version"),
        ("[of_a_newer_version]\nkey = 5\n", "of_a_newer_version"),
        ("\udcff", "is not"),
    ],
)
def test_settings_that_cannot_be_understood_are_told_in_a_sentence_and_left_as_they_are(
    home: Path, text: str, words: str
) -> None:
    settings = Paths.under(home).make().settings
    content = text.encode("utf-8", "surrogateescape")
    settings.write_bytes(content)
    done = meetrec("record", "--from", SAMPLE, "--headless")
    assert is_refusal(done, 2), done
    assert words in done.err
    assert sessions_left() == []
    assert is_refusal(meetrec("settings", "set", "captions.delay", "high"), 2) or words == "of_a_newer_version"
    assert settings.read_bytes() == content or words == "of_a_newer_version"
    assert meetrec("list").code == 0


def test_settings_broken_while_recording_cost_the_recording_nothing(served: Served, home: Path) -> None:
    with Live("record", "Board", "--from", SAMPLE, "--headless", "--no-captions") as live:
        live.wait_for("session ")
        Paths.under(home).settings.write_text("[captions\n")
        until(lambda: only_session().duration() > 1)
        assert meetrec("note", "kept").code == 0
        assert meetrec("stop").code == 0
        done = live.end()
    assert done.code == 0, done
    assert [one.text for one in only_session().events() if isinstance(one, NoteAdded)] == ["kept"]
    Paths.under(home).settings.unlink()
    assert minutes_words(shown()) == words_between(0, shown()["duration"])


def test_settings_that_cannot_be_written_stay_as_they_were_and_it_is_told_in_a_sentence(home: Path) -> None:
    assert meetrec("settings", "set", "captions.delay", "high").code == 0
    settings = Paths.under(home).settings
    before = settings.read_bytes()
    done = subprocess.run(
        command_line("settings", "set", "captions.delay", "low"),
        env=environment(),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (8, 8)),  # no file can hold more
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("meetrec: the disk is full: ")
    assert len(done.stderr.splitlines()) == 2
    assert settings.read_bytes() == before
    assert [path.name for path in settings.parent.iterdir()] == [settings.name]


# -- the index ---------------------------------------------------------------------------------------------------------

INDEXES = """
import sys
from meetrec.storage.index import SessionIndex
from meetrec.storage.paths import Paths
paths = Paths.from_environment()
print("ready", flush=True)
while True:
    paths.index.unlink(missing_ok=True)
    index = SessionIndex(paths)
    index.update()
    index.close()
"""


def test_an_index_killed_while_it_is_written_is_whole_or_made_anew(home: Path) -> None:
    for number in range(20):
        folder = store().create(f"Meeting {number}", datetime.now().astimezone())
        with folder.open_journal() as journal:
            journal.append(NoteAdded(at=1.0, text=f"word{number}"))
    for attempt in range(10):
        child = subprocess.Popen([sys.executable, "-c", INDEXES], stdout=subprocess.PIPE, env=environment())
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(0.01 * attempt)  # any moment will do
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        done = meetrec("search", "word7", "--json")
        assert done.code == 0, done
        assert "word7" in done.out
    assert len(SessionStore(Paths.under(home)).list()) == 20
