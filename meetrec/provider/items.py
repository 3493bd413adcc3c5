"""Items: the service's messages about turns, as captions on the recording's clock.

Message names and fields: `openai` package, types/realtime, `input_audio_buffer_*_event.py` and
`conversation_item_input_audio_transcription_*_event.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from meetrec.core.events import CaptionFinal, CaptionInterim
from meetrec.core.sanitize import sanitize
from meetrec.provider.link_events import LinkEvent, Usage, number_field, text_field
from meetrec.provider.timeline import RATE, Span, Timeline, joined
from meetrec.provider.turns import Turn, TurnTable

TEXT_LIMIT = 20_000
"""Characters of one turn; half a minute of speech is 500."""


class Items:
    """The turns of link `number`, whose audio begins at second `start` of the recording; `tell` gets its events."""

    def __init__(self, number: int, start: float, price_per_minute: float, tell: Callable[[LinkEvent], None]) -> None:
        self.turns = TurnTable()
        self.timeline = Timeline(start)
        self._number = number
        self._price_per_minute = price_per_minute
        self._tell = tell
        self._failed: list[tuple[list[Span], CaptionInterim]] = []

    def receive(self, event: Mapping[str, Any]) -> None:
        """Take in one message; those that are not about turns are ignored."""
        handler = _HANDLERS.get(text_field(event, "type"))
        if handler is not None:
            handler(self, event)

    def unsettled(self) -> list[Span]:
        """Return the stretches of the recording that were sent and of which nothing final is known."""
        return joined([span for begin, end in self.turns.unsettled() for span in self.timeline.spans(begin, end)])

    def open_captions(self) -> list[CaptionInterim]:
        """Return what was shown and is not final."""
        shown = [turn for turn in (*self.turns.pending, self.turns.open) if turn.text.strip()]
        return [CaptionInterim(**self._caption(turn)) for turn in shown]

    def take_overdue(self, limit: int) -> tuple[list[Span], list[CaptionInterim]]:
        """Take out the turns after which more than `limit` samples were sent: the service has forgotten them.

        One whose commit is not answered stays: the answer is still to come, and would be taken for that of the next.
        Returns where they are in the recording, and what was shown of them.
        """
        taken_in = [one for one in self.turns.pending if one.committed and one.end is not None]
        overdue = [one for one in taken_in if self.turns.sent - (one.end or 0) > limit]
        spans = [span for one in overdue for span in self.timeline.spans(one.begin, one.end or one.begin)]
        shown = [CaptionInterim(**self._caption(one)) for one in overdue if one.text.strip()]
        for one in overdue:
            self.turns.settle(one)
        return spans, shown

    def take_failed(self) -> list[tuple[list[Span], CaptionInterim]]:
        """Return, once, the turns that the service could not transcribe: where they are, and what was shown of them."""
        failed, self._failed = self._failed, []
        return failed

    def fail(self, turn: Turn) -> None:
        """The service could not transcribe a turn: it is worth asking again."""
        self.settle_uncertain(turn)
        spans = self.timeline.spans(turn.begin, turn.end or turn.begin)
        self._failed.append((spans, CaptionInterim(**self._caption(turn))))

    def settle_uncertain(self, turn: Turn) -> None:
        """Nothing final will come for a turn: what was shown of it stays, marked."""
        self.turns.settle(turn)
        self._tell(CaptionFinal(**self._caption(turn), uncertain=True))

    def _on_speech_started(self, event: Mapping[str, Any]) -> None:
        start_ms = number_field(event, "audio_start_ms")
        if start_ms is not None:
            self.turns.speech_started(text_field(event, "item_id"), start_ms)

    def _on_speech_stopped(self, event: Mapping[str, Any]) -> None:
        end_ms = number_field(event, "audio_end_ms")
        if end_ms is not None:
            self.turns.speech_stopped(text_field(event, "item_id"), end_ms)

    def _on_committed(self, event: Mapping[str, Any]) -> None:
        self.turns.committed(text_field(event, "item_id"), text_field(event, "event_id"))

    def _on_item(self, event: Mapping[str, Any]) -> None:
        item = event.get("item")
        if isinstance(item, Mapping):
            self.turns.announced(text_field(item, "id"))

    def _on_delta(self, event: Mapping[str, Any]) -> None:
        delta = sanitize(text_field(event, "delta"), limit=TEXT_LIMIT)
        turn = self.turns.find(text_field(event, "item_id")) if delta else None
        if turn is not None and len(turn.text) < TEXT_LIMIT:
            turn.text = (turn.text + delta)[:TEXT_LIMIT]
            if turn.text.strip():
                self._tell(CaptionInterim(**self._caption(turn)))

    def _on_completed(self, event: Mapping[str, Any]) -> None:
        turn = self.turns.find(text_field(event, "item_id"))
        if turn is None:
            return
        transcript = event.get("transcript")
        text = sanitize(transcript, limit=TEXT_LIMIT) if isinstance(transcript, str) else ""
        if text.strip() or (isinstance(transcript, str) and not turn.text.strip()):
            self.turns.settle(turn)
            turn.text = text
            self._tell(CaptionFinal(**self._caption(turn)))
        else:  # no text, or none after words had been shown: these may have been said
            self.fail(turn)
        self._tell(self._usage(event.get("usage"), turn))

    def _on_failed(self, event: Mapping[str, Any]) -> None:
        turn = self.turns.find(text_field(event, "item_id"))
        if turn is not None:
            self.fail(turn)

    def _caption(self, turn: Turn) -> dict[str, Any]:
        """Return the fields of a caption: where somebody speaks in the turn if that is known, else all of it."""
        end = self.turns.sent if turn.end is None else turn.end
        begin, last = turn.voice if turn.voice is not None else (turn.begin, end)
        begin = min(max(begin, turn.begin), end)
        last = end if turn.end is None else min(max(last, begin), end)
        start = self.timeline.seconds(begin)
        return {
            "item": f"{self._number}:{turn.name()}",
            "start": round(start, 3),
            "end": round(max(start, self.timeline.end_seconds(last)), 3),
            "text": " ".join(turn.text.split()),
        }

    def _usage(self, usage: object, turn: Turn) -> Usage:
        """Read what the service billed; where it does not say in seconds, the length of the turn stands for it."""
        seconds = number_field(usage, "seconds") if isinstance(usage, Mapping) else None
        if seconds is None or not 0 <= seconds <= 86_400:
            seconds = ((turn.end or turn.begin) - turn.begin) / RATE
        return Usage(seconds, seconds / 60 * self._price_per_minute)


_TRANSCRIPTION = "conversation.item.input_audio_transcription"
_HANDLERS: dict[str, Callable[[Items, Mapping[str, Any]], None]] = {
    "input_audio_buffer.speech_started": Items._on_speech_started,
    "input_audio_buffer.speech_stopped": Items._on_speech_stopped,
    "input_audio_buffer.committed": Items._on_committed,
    "conversation.item.added": Items._on_item,
    "conversation.item.created": Items._on_item,
    f"{_TRANSCRIPTION}.delta": Items._on_delta,
    f"{_TRANSCRIPTION}.completed": Items._on_completed,
    f"{_TRANSCRIPTION}.failed": Items._on_failed,
}
