"""The simulated service in a thread of its own, for programs the tests start; it can go away and come back."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Sequence
from typing import Any, Self

import pytest

from meetrec.demo.faults import Faults
from meetrec.demo.fingerprint import Known
from meetrec.demo.records import LinkRecord, Upload
from meetrec.demo.service import DemoService
from tests.e2e.secret import KEY

PATIENCE_S = 60.0


class Served:
    """A DemoService; `uploads` and `links` are what came in, also before it went away. Use it as `with`."""

    def __init__(self, known: Sequence[Known], **options: Any) -> None:
        self._known, self._options = known, options
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="simulated service")
        self._services: list[DemoService] = []
        self._port = 0

    def __enter__(self) -> Self:
        self._thread.start()
        try:
            self.come_back()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        try:
            self.go_away()
        finally:
            self._end()

    def use(self, monkeypatch: pytest.MonkeyPatch, key: str = KEY) -> None:
        """Let the programs that are started from now on use it."""
        monkeypatch.setenv("OPENAI_BASE_URL", self.service.base_url)
        monkeypatch.setenv("OPENAI_API_KEY", key)
        monkeypatch.setenv("MEETREC_PROVIDER_REPLAY_SPEED", "60")  # as fast as recordings are played here

    @property
    def service(self) -> DemoService:
        """The service that runs, or ran last."""
        return self._services[-1]

    @property
    def uploads(self) -> list[Upload]:
        """The transcription requests, in order."""
        return [one for service in self._services for one in service.uploads]

    @property
    def links(self) -> list[LinkRecord]:
        """The realtime links, in order."""
        return [one for service in self._services for one in service.links]

    @property
    def faults(self) -> Faults:
        """What goes wrong; setting it starts the scripts anew."""
        return self.service.faults

    @faults.setter
    def faults(self, faults: Faults) -> None:
        self.service.faults = faults

    def go_away(self) -> None:
        """Close all links and listen no more."""
        self._run(self.service.stop())

    def come_back(self) -> None:
        """Listen at the same address, after `go_away`."""
        self._services.append(DemoService(self._known, port=self._port, **self._options))
        self._run(self.service.start())
        self._port = self.service.port

    def _run(self, call: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(call, self._loop).result(PATIENCE_S)

    def _end(self) -> None:
        self._run(_cancel_all())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE_S)
        self._loop.close()


async def _cancel_all() -> None:
    """End what still runs in the loop: handlers of connections whose other side was killed."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
