from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress

import pytest

from meetrec.cli import main
from meetrec.demo.faults import Faults
from meetrec.demo.service import DemoService
from meetrec.storage.locks import running_jobs
from meetrec.storage.paths import Paths
from tests.cli.program import PATIENCE_S, Done
from tests.lab import lab, shared_lab

__all__ = ["lab", "shared_lab"]

Command = Callable[..., Done]


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Command:
    """Return a function that carries out a command line in this process: quick, for what starts no process."""

    def run(*words: str) -> Done:
        capsys.readouterr()
        code = main(list(words))
        captured = capsys.readouterr()
        return Done(code, captured.out, captured.err)

    return run


@pytest.fixture(scope="session")
def served() -> Iterator[DemoService]:
    """Serve the sample meeting from a thread of its own, for programs the tests start."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="simulated service")
    thread.start()

    def within_the_loop(call: Coroutine[None, None, None]) -> None:
        asyncio.run_coroutine_threadsafe(call, loop).result(PATIENCE_S)

    service = DemoService()
    try:
        within_the_loop(service.start())
        yield service
        within_the_loop(service.stop())
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE_S)
        loop.close()


@pytest.fixture
def service(served: DemoService, monkeypatch: pytest.MonkeyPatch) -> DemoService:
    """Let the programs of this test use the simulated service; nothing goes wrong in it unless the test says so."""
    monkeypatch.setenv("OPENAI_BASE_URL", served.base_url)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-invented-sentinel-0123456789")
    monkeypatch.setenv("MEETREC_PROVIDER_REPLAY_SPEED", "60")
    served.faults = Faults()
    served.uploads.clear()
    served.links.clear()
    return served


@pytest.fixture(autouse=True)
def no_recorder_left() -> Iterator[None]:
    """End the recorder processes that a failing test leaves behind in its home."""
    yield
    for job in running_jobs(Paths.from_environment()):
        with suppress(ProcessLookupError):
            os.kill(job.pid, signal.SIGKILL)
