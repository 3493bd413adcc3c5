"""LinkConfig: what a live link is told about itself, and the `session.update` that says it.

Source: `openai` package, types/realtime/realtime_transcription_session_*_param.py and audio_transcription_param.py;
which model takes which field: the catalogue (core/models.py).
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from meetrec.core.models import Model
from meetrec.core.sanitize import one_line
from meetrec.core.settings import CaptionsSettings

_TRANSCRIPTION = "session.audio.input.transcription"
DROPPABLE: Mapping[str, str] = {
    "session.audio.input.turn_detection": "the service leaves cutting turns to meetrec",
    "session.audio.input.noise_reduction": "the service does not take noise_reduction",
    f"{_TRANSCRIPTION}.delay": "the service does not take delay",
    f"{_TRANSCRIPTION}.keywords": "the service does not take keywords",
    f"{_TRANSCRIPTION}.languages": "the service does not take languages",
    f"{_TRANSCRIPTION}.language": "the service does not take a language",
    f"{_TRANSCRIPTION}.prompt": "the service does not take a prompt",
}
"""Parameters without which captions still work, and the words for the person who set them."""


@dataclass(frozen=True)
class LinkConfig:
    """Settings of a link; `turn_detection` None means that meetrec commits the turns."""

    model: str
    turn_detection: Mapping[str, Any] | None = None
    transcription: Mapping[str, Any] = field(default_factory=dict)
    """Fields beside `model`: language or languages, keywords, prompt, delay."""
    noise_reduction: str | None = None
    price_per_minute: float = 0.0
    dropped: frozenset[str] = frozenset()

    @property
    def client_cuts(self) -> bool:
        """Whether meetrec, not the service, says where a turn ends."""
        return self.turn_detection is None

    def find_dropped(self, param: str, message: str) -> str | None:
        """Return the parameter that a refusal names, of those that were sent and can be done without; else None."""
        sent = [one for one in DROPPABLE if self._sends(one)]
        for one in sent:
            if param == one or param.startswith((f"{one}.", f"{one}[")):
                return one
        if param:
            return None
        low = message.lower().replace("_", " ")
        # the longest name first: "languages" also holds "language"
        names = sorted(sent, key=lambda one: -len(one))
        return next((one for one in names if one.rsplit(".", 1)[1].replace("_", " ") in low), None)

    def without(self, param: str) -> LinkConfig:
        """Return the settings without a parameter of `DROPPABLE`."""
        name = param.rsplit(".", 1)[1]
        rest = {key: value for key, value in self.transcription.items() if key != name}
        return dataclasses.replace(
            self,
            turn_detection=None if name == "turn_detection" else self.turn_detection,
            noise_reduction=None if name == "noise_reduction" else self.noise_reduction,
            transcription=rest,
            dropped=self.dropped | {param},
        )

    def _sends(self, param: str) -> bool:
        name = param.rsplit(".", 1)[1]
        if name == "turn_detection":
            return self.turn_detection is not None
        if name == "noise_reduction":
            return self.noise_reduction is not None
        return name in self.transcription

    def session_update(self, event_id: str) -> str:
        """Return the `session.update` event as JSON."""
        audio: dict[str, Any] = {
            "format": {"type": "audio/pcm", "rate": 24000},
            "transcription": {"model": self.model, **self.transcription},
            "turn_detection": None if self.turn_detection is None else dict(self.turn_detection),
        }
        if self.noise_reduction is not None:
            audio["noise_reduction"] = {"type": self.noise_reduction}
        session = {"type": "transcription", "audio": {"input": audio}}
        return json.dumps({"type": "session.update", "event_id": event_id, "session": session})


def link_config(settings: CaptionsSettings, model: Model) -> LinkConfig:
    """Build the settings of a link from the user's and from what the model takes."""
    return LinkConfig(
        model=model.name,
        turn_detection=_turn_detection(settings) if model.cuts_turns == "server" else None,
        transcription=_transcription(settings, model),
        noise_reduction=None if settings.noise_reduction == "off" else settings.noise_reduction,
        price_per_minute=model.price_per_minute or 0.0,
    )


def _turn_detection(settings: CaptionsSettings) -> dict[str, Any]:
    if settings.turn_detection == "semantic_vad":
        return {"type": "semantic_vad", "eagerness": settings.eagerness}
    return {
        "type": "server_vad",
        "threshold": settings.vad_threshold,
        "prefix_padding_ms": settings.vad_prefix_padding_ms,
        "silence_duration_ms": settings.vad_silence_duration_ms,
    }


def _transcription(settings: CaptionsSettings, model: Model) -> dict[str, Any]:
    languages = [code for code in (one.strip() for one in settings.languages) if code]
    fields: dict[str, Any] = {}
    if languages and model.takes_languages:
        fields["languages"] = languages
    elif len(languages) == 1:
        fields["language"] = languages[0]
    if model.takes_keywords and (keywords := clean_keywords(settings.keywords)):
        fields["keywords"] = keywords
    if model.takes_prompt and settings.prompt.strip():
        fields["prompt"] = settings.prompt.strip()
    if model.takes_delay and settings.delay:
        fields["delay"] = settings.delay
    return fields


def clean_keywords(keywords: tuple[str, ...]) -> list[str]:
    """Return keywords that the service takes: one line each, no "<" or ">"; a single bad one would refuse them all."""
    cleaned = (one_line(word.replace("<", " ").replace(">", " ")) for word in keywords)
    return list(dict.fromkeys(word for word in cleaned if word))
