"""What examples run against: a folder with the sample meeting, a fresh home, and the simulated service."""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import Coroutine, Iterator, Mapping
from pathlib import Path

import pytest

from meetrec.demo.meeting import sample_path
from meetrec.demo.service import DemoService


@pytest.fixture(scope="session")
def service_url() -> Iterator[str]:
    """Serve the sample meeting from a thread of its own, for programs the tests start; return the service's URL."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="simulated service")
    thread.start()

    def within_the_loop(call: Coroutine[None, None, None]) -> None:
        asyncio.run_coroutine_threadsafe(call, loop).result(timeout=60)

    service = DemoService()
    try:
        within_the_loop(service.start())
        yield service.base_url
        within_the_loop(service.stop())
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=60)
        loop.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder that holds nothing but the sample meeting."""
    made = tmp_path / "empty"
    made.mkdir()
    shutil.copy(sample_path(), made / "meeting.flac")
    return made


@pytest.fixture
def simulated(home: Path, service_url: str) -> Mapping[str, str]:
    """Return the variables by which programs find the simulated service and a home of their own."""
    return {
        "MEETREC_HOME": str(home),
        "OPENAI_BASE_URL": service_url,
        "OPENAI_API_KEY": "an-invented-key",
        "MEETREC_PROVIDER_REPLAY_SPEED": "60",
    }
