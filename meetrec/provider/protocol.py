"""LinkProtocol: the realtime conversation with the service, without the wire.

It touches no socket and no clock. JSON goes in and comes out as text; what it means comes out as values. Event names
are those of the API (`openai` package, types/realtime). Servers that leave out ids, answers or whole events are
understood as far as possible; unknown types are ignored; no message, however broken, raises.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from meetrec.core.events import CaptionInterim
from meetrec.provider import service_errors
from meetrec.provider.items import Items
from meetrec.provider.link_events import (
    Degraded,
    Expired,
    LinkEvent,
    LinkState,
    Ready,
    Refused,
    Transient,
    number_field,
    text_field,
)
from meetrec.provider.service_errors import Kind, ServiceError
from meetrec.provider.session_config import DROPPABLE, LinkConfig
from meetrec.provider.timeline import RATE, Span

_BYTES_PER_SAMPLE = 2
_DECODER = json.JSONDecoder(parse_constant=lambda _: None)
_SESSION = frozenset(
    f"{prefix}.{what}" for prefix in ("session", "transcription_session") for what in ("created", "updated")
)


class LinkProtocol:
    """One link. `number` is unique in the session; `start` is the second of the recording at which its audio begins."""

    def __init__(self, config: LinkConfig, *, number: int, start: float) -> None:
        self.config = config
        self.number = number
        self.state = LinkState.CONNECTING
        self.expires_at: float | None = None
        """When the service will end the link, in seconds since 1970; None where it did not say."""
        self._out: list[str] = []
        self._events: list[LinkEvent] = []
        self._items = Items(number, start, config.price_per_minute, self._events_append)
        self._count = 0
        self._update_id = ""

    def _events_append(self, event: LinkEvent) -> None:
        self._events.append(event)

    # -- what meetrec does ---------------------------------------------------------------------------------------

    def connected(self) -> None:
        """Configure the link: the wire stands."""
        if self.state is LinkState.CONNECTING:
            self.state = LinkState.CONFIGURING
            self._configure()

    def assume_ready(self) -> None:
        """Go on as if session.update had been answered (some servers do not)."""
        if self.state is LinkState.CONFIGURING:
            self.state = LinkState.STREAMING
            self._events.append(Ready())

    def send_audio(self, pcm: bytes) -> None:
        """Append signed 16-bit mono PCM at 24 kHz. Raises RuntimeError unless STREAMING."""
        if self.state is not LinkState.STREAMING:
            raise RuntimeError(f"the link is {self.state.value}, it takes no audio")
        if len(pcm) % _BYTES_PER_SAMPLE:
            raise ValueError("half a sample")
        if pcm:
            # by hand: json.dumps would look at each of the characters
            self._out.append(
                f'{{"type":"input_audio_buffer.append","audio":"{base64.b64encode(pcm).decode("ascii")}"}}'
            )
            self._items.turns.sent += len(pcm) // _BYTES_PER_SAMPLE

    def seek(self, start: float) -> None:
        """Say that the audio that follows comes from `start` seconds on."""
        self._items.timeline.seek(self._items.turns.sent, start)

    def mark_voice(self, begin: float, end: float) -> None:
        """Somebody speaks from `begin` to `end` seconds after the last commit."""
        turn = self._items.turns.open
        turn.voice = (turn.begin + round(begin * RATE), turn.begin + round(end * RATE))

    def commit(self) -> None:
        """End the turn here."""
        commit_id = self._next_id("commit")
        self._items.turns.commit(commit_id)
        self._out.append(json.dumps({"type": "input_audio_buffer.commit", "event_id": commit_id}))

    def clear(self) -> None:
        """Drop the audio since the last commit: nobody spoke."""
        self._items.turns.clear()
        self._out.append(json.dumps({"type": "input_audio_buffer.clear", "event_id": self._next_id("clear")}))

    def forget(self) -> None:
        """Count the audio since the last turn as silence, without telling the service (its VAD found nothing in it)."""
        self._items.turns.clear()

    def end(self) -> None:
        """Send no more audio. What was not committed counts as silence."""
        if self.state is LinkState.STREAMING:
            self._items.turns.clear()
            self.state = LinkState.ENDING

    def closed(self) -> None:
        """Take note that the wire is gone."""
        self.state = LinkState.CLOSED

    # -- what there is to know -----------------------------------------------------------------------------------

    def messages_to_send(self) -> list[str]:
        """Return the messages for the wire, once."""
        messages, self._out = self._out, []
        return messages

    def events_received(self) -> list[LinkEvent]:
        """Return what the service's messages meant, once."""
        events, self._events = self._events, []
        return events

    @property
    def sent_seconds(self) -> float:
        """Seconds of audio sent on this link."""
        return self._items.turns.sent / RATE

    @property
    def position(self) -> float:
        """The second of the recording up to which audio was sent."""
        return self._items.timeline.end_seconds(self._items.turns.sent)

    @property
    def settled(self) -> bool:
        """Whether the link is ending and no answer is outstanding."""
        return self.state is LinkState.ENDING and not self._items.turns.pending

    @property
    def outstanding(self) -> int:
        """How many turns wait for their final text."""
        return len(self._items.turns.pending)

    @property
    def speaking(self) -> bool:
        """Whether the service's own VAD hears somebody right now."""
        return self._items.turns.speaking

    @property
    def open_seconds(self) -> float:
        """Seconds of audio sent since the last turn."""
        return (self._items.turns.sent - self._items.turns.open.begin) / RATE

    @property
    def open_text(self) -> int:
        """How many characters the service has sent for the turn that is not committed yet."""
        return len(self._items.turns.open.text)

    def unsettled(self) -> list[Span]:
        """Return the stretches of the recording that were sent and of which nothing final is known."""
        return self._items.unsettled()

    def open_captions(self) -> list[CaptionInterim]:
        """Return what was shown and is not final."""
        return self._items.open_captions()

    def take_overdue(self, limit_s: float) -> tuple[list[Span], list[CaptionInterim]]:
        """Give up on turns that `limit_s` seconds of audio followed: where they are, and what was shown of them."""
        return self._items.take_overdue(round(limit_s * RATE))

    def take_failed(self) -> list[tuple[list[Span], CaptionInterim]]:
        """Return, once, the turns that the service could not transcribe: where they are, and what was shown of them."""
        return self._items.take_failed()

    # -- what the service says -----------------------------------------------------------------------------------

    def receive(self, message: str) -> None:
        """Take in one text message of the service."""
        if self.state is LinkState.CLOSED:
            return
        try:
            event = _DECODER.decode(message)
        except (ValueError, RecursionError):
            return
        if not isinstance(event, dict):
            return
        kind = text_field(event, "type")
        if kind in _SESSION:
            self._on_session(event, updated=kind.endswith(".updated"))
        elif kind == "error":
            self._on_error(event)
        else:
            self._items.receive(event)

    def _on_session(self, event: Mapping[str, Any], *, updated: bool) -> None:
        session = event.get("session")
        if isinstance(session, Mapping):
            expires_at = number_field(session, "expires_at")
            self.expires_at = self.expires_at if expires_at is None else expires_at
        if updated:
            self.assume_ready()

    def _on_error(self, event: Mapping[str, Any]) -> None:
        error = service_errors.read_error(event.get("error"))
        turn = self._items.turns.released(error.event_id) if self._answers_commit(error) else None
        kind = service_errors.classify(error)
        if turn is not None and kind is Kind.BENIGN:
            self._items.settle_uncertain(turn)
        elif turn is not None:
            self._items.fail(turn)
        elif kind is Kind.EXPIRED:
            self._events.append(Expired())
        elif kind is Kind.FATAL:
            self._events.append(Refused(*service_errors.fatal_words(error)))
        elif kind is Kind.CONFIG or (error.event_id and error.event_id == self._update_id):
            self._degrade(error)
        elif kind is Kind.TRANSIENT:
            self._events.append(Transient(error.message or "the service is in trouble"))

    def _answers_commit(self, error: ServiceError) -> bool:
        return service_errors.classify(error) is Kind.BENIGN or error.event_id.startswith("commit_")

    def _degrade(self, error: ServiceError) -> None:
        """Drop the parameter that was refused and say so; without one to drop the refusal is final."""
        param = self.config.find_dropped(error.param, error.message)
        if param is None:
            if error.param not in self.config.dropped and self.state is LinkState.CONFIGURING:
                words = f"the service refused the settings: {error.message or error.param or error.code}"
                self._events.append(Refused(words, "see meetrec settings show, section captions"))
            return
        self.config = self.config.without(param)
        self._events.append(Degraded(param, DROPPABLE[param]))
        self._configure()

    # -- parts ---------------------------------------------------------------------------------------------------

    def _configure(self) -> None:
        self._update_id = self._next_id("update")
        self._out.append(self.config.session_update(self._update_id))

    def _next_id(self, kind: str) -> str:
        self._count += 1
        return f"{kind}_{self._count}"
