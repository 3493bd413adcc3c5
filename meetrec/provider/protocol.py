"""LinkProtocol: the realtime conversation with the service, without the wire.

It touches no socket and no clock. JSON goes in and comes out as text; what it means comes out as values. Event names
are those of the API (`openai` package, types/realtime). Servers that leave out ids, answers or whole events are
understood as far as possible; unknown types are ignored; no message, however broken, raises.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeAlias

from meetrec.core.events import CaptionFinal, CaptionInterim
from meetrec.core.sanitize import sanitize
from meetrec.provider import service_errors
from meetrec.provider.service_errors import Kind, ServiceError
from meetrec.provider.session_config import DROPPABLE, LinkConfig
from meetrec.provider.timeline import RATE, Span, Timeline, joined
from meetrec.provider.turns import Turn, TurnTable

_TEXT_LIMIT = 20_000  # characters of one turn; half a minute of speech is 500
_BYTES_PER_SAMPLE = 2


class LinkState(Enum):
    """Where a link stands."""

    CONNECTING = "connecting"
    CONFIGURING = "configuring"
    STREAMING = "streaming"
    ENDING = "ending"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Ready:
    """Audio may be sent."""


@dataclass(frozen=True, slots=True)
class Degraded:
    """The service refused a parameter; it was dropped and the link goes on."""

    param: str
    words: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Trying again will not help."""

    words: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Transient:
    """The service is in trouble; the link may end."""

    words: str


@dataclass(frozen=True, slots=True)
class Expired:
    """The link reached its age limit."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What one turn cost: billed seconds of audio, and dollars at list price."""

    seconds: float
    cost: float


LinkEvent: TypeAlias = CaptionInterim | CaptionFinal | Ready | Degraded | Refused | Transient | Expired | Usage

_DECODER = json.JSONDecoder(parse_constant=lambda _: None)


