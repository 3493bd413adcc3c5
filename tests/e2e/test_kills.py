"""kill -9 at any moment costs nothing that was there: not the sound, not the words, not an answer that is paid for."""

from __future__ import annotations

import contextlib
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from meetrec.core.events import CaptionFinal, MarkAdded, NoteAdded
from meetrec.demo.faults import Faults
from meetrec.recorder.job import ENVIRONMENT, Job
from meetrec.storage.session_folder import SessionFolder
from tests.cli.program import command_line, environment, is_refusal
from tests.e2e.meeting import RATE, SAMPLE, TRUTH, Pcm, minutes_words, sample_pcm, words_between, words_by_speaker
from tests.e2e.program import Live, jobs, kill, meetrec, only_session, sessions_left, shown, store, until, wav_pcm
from tests.e2e.served import Served

BLOCK_S = 0.1
BEGIN_S = 14.0
"""Somebody says something short here, so that the first caption does not take long."""
ONCE_AT_A_TIME = {"MEETREC_MINUTES_PARALLEL": "1", "MEETREC_MINUTES_MAX_PART_SECONDS": "45"}


class Feed:
    """`meetrec record --from -` fed with sound at the pace of a microphone. `fed_before` tells what it was given."""

    def __init__(self, samples: Pcm) -> None:
        self._samples = samples
        self._fed: list[tuple[float, int]] = [(0.0, 0)]  # (moment, samples given until then)
        self._over = threading.Event()
        self._process = subprocess.Popen(
            command_line("record", "Weekly sync", "--from", "-", "--json"),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=environment(),
        )
        self._thread = threading.Thread(target=self._feed, name="feed")
        self._thread.start()

    def __enter__(self) -> Feed:
        return self

    def __exit__(self, *exception: object) -> None:
        self._over.set()
        self._process.kill()
        self._thread.join()
        self._process.communicate()

    def _feed(self) -> None:
        pipe = self._process.stdin
        assert pipe is not None
        begin = time.monotonic()
        size = round(BLOCK_S * RATE)
        with contextlib.suppress(BrokenPipeError):  # the one that read it was killed
            for number, first in enumerate(range(0, len(self._samples), size), 1):
                if self._over.wait(max(begin + number * BLOCK_S - time.monotonic(), 0)):
                    break
                pipe.write(self._samples[first : first + size].astype("<i2").tobytes())
                pipe.flush()
                self._fed.append((time.monotonic(), first + size))

    def fed_before(self, moment: float) -> int:
        """Return how many samples had been given at a moment."""
        return max(samples for at, samples in list(self._fed) if at <= moment)

    def end(self) -> tuple[int, str]:
        """Wait for the front end's end; return its exit status and what it said."""
        self._over.set()
        self._thread.join()
        _, said = self._process.communicate(timeout=60)
        return self._process.returncode, said.decode()


