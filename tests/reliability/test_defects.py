"""A defect anywhere in the background of the recorder: it is told, kept, and no success; the sound is whole."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from meetrec.core.events import Fault
from meetrec.demo.faults import Faults
from meetrec.recorder.job import ENVIRONMENT, Job
from tests.cli.program import environment
from tests.e2e.meeting import cut, write_wav
from tests.e2e.program import Live, jobs, meetrec, only_session, shown, until, wav_pcm
from tests.e2e.served import Served

SPAN = (6.6, 22.7)

# Runs the recorder's job with one method that raises what nobody expects.
BROKEN = """
import importlib, inspect, sys
module, owner, name = sys.argv.pop(1).split(":")
owner = getattr(importlib.import_module(module), owner)

def broken(*_, **__):
    raise RuntimeError("injected")

async def broken_later(*_, **__):
    raise RuntimeError("injected")

setattr(owner, name, broken_later if inspect.iscoroutinefunction(getattr(owner, name)) else broken)
from meetrec.recorder.__main__ import main
sys.exit(main())
"""


def record_broken(where: str, path: Path) -> tuple[int, str]:
    """Record a file in a recorder in which a method is broken; return its exit status and what it logged."""
    job = Job(kind="record", title="Sync", source="file", path=str(path), speed=16.0)
    done = subprocess.run(
        [sys.executable, "-c", BROKEN, where],
        env=environment({ENVIRONMENT: job.to_json()}),
        capture_output=True,
        timeout=60,
    )
    assert "session" in json.loads(done.stdout)
    return done.returncode, done.stderr.decode()


@pytest.mark.parametrize(
    "where",
    [
        "meetrec.workflow.record:Recording:_watch_disk",
        "meetrec.audio.recording:Recording:stop",
        "meetrec.workflow.record:Recording:_finish_captions",
        "meetrec.provider.live_captions:LiveCaptions:_run_lanes",
        "meetrec.provider.passage:Passage:carry",
        "meetrec.provider.link:Link:_ping",
        "meetrec.recorder.service:Service:captions",
        "meetrec.recorder.service:Service:_open_transcriber",
        "meetrec.recorder.host:Host:_keep_synced",
        "meetrec.workflow.finish:Finish:_next_part",
        "meetrec.workflow.finish:Finish:_publish",
    ],
)
def test_a_defect_in_the_background_of_the_recorder_is_told_and_no_success_and_the_sound_is_whole(
    served: Served, tmp_path: Path, where: str
) -> None:
    code, logged = record_broken(where, write_wav(tmp_path / "short.wav", cut(*SPAN)))
    assert code == 1
    folder = only_session()
    assert wav_pcm(folder.audio) == cut(*SPAN).tobytes()
    told = [event.what for event in folder.events() if isinstance(event, Fault)]
    assert any("RuntimeError" in one for one in told), told
    assert "injected" in logged
    assert meetrec("finish", folder.id).code == 0
    assert shown()["state"] == "finished"


def test_a_recorder_that_is_told_to_end_during_an_upload_does_not_wait_for_its_answer(
    served: Served, tmp_path: Path
) -> None:
    """Promised are two seconds; a busy machine is given more. The service would never answer."""
    meeting = write_wav(tmp_path / "short.wav", cut(*SPAN))
    assert meetrec("record", "--from", str(meeting), "--speed", "0", "--no-captions", "--no-finish").code == 0
    served.faults = Faults(every_http="hang")
    with Live("finish", "latest", "--json") as live:
        live.wait_for('"part.sent"')
        until(lambda: served.uploads)
        (job,) = jobs()
        began = time.monotonic()
        os.kill(job.pid, signal.SIGTERM)
        until(lambda: not jobs())
        assert time.monotonic() - began < 30
        assert live.end().code == 3
    served.faults = Faults()
    assert meetrec("finish", "latest").code == 0
