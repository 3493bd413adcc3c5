"""What every end-to-end test runs with: a service on loopback, a key that must show up nowhere, no process left."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from meetrec.demo.fingerprint import Known
from meetrec.demo.meeting import load_sample
from meetrec.storage.locks import running_jobs
from meetrec.storage.paths import Paths
from tests.e2e.secret import KEY, traces_of_key
from tests.e2e.served import Served
from tests.lab import lab, shared_lab

__all__ = ["lab", "shared_lab"]


@pytest.fixture(scope="session")
def sample() -> Known:
    """Return the sample meeting, prepared for any number of services."""
    return Known(load_sample())


@pytest.fixture
def served(sample: Known, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """Let all programs of the test use a simulated service that knows the sample meeting."""
    with Served([sample], key=KEY) as served:
        served.use(monkeypatch)
        yield served


@pytest.fixture(autouse=True)
def _no_recorder_left(home: Path) -> Iterator[None]:
    """End the recorder processes that a failing test leaves behind in its home."""
    yield
    for job in running_jobs(Paths.under(home)):
        with suppress(ProcessLookupError):
            os.kill(job.pid, signal.SIGKILL)


@pytest.fixture(autouse=True)
def _key_in_no_file(tmp_path: Path, _no_recorder_left: None) -> Iterator[None]:
    """Fail a test that left the key, or a form of it, in any file: sessions, state, logs, exports."""
    yield
    for path in tmp_path.rglob("*"):
        if path.is_file() and not path.is_symlink():
            assert not traces_of_key(path.read_bytes()), f"the key is in {path}"
