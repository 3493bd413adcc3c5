"""The recorder's side of the conversation with its front ends: JSON lines over loopback TCP, with a secret.

A front end sends one line, `{"secret": "…", "do": "events"}`. "events" is answered with every stored event so far and
then with live ones until the job ends; "status" and the controls (stop, pause, resume, mark, note) with one line.
A line without the secret is answered with nothing. Only 127.0.0.1 is listened on.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import itertools
import json
import secrets
from collections.abc import Callable, Iterable
from typing import Any

from meetrec.core.events import Event

LINE_LIMIT = 1 << 16
BACKLOG = 20_000
"""Events a front end may lag behind before it is cut off, so that a stopped screen can't fill the memory."""
HELLO_S = 5.0


class Server:
    """Serves one job. `control` carries out a command and returns its answer; `stored` yields the stored lines."""

    def __init__(self, *, control: Callable[[str, str], dict[str, Any]], stored: Callable[[], Iterable[str]]) -> None:
        self.stored_lines = 0
        """How many lines `stored` has that were published, so that a new follower gets none twice."""
        self.secret = secrets.token_urlsafe(32)
        self.port = 0
        self._control = control
        self._stored = stored
        self._followers: set[asyncio.Queue[str | None]] = set()
        self._talks: set[asyncio.Task[Any]] = set()
        self._server: asyncio.Server | None = None
        self._came = asyncio.Event()

    async def start(self) -> None:
        """Listen on a free port of 127.0.0.1, kept in `port`."""
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", 0, limit=LINE_LIMIT)
        self.port = self._server.sockets[0].getsockname()[1]

    @property
    def followed(self) -> bool:
        """Whether any front end listens."""
        return bool(self._followers)

    async def first_follower(self, seconds: float) -> None:
        """Wait until a front end has followed, at most so long: the one that started a short job is still coming."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._came.wait(), seconds)

    def publish(self, event: Event, *, stored: bool) -> None:
        """Send the event to every front end that follows; one that lags too far behind is cut off.

        `stored` says that it is among the stored lines by now.
        """
        self.stored_lines += stored
        if not self._followers:
            return
        line = event.to_json()
        for queue in list(self._followers):
            if queue.qsize() >= BACKLOG:
                self._followers.discard(queue)
                queue.put_nowait(None)
            else:
                queue.put_nowait(line)

    async def close(self, grace_s: float = 2.0) -> None:
        """End: let front ends read what is under way for at most `grace_s` seconds."""
        if self._server is not None:
            self._server.close()
        for queue in self._followers:
            queue.put_nowait(None)
        if self._talks:
            _, late = await asyncio.wait(self._talks, timeout=grace_s)
            for task in late:
                task.cancel()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._talks.add(task)
            task.add_done_callback(self._talks.discard)
        with contextlib.suppress(ConnectionError, TimeoutError, ValueError):  # a front end may leave at any moment
            request = json.loads(await asyncio.wait_for(reader.readline(), HELLO_S))
            if isinstance(request, dict) and hmac.compare_digest(str(request.get("secret", "")), self.secret):
                await self._answer(request, reader, writer)
        writer.close()

    async def _answer(
        self, request: dict[str, Any], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        command = str(request.get("do", ""))
        if command == "events":
            await self._follow(reader, writer)
            return
        answer = self._control(command, str(request.get("text", "")))
        writer.write(json.dumps(answer).encode() + b"\n")
        await writer.drain()

    async def _follow(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Send what was stored when the front end came, then what happens: nothing twice, nothing left out."""
        known = self.stored_lines
        queue: asyncio.Queue[str | None] = asyncio.Queue()
        self._followers.add(queue)
        self._came.set()
        gone = asyncio.create_task(reader.read(1))
        gone.add_done_callback(lambda _: queue.put_nowait(None))
        try:
            lines = await asyncio.to_thread(lambda: list(itertools.islice(self._stored(), known)))
            for start in range(0, len(lines), 500):
                writer.write("".join(f"{line}\n" for line in lines[start : start + 500]).encode())
                await writer.drain()
            while (line := await queue.get()) is not None:
                writer.write(line.encode() + b"\n")
                await writer.drain()
        finally:
            self._followers.discard(queue)
            gone.cancel()