@pytest.mark.parametrize("seed", range(2))
def test_a_killed_recorder_leaves_all_sound_up_to_100_ms_ago_and_everything_noted(served: Served, seed: int) -> None:
    rng = random.Random(seed)
    samples = sample_pcm()[round(BEGIN_S * RATE) :]
    with Feed(samples) as feed:
        until(lambda: any(job.port for job in jobs()))
        assert meetrec("mark", "first").code == 0
        assert meetrec("note", "ask Ana").code == 0
        folder = only_session()
        until(lambda: _captions(folder))
        captions = _captions(folder)
        time.sleep(rng.uniform(0.0, 1.0))  # any moment
        (job,) = jobs()
        moment = time.monotonic()
        kill(job)
        code, said = feed.end()
    assert code == 1
    assert "safe on disk" in said
    assert "try: " in said

    heard = wav_pcm(folder.audio)  # by its header, which nobody has repaired
    size = folder.audio.stat().st_size
    assert heard == samples[: len(heard) // 2].tobytes()
    # What a busy machine leaves in the pipe was never the recorder's; tests/reliability counts that to the byte.
    assert len(heard) // 2 >= feed.fed_before(moment - 1.0) > RATE
    assert size - len(heard) - 44 <= BLOCK_S * RATE * 2

    assert _captions(folder)[: len(captions)] == captions
    events = list(folder.events())
    assert [event.text for event in events if isinstance(event, MarkAdded)] == ["first"]
    assert [event.text for event in events if isinstance(event, NoteAdded)] == ["ask Ana"]
    (row,) = meetrec("list", "--json").json
    assert (row["id"], row["state"]) == (folder.id, "recorded")
    assert meetrec("status", "--json").json["state"] == "idle"

    assert meetrec("finish", "latest").code == 0
    assert minutes_words(shown()) == words_between(BEGIN_S, BEGIN_S + shown()["duration"])
    assert "ask Ana" in folder.minutes.read_text("utf-8")


def _captions(folder: SessionFolder) -> list[CaptionFinal]:
    return [event for event in folder.events() if isinstance(event, CaptionFinal)]


def test_after_a_kill_the_next_recording_and_the_same_session_go_on(served: Served) -> None:
    with Live("record", "Weekly sync", "--from", SAMPLE, "--headless") as live:
        live.wait_for("session ")
        until(lambda: meetrec("status", "--json").json.get("elapsed", 0) > 1)
        (job,) = jobs()
        kill(job)
        assert live.end().code == 1
    before = wav_pcm(only_session().audio)
    done = meetrec("record", "--from", SAMPLE, "--speed", "0", "--continue", "latest", "--no-captions", "--no-finish")
    assert done.code == 0, done
    assert len(sessions_left()) == 1
    whole = wav_pcm(only_session().audio)
    assert whole.endswith(sample_pcm().tobytes())
    assert whole.startswith(before)
    assert len(whole) - len(before) - 2 * len(sample_pcm()) <= BLOCK_S * RATE * 2  # found again by the size of the file


def test_only_one_recording_runs_at_a_time_and_dead_ones_do_not_count(served: Served, home: Path) -> None:
    running = home / "state" / "running"
    running.mkdir(parents=True)
    stale = '{"session": "2026-11-20T10-00-00-gone", "kind": "record", "pid": 1, "port": 9, "secret": "x"}'
    (running / "2026-11-20T10-00-00-gone.json").write_text(stale)
    (running / "2026-11-20T10-00-00-gone.lock").touch()
    (running / "recording.lock").touch()
    (running / "torn.json").write_text('{"session": "to')
    assert meetrec("status", "--json").json["state"] == "idle"
    with Live("record", "First", "--from", SAMPLE, "--json") as live:
        live.wait_for('"recording.started"')
        second = meetrec("record", "Second", "--from", SAMPLE, "--headless")
        assert is_refusal(second, 1), second
        assert "already running" in second.err
        assert "meetrec attach" in second.err
        assert [store().folder(one).session.title for one in sessions_left()] == ["First"]
        meetrec("stop")
        assert live.end().code == 0


# -- kills while the minutes are made ----------------------------------------------------------------------------------

# Runs the recorder's job and kills it, as `kill -9` does, just after a file of the session has come to stand that was
# not there, or was another. Nothing but kills keeps it from going on.
KILLED = """
import os, signal, sys
from pathlib import Path

def is_news(source, target):
    return not target.exists() or target.read_bytes() != source.read_bytes()

def deadly(original):
    def call(source, target, **options):
        old, new = Path(os.fspath(source)), Path(os.fspath(target))
        dies = "sessions" in new.parts and is_news(old, new)
        original(source, target, **options)
        if dies:
            os.kill(os.getpid(), signal.SIGKILL)
    return call

os.replace, os.rename, os.link = deadly(os.replace), deadly(os.rename), deadly(os.link)
from meetrec.recorder.__main__ import main
sys.exit(main())
"""


def finish_killed(session: str) -> int:
    """Make minutes in a recorder that is killed after its next step; return its exit status."""
    job = Job(kind="finish", session=session).to_json()
    done = subprocess.run(
        [sys.executable, "-c", KILLED],
        env=environment({ENVIRONMENT: job}),
        capture_output=True,
        timeout=60,
    )
    assert b"Traceback" not in done.stderr
    return done.returncode


@pytest.fixture
def two_alike(served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[SessionFolder, Path]:
    """Record the sample without minutes; return the session, and another home with the same session."""
    for name, value in ONCE_AT_A_TIME.items():
        monkeypatch.setenv(name, value)
    assert meetrec("record", "Sync", "--from", SAMPLE, "--speed", "0", "--no-captions", "--no-finish").code == 0
    folder = only_session()
    other = tmp_path / "undisturbed"
    shutil.copytree(folder.path.parents[2], other)
    return folder, other


def test_minutes_killed_after_every_step_become_the_same_and_no_answer_is_asked_for_twice(
    served: Served, two_alike: tuple[SessionFolder, Path]
) -> None:
    folder, other = two_alike
    done = meetrec("finish", folder.id, env={"MEETREC_HOME": str(other)})
    assert done.code == 0, done
    undisturbed = SessionFolder(next((other / "data" / "sessions").iterdir()))
    needed = len(served.uploads)
    served.service.uploads.clear()

    kills = 0
    while (code := finish_killed(folder.id)) == -signal.SIGKILL:
        kills += 1
        assert kills < 30
        assert meetrec("list", "--json").json[0]["state"] in {"recorded", "finished"}
    assert code == 0
    assert kills >= 6  # plan, parts, voices, transcript, minutes
    assert len(served.uploads) == needed
    for name in ("transcript.json", "minutes.md"):
        assert (folder.path / name).read_bytes() == (undisturbed.path / name).read_bytes()
    assert folder.versions() == [1]
    assert not [path for path in folder.path.rglob("*") if path.name.endswith(".tmp") or "upload" in path.name]


def test_minutes_killed_while_an_answer_is_awaited_ask_for_that_one_again_only(
    served: Served, two_alike: tuple[SessionFolder, Path]
) -> None:
    folder, _ = two_alike
    with Live("finish", folder.id, "--json") as live:
        live.wait_for('"part.done"')
        served.faults = Faults(every_http="hang")
        live.wait_for('"part.sent"', times=2)
        until(lambda: len(served.uploads) >= 2)
        (job,) = jobs()
        kill(job)
        assert live.end().code == 1
    answered = [one for one in served.uploads if one.status == 200]
    served.faults = Faults()
    before = len(served.uploads)
    done = meetrec("finish", folder.id)
    assert done.code == 0, done
    again = [(round(one.pieces[0].truth_start), one.seconds) for one in served.uploads[before:] if one.pieces]
    assert not {(round(one.pieces[0].truth_start), one.seconds) for one in answered} & set(again)
    assert sorted(map(sorted, words_by_speaker(shown()).values())) == sorted(
        sorted(word for one in TRUTH.segments if one.speaker == name for word in one.text.split())
        for name in TRUTH.speakers
    )
