"""Sending the events of a link, with the faults that garble them."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from meetrec.demo.faults import LinkFaults
from meetrec.demo.records import LinkRecord

_NO_EVENTS = ('{"type":"conversation.item.inp', "[1,2,3]", '"text"', '{"no":"type"}', "null", '{"type":7}')


class EventSender:
    """Sends events over a prepared WebSocket until `ended` is set or the client has gone."""

    def __init__(self, socket: web.WebSocketResponse, record: LinkRecord, faults: LinkFaults) -> None:
        self.ended = False
        self._socket, self._record, self._faults = socket, record, faults
        self._count = 0

    async def send(self, type_: str, **fields: Any) -> None:
        """Send an event with an ID of its own; nothing once the link has ended."""
        if self.ended or self._socket.closed:
            return
        self._count += 1
        if self._faults.unknown_events:
            fields["new_field"] = {"depth": [1, None]}
        try:
            await self._disturb()
            await self._socket.send_str(json.dumps({"type": type_, "event_id": f"event_{self._count}", **fields}))
        except ConnectionError:
            self.ended = True

    async def error(self, message: str, code: str | None, param: str | None = None, event_id: Any = None) -> None:
        """Send an error event of the kind that leaves the link open; `event_id` is that of the event refused."""
        self._record.bad_events.append(message)
        detail = {"type": "invalid_request_error", "code": code, "message": message, "param": param}
        await self.send("error", error={**detail, "event_id": event_id if isinstance(event_id, str) else None})

    async def close(self, code: int, reason: str = "") -> None:
        """Close the link; nothing is sent after that."""
        self.ended = True
        self._record.close_code = code
        await self._socket.close(code=code, message=reason.encode())

    async def _disturb(self) -> None:
        every = self._faults.malformed_every
        if every and self._count % every == 0:
            await self._socket.send_str(_NO_EVENTS[self._count // every % len(_NO_EVENTS)])
        if self._faults.unknown_events and self._count % 3 == 0:
            await self._socket.send_str(json.dumps({"type": "demo.unknown", "event_id": "event_x", "deep": [{}, None]}))
