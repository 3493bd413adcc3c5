"""Several recordings become sessions side by side."""

from __future__ import annotations

import asyncio
import signal
import threading
from argparse import Namespace
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

from meetrec.cli.importing import _Imports
from meetrec.cli.output import Output
from meetrec.core.events import Event, JobEnded, MinutesReady, Notice, RecordingStarted, RecordingStopped
from meetrec.demo.faults import Faults
from meetrec.demo.meeting import sample_path
from meetrec.demo.service import DemoService
from meetrec.recorder.front import RecorderFront
from meetrec.recorder.job import Job
from tests.cli.conftest import Command
from tests.cli.program import Live, meetrec, sessions_left, store


def copies(folder: Path, count: int) -> list[str]:
    paths = [folder / f"meeting {number}.flac" for number in range(1, count + 1)]
    for path in paths:
        path.write_bytes(sample_path().read_bytes())
    return [str(path) for path in paths]


class Front:
    """Starts imports that end when `together` of them are under way."""

    def __init__(self, together: int) -> None:
        self._all_there = threading.Barrier(together)
        self._count = threading.Lock()
        self.under_way = 0
        self.most = 0

    def spawn(self, job: Job) -> Any:
        with self._count:
            self.under_way += 1
            self.most = max(self.most, self.under_way)
        self._all_there.wait(60.0)
        return Import(self, job)

    def ended(self) -> None:
        with self._count:
            self.under_way -= 1


class Import:
    """An import that tells all it has to tell at once."""

    def __init__(self, front: Front, job: Job) -> None:
        self._front, self._job = front, job

    async def follow(self) -> AsyncIterator[Event]:
        yield RecordingStarted(id=f"id of {self._job.title}", title=self._job.title, folder="")
        yield Notice(what="the model ends next year", hint="meetrec models lists the others")
        yield RecordingStopped(at=70.0, duration=70.0, frames=0)
        yield MinutesReady(at=70.0, path="minutes.md", segments=9, speakers=3)
        self._front.ended()
        yield JobEnded(code=0)


def test_as_many_files_as_asked_for_are_under_way_at_a_time_and_each_is_told_in_one_line(
    tmp_path: Path, command: Command, capsys: Any
) -> None:
    front = Front(together=2)
    options = Namespace(files=copies(tmp_path, 4), finish=True, model="")
    imports = _Imports(cast("RecorderFront", front), options, Output())
    assert asyncio.run(imports.run(at_once=2)) == 0
    assert front.most == 2
    told = capsys.readouterr().out.splitlines()
    assert told.count("the model ends next year (meetrec models lists the others)") == 1
    assert sorted(told[1:]) == [
        f"{number} of 4: meeting {number}.flac, 1 min, 3 speakers: id of meeting {number}" for number in range(1, 5)
    ]


def test_all_become_sessions_with_no_more_requests_at_a_time_than_the_setting_allows(
    service: DemoService, tmp_path: Path
) -> None:
    done = meetrec("import", *copies(tmp_path, 3), env={"MEETREC_MINUTES_PARALLEL": "1"})
    assert done.code == 0, done
    assert sorted(store().folder(one).session.title for one in sessions_left()) == [
        "meeting 1",
        "meeting 2",
        "meeting 3",
    ]
    assert all(store().folder(one).minutes.exists() for one in sessions_left())
    spans = sorted((one.started, one.answered) for one in service.uploads)
    assert len(spans) >= 3
    assert all(ended <= began for (_, ended), (began, _) in pairwise(spans))


def test_a_file_that_ends_early_is_named_with_what_is_there(service: DemoService, tmp_path: Path) -> None:
    whole, cut = copies(tmp_path, 2)
    Path(cut).write_bytes(Path(cut).read_bytes()[:-200_000])
    done = meetrec("import", whole, cut, "--no-finish")
    assert done.code == 0, done
    (told,) = done.err.splitlines()
    assert told.startswith("meetrec: meeting 2.flac: the file ends early: ")


def test_with_json_each_event_names_its_file(service: DemoService, tmp_path: Path) -> None:
    done = meetrec("import", *copies(tmp_path, 2), "--json", "--no-finish")
    assert done.code == 0, done
    assert {one["file"] for one in done.events} == {"meeting 1.flac", "meeting 2.flac"}
    assert sum(one["type"] == "recording.stopped" for one in done.events) == 2


def test_ctrl_c_finishes_what_has_begun_and_begins_no_more(service: DemoService, tmp_path: Path) -> None:
    service.faults = Faults(answer_delay=1.0)
    with Live("import", *copies(tmp_path, 6), "--json", env={"MEETREC_MINUTES_PARALLEL": "1"}) as live:
        live.wait_for('"part.sent"')
        live.signal(signal.SIGINT)
        done = live.end()
    assert done.code == 130, done
    assert "meeting 6.flac" in done.err.splitlines()[-1]
    assert "of 6 files were imported; left out: " in done.err
    assert 1 <= len(sessions_left()) < 6
    assert all(store().folder(one).minutes.exists() for one in sessions_left())
