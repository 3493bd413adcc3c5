"""A TCP proxy on loopback that does to a connection what networks do: reset it, swallow it, slow it down, refuse it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from typing import Self

_PIECE = 16 * 1024


class Proxy:
    """Forwards 127.0.0.1:`port` to `target`; use it as `async with`. The attributes may be changed at any time."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.port = 0
        self.accepts = True
        """False: new connections are reset at once."""
        self.passes = asyncio.Event()
        """Cleared: connections stay open, nothing passes, nothing is read."""
        self.passes.set()
        self.bytes_per_second: float | None = None
        """How fast data passes towards the target."""
        self.reset_after: int | None = None
        """Reset a connection once it has carried so many bytes towards the target."""
        self.connections = 0
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # loopback would take in megabytes before it slows anybody down, which no slow network does
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _PIECE)
        listening.bind(("127.0.0.1", self.port))
        self._server = await asyncio.start_server(self._accept, sock=listening, limit=_PIECE)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_exception: object) -> None:
        assert self._server is not None
        self._server.close()
        self.reset_all()
        for task in list(self._tasks):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    @property
    def carries(self) -> bool:
        """Whether any connection is open."""
        return bool(self._writers)

    def reset_all(self) -> None:
        """Cut every connection with a TCP reset, as a dying router or a crashed peer does."""
        for writer in list(self._writers):
            _reset(writer)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.create_task(self._carry(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            if self.accepts:
                far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target, limit=_PIECE)
                self._writers.add(far_writer)
                try:
                    await asyncio.gather(
                        self._pump(reader, far_writer, writer, upward=True),
                        self._pump(far_reader, writer, far_writer, upward=False),
                    )
                finally:
                    _reset(far_writer)
                    self._writers.discard(far_writer)
        except OSError:
            pass  # nobody listens, or a connection broke: the other side is reset as well
        finally:
            _reset(writer)
            self._writers.discard(writer)

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, back: asyncio.StreamWriter, *, upward: bool
    ) -> None:
        carried, due, loop = 0, 0.0, asyncio.get_running_loop()
        with contextlib.suppress(OSError):
            while not reader.at_eof():
                await self.passes.wait()
                data = await reader.read(_PIECE if self.bytes_per_second is None else 1024)
                await self.passes.wait()
                if upward and self.reset_after is not None and carried + len(data) > self.reset_after:
                    _reset(back)
                    break
                carried += len(data)
                writer.write(data)
                await writer.drain()
                if upward and self.bytes_per_second is not None:
                    due = max(due, loop.time() - 0.2) + len(data) / self.bytes_per_second
                    await asyncio.sleep(due - loop.time())  # also where sleeps take longer than asked for
        _reset(writer)


def _reset(writer: asyncio.StreamWriter) -> None:
    raw = writer.get_extra_info("socket")
    if raw is not None:
        with contextlib.suppress(OSError):
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