class LinkProtocol:
    """One link. `number` is unique in the session; `start` is the second of the recording at which its audio begins."""

    def __init__(self, config: LinkConfig, *, number: int, start: float) -> None:
        self.config = config
        self.number = number
        self.state = LinkState.CONNECTING
        self.expires_at: float | None = None
        """When the service will end the link, in seconds since 1970; None where it did not say."""
        self._timeline = Timeline(start)
        self._turns = TurnTable()
        self._out: list[str] = []
        self._events: list[LinkEvent] = []
        self._count = 0
        self._update_id = ""

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
            self._turns.sent += len(pcm) // _BYTES_PER_SAMPLE

    def seek(self, start: float) -> None:
        """Say that the audio that follows comes from `start` seconds on."""
        self._timeline.seek(self._turns.sent, start)

    def mark_voice(self, begin: float, end: float) -> None:
        """Somebody speaks from `begin` to `end` seconds after the last commit."""
        turn = self._turns.open
        turn.voice = (turn.begin + round(begin * RATE), turn.begin + round(end * RATE))

    def commit(self) -> None:
        """End the turn here."""
        commit_id = self._next_id("commit")
        self._turns.commit(commit_id)
        self._out.append(json.dumps({"type": "input_audio_buffer.commit", "event_id": commit_id}))

    def clear(self) -> None:
        """Drop the audio since the last commit: nobody spoke."""
        self._turns.clear()
        self._out.append(json.dumps({"type": "input_audio_buffer.clear", "event_id": self._next_id("clear")}))

    def forget(self) -> None:
        """Count the audio since the last turn as silence, without telling the service (its VAD found nothing in it)."""
        self._turns.clear()

    def end(self) -> None:
        """Send no more audio. What was not committed counts as silence."""
        if self.state is LinkState.STREAMING:
            self._turns.clear()
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
        return self._turns.sent / RATE

    @property
    def position(self) -> float:
        """The second of the recording up to which audio was sent."""
        return self._timeline.end_seconds(self._turns.sent)

    @property
    def settled(self) -> bool:
        """Whether the link is ending and no answer is outstanding."""
        return self.state is LinkState.ENDING and not self._turns.pending

    @property
    def outstanding(self) -> int:
        """How many turns wait for their final text."""
        return len(self._turns.pending)

    @property
    def speaking(self) -> bool:
        """Whether the service's own VAD hears somebody right now."""
        return self._turns.speaking

    @property
    def open_seconds(self) -> float:
        """Seconds of audio sent since the last turn."""
        return (self._turns.sent - self._turns.open.begin) / RATE

    @property
    def open_text(self) -> int:
        """How many characters the service has sent for the turn that is not committed yet."""
        return len(self._turns.open.text)

    def unsettled(self) -> list[Span]:
        """Return the stretches of the recording that were sent and of which nothing final is known."""
        return joined([span for begin, end in self._turns.unsettled() for span in self._timeline.spans(begin, end)])

    def open_captions(self) -> list[CaptionInterim]:
        """Return what was shown and is not final."""
        shown = [turn for turn in (*self._turns.pending, self._turns.open) if turn.text]
        return [CaptionInterim(**self._caption(turn)) for turn in shown]

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
        handler = _HANDLERS.get(_text(event, "type"))
        if handler is not None:
            handler(self, event)

    def _on_session_created(self, event: Mapping[str, Any]) -> None:
        session = event.get("session")
        if isinstance(session, Mapping):
            self.expires_at = _number(session, "expires_at", self.expires_at)

    def _on_session_updated(self, event: Mapping[str, Any]) -> None:
        self._on_session_created(event)
        self.assume_ready()

    def _on_speech_started(self, event: Mapping[str, Any]) -> None:
        start_ms = _number(event, "audio_start_ms", None)
        if start_ms is not None:
            self._turns.speech_started(_text(event, "item_id"), start_ms)

    def _on_speech_stopped(self, event: Mapping[str, Any]) -> None:
        end_ms = _number(event, "audio_end_ms", None)
        if end_ms is not None:
            self._turns.speech_stopped(_text(event, "item_id"), end_ms)

    def _on_committed(self, event: Mapping[str, Any]) -> None:
        self._turns.committed(_text(event, "item_id"), _text(event, "event_id"))

    def _on_item(self, event: Mapping[str, Any]) -> None:
        item = event.get("item")
        if isinstance(item, Mapping):
            self._turns.announced(_text(item, "id"))

    def _on_delta(self, event: Mapping[str, Any]) -> None:
        delta = sanitize(_text(event, "delta"), limit=_TEXT_LIMIT)
        turn = self._turns.find(_text(event, "item_id")) if delta else None
        if turn is not None and len(turn.text) < _TEXT_LIMIT:
            turn.text = (turn.text + delta)[:_TEXT_LIMIT]
            if turn.text.strip():
                self._events.append(CaptionInterim(**self._caption(turn)))

    def _on_completed(self, event: Mapping[str, Any]) -> None:
        turn = self._turns.find(_text(event, "item_id"))
        if turn is None:
            return
        self._turns.settle(turn)
        transcript = event.get("transcript")
        if isinstance(transcript, str):
            turn.text = sanitize(transcript, limit=_TEXT_LIMIT)
        self._events.append(CaptionFinal(**self._caption(turn), uncertain=not isinstance(transcript, str)))
        self._events.append(self._usage(event.get("usage"), turn))

    def _on_failed(self, event: Mapping[str, Any]) -> None:
        turn = self._turns.find(_text(event, "item_id"))
        if turn is not None:
            self._settle_uncertain(turn)

    def _on_error(self, event: Mapping[str, Any]) -> None:
        error = service_errors.read_error(event.get("error"))
        turn = self._turns.released(error.event_id) if self._answers_commit(error) else None
        kind = service_errors.classify(error)
        if turn is not None:
            self._settle_uncertain(turn)
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

    def _settle_uncertain(self, turn: Turn) -> None:
        self._turns.settle(turn)
        self._events.append(CaptionFinal(**self._caption(turn), uncertain=True))

    def _caption(self, turn: Turn) -> dict[str, Any]:
        """Return the fields of a caption: where somebody speaks in the turn if that is known, else all of it."""
        end = self._turns.sent if turn.end is None else turn.end
        begin, last = turn.voice if turn.voice is not None else (turn.begin, end)
        begin = min(max(begin, turn.begin), end)
        last = end if turn.end is None else min(max(last, begin), end)
        return {
            "item": f"{self.number}:{turn.name()}",
            "start": round(self._timeline.seconds(begin), 3),
            "end": round(max(self._timeline.seconds(begin), self._timeline.end_seconds(last)), 3),
            "text": " ".join(turn.text.split()),
        }

    def _usage(self, usage: object, turn: Turn) -> Usage:
        """Read what the service billed; where it does not say in seconds, the length of the turn stands for it."""
        seconds = _number(usage, "seconds", None) if isinstance(usage, Mapping) else None
        if seconds is None or not 0 <= seconds <= 86_400:
            seconds = ((turn.end or turn.begin) - turn.begin) / RATE
        return Usage(seconds, seconds / 60 * self.config.price_per_minute)


def _text(event: Mapping[str, Any], name: str) -> str:
    value = event.get(name)
    return value if isinstance(value, str) else ""


def _number(event: Mapping[str, Any], name: str, default: float | None) -> float | None:
    value = event.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return default
    return value if abs(value) < 1e15 and math.isfinite(value) else default


_TRANSCRIPTION = "conversation.item.input_audio_transcription"
_HANDLERS: dict[str, Callable[[LinkProtocol, Mapping[str, Any]], None]] = {
    "session.created": LinkProtocol._on_session_created,
    "session.updated": LinkProtocol._on_session_updated,
    "transcription_session.created": LinkProtocol._on_session_created,
    "transcription_session.updated": LinkProtocol._on_session_updated,
    "input_audio_buffer.speech_started": LinkProtocol._on_speech_started,
    "input_audio_buffer.speech_stopped": LinkProtocol._on_speech_stopped,
    "input_audio_buffer.committed": LinkProtocol._on_committed,
    "conversation.item.added": LinkProtocol._on_item,
    "conversation.item.created": LinkProtocol._on_item,
    f"{_TRANSCRIPTION}.delta": LinkProtocol._on_delta,
    f"{_TRANSCRIPTION}.completed": LinkProtocol._on_completed,
    f"{_TRANSCRIPTION}.failed": LinkProtocol._on_failed,
    "error": LinkProtocol._on_error,
}
