"""The front ends' side: ask a recorder process for its status, control it, follow its events.

The blocking half needs no event loop: `meetrec status` in a status bar must cost next to nothing.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from meetrec.core.errors import BusyError

if TYPE_CHECKING:
    from meetrec.core.event import Event

TIMEOUT_S = 5.0
LINE_LIMIT = 1 << 24


@dataclass(frozen=True)
class Address:
    """Where a recorder process listens on 127.0.0.1, and the secret it wants."""

    port: int
    secret: str

    def request(self, command: str, text: str = "") -> bytes:
        """Return the line that asks for `command`."""
        return json.dumps({"secret": self.secret, "do": command, "text": text}).encode() + b"\n"


def ask(address: Address, command: str, text: str = "") -> dict[str, Any]:
    """Send one command and return the answer. Raises BusyError where the recorder does not answer or refuses."""
    try:
        with socket.create_connection(("127.0.0.1", address.port), TIMEOUT_S) as connection:
            connection.sendall(address.request(command, text))
            with connection.makefile("rb") as lines:
                answer = json.loads(lines.readline(LINE_LIMIT) or b"null")
    except (OSError, ValueError) as error:
        raise BusyError(f"the recorder does not answer: {error}", "wait a moment and try again") from error
    return checked(answer)


def checked(answer: object) -> dict[str, Any]:
    """Return the answer of a recorder, or raise what it says went wrong."""
    if not isinstance(answer, dict):
        raise BusyError("the recorder does not answer", "wait a moment and try again")
    if "error" in answer:
        raise BusyError(str(answer["error"]), str(answer.get("hint", "")))
    return answer


async def follow(address: Address) -> AsyncIterator[Event]:
    """Yield the stored events of the job so far, then live ones, until the job ends or the recorder is gone."""
    from meetrec.core.events import from_json  # `meetrec status` needs no event

    reader, writer = await asyncio.open_connection("127.0.0.1", address.port, limit=LINE_LIMIT)
    try:
        writer.write(address.request("events"))
        while line := await reader.readline():
            event = from_json(line.decode("utf-8", "replace"))
            if event is not None:
                yield event
    except ConnectionError:
        return
    finally:
        writer.close()
