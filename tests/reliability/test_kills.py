"""kill -9 of the recorder at fifty random moments: what it had taken is on disk up to one block, and is finished."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import random
import signal
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pytest

from meetrec.core.events import MarkAdded, NoteAdded, RecordingStarted
from meetrec.recorder.client import Address, ask
from meetrec.recorder.job import Job
from meetrec.storage.paths import Paths
from meetrec.storage.session_folder import SessionFolder
from meetrec.storage.sessions import SessionStore
from tests.cli.program import environment, until
from tests.e2e.meeting import RATE, minutes_words, sample_pcm, words_between
from tests.e2e.program import meetrec, wav_pcm
from tests.e2e.served import Served

KILLS = 50
AT_ONCE = 5
PIECE = RATE // 50
"""Samples handed over at once: 20 ms, of which the recorder makes blocks of 100 ms."""
MOST_LOST_S = 0.1

# Loads what a recorder needs once, then forks one recorder for each line it reads: its home, and its pipes.
NURSERY = """
import asyncio, json, os, sys
from meetrec.recorder.assembly import Assembly
from meetrec.recorder.job import Job
from meetrec.recorder.process import Process, hello_on_stdout
import meetrec.workflow.minutes, meetrec.audio.vad, tomlkit, filelock

def record(order):
    os.dup2(os.open(order["sound"], os.O_RDONLY), 0)
    os.dup2(os.open(order["hello"], os.O_WRONLY), 1)
    sys.stdin, sys.stdout = os.fdopen(0), os.fdopen(1, "w")
    environment = {"MEETREC_HOME": order["home"]}
    async def run():
        return await Process(Job.from_json(order["job"]), Assembly(environment)).run(hello_on_stdout)
    os._exit(asyncio.run(run()))

for line in sys.stdin:
    order = json.loads(line)
    pid = os.fork()
    if pid == 0:
        record(order)
    print(pid, flush=True)
"""


@dataclass
class Fed:
    """One recorder that is fed, and what came of it."""

    number: int
    home: Path
    pid: int
    pipe: int
    address: Address
    given: int = 0

    @property
    def folder(self) -> SessionFolder:
        store = SessionStore(Paths.under(self.home))
        return store.find("latest")


class Nursery:
    """Starts recorders quickly."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._log = (folder / "log").open("wb")
        self._process = subprocess.Popen(
            [sys.executable, "-c", NURSERY],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=environment(),
            text=True,
        )

    def start(self, number: int) -> Fed:
        here = self._folder / str(number)
        here.mkdir()
        for name in ("sound", "hello"):
            os.mkfifo(here / name)
        job = Job(kind="record", title="Board", source="stdin", rate=RATE, captions=False, finish=False)
        order = {"sound": str(here / "sound"), "hello": str(here / "hello"), "home": str(here / "home")}
        orders, answers = self._ends()
        orders.write(json.dumps({**order, "job": job.to_json()}) + "\n")
        orders.flush()
        pid = int(answers.readline())
        pipe = os.open(here / "sound", os.O_WRONLY)
        with (here / "hello").open() as hello:
            said = json.loads(hello.readline())
        return Fed(number, here / "home", pid, pipe, Address(said["port"], said["secret"]))

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        for end in self._ends():
            end.close()
        self._log.close()

    def _ends(self) -> tuple[IO[str], IO[str]]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        return self._process.stdin, self._process.stdout


@pytest.fixture
def nursery(tmp_path: Path) -> Iterator[Nursery]:
    nursery = Nursery(tmp_path)
    yield nursery
    nursery.close()


def feed_until_killed(one: Fed, seed: int) -> float:
    """Feed it at the pace of a microphone, kill it at a random moment; return the seconds it had taken and lost."""
    rng = random.Random(seed)
    ends = rng.uniform(0.3, 2.2)
    kept = os.open(f"/proc/{one.pid}/fd/0", os.O_RDONLY)  # what it did not take stays in the pipe while this is open
    ask(one.address, "mark", f"mark {one.number}")
    ask(one.address, "note", f"note {one.number}")
    killer = threading.Timer(ends, os.kill, (one.pid, signal.SIGKILL))
    began = time.monotonic()
    killer.start()
    samples = sample_pcm()
    os.set_blocking(one.pipe, False)
    while killer.is_alive():
        with contextlib.suppress(BlockingIOError):
            one.given += os.write(one.pipe, samples[one.given // 2 : one.given // 2 + PIECE].tobytes())
        time.sleep(max(began + one.given / 2 / RATE - time.monotonic(), 0.001))
    until(lambda: not Path(f"/proc/{one.pid}/fd/0").exists())
    left = int.from_bytes(fcntl.ioctl(kept, termios.FIONREAD, b"\0\0\0\0"), sys.byteorder)
    os.close(kept)
    os.close(one.pipe)
    on_disk = wav_pcm(one.folder.audio)  # by the header, unrepaired
    assert on_disk == samples[: len(on_disk) // 2].tobytes()
    return (one.given - left - len(on_disk)) / 2 / RATE


def test_fifty_kills_cost_at_most_one_block_each_and_nothing_that_was_noted(nursery: Nursery, served: Served) -> None:
    lost: list[float] = []
    recorders: list[Fed] = []

    def work(numbers: range) -> None:
        for number in numbers:
            with starting:
                one = nursery.start(number)
            recorders.append(one)
            lost.append(feed_until_killed(one, number))

    starting = threading.Lock()
    workers = [threading.Thread(target=work, args=(range(first, KILLS, AT_ONCE),)) for first in range(AT_ONCE)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(lost) == KILLS
    # A thread that the machine let wait between taking a block and writing it is the machine's doing: a few may.
    assert sorted(lost)[KILLS * 9 // 10] <= MOST_LOST_S, sorted(lost)
    assert max(lost) <= 1.0, sorted(lost)

    for one in recorders:
        events = list(one.folder.events())
        assert [event.text for event in events if isinstance(event, MarkAdded)] == [f"mark {one.number}"]
        assert [event.text for event in events if isinstance(event, NoteAdded)] == [f"note {one.number}"]
        assert isinstance(events[0], RecordingStarted)
        (summary,) = SessionStore(Paths.under(one.home)).list()
        assert summary.state == "recorded"
        assert "interrupted" in summary.problem

    longest = max(recorders, key=lambda one: one.folder.duration())
    held = longest.folder.duration()
    done = meetrec("finish", "latest", env={"MEETREC_HOME": str(longest.home)})
    assert done.code == 0, done
    assert "recovered: 00:0" in done.out + done.err
    shown = meetrec("show", "latest", "--json", env={"MEETREC_HOME": str(longest.home)}).json
    assert minutes_words(shown) == words_between(0, held)
    assert [mark["text"] for mark in shown["marks"]] == [f"mark {longest.number}"]
