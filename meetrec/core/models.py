"""The model catalogue: what each speech model can do, its limits, its price and its end date.

Source: OpenAI's model pages, deprecations page (entry of 2026-08-26) and the types of the `openai` package, read in
November 2026. Prices are list prices in US dollars per minute of audio and change: they are shown with "about".
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date
from typing import Literal

WARN_DAYS = 120
REQUEST_BYTES = 24_000_000  # the service takes 26,214,400 for the whole file; the margin is for containers
REQUEST_SECONDS = 1380.0  # the service takes 1400


@dataclass(frozen=True, kw_only=True)
class Model:
    """One row. The `takes_…` flags say which request fields the service accepts for the model."""

    name: str
    captions: bool = False
    """Can transcribe a live link."""
    minutes: bool = False
    """Can transcribe a recording."""
    cuts_turns: Literal["server", "client"] = "server"
    """Who decides where a turn of the live link ends: the server's VAD, or the client's commits."""
    text_while_speaking: bool = False
    speakers: bool = False
    """Tells who speaks (diarization)."""
    takes_prompt: bool = False
    takes_keywords: bool = False
    takes_languages: bool = False
    """Wants `languages` (a list) instead of `language`."""
    takes_delay: bool = False
    max_request_seconds: float = REQUEST_SECONDS
    max_request_bytes: int = REQUEST_BYTES
    price_per_minute: float | None = None
    ends: date | None = None
    replaced_by: str = ""
    guessed: bool = False
    """Not in the catalogue: its abilities are inferred from its name."""

    def days_left(self, today: date) -> int | None:
        """Return the days until the model ends, None where no end is announced."""
        return None if self.ends is None else (self.ends - today).days

    def ending_words(self, today: date) -> str:
        """Return a warning when the model ends within 120 days, else an empty text."""
        left = self.days_left(today)
        if left is None or left > WARN_DAYS:
            return ""
        verb = "ends" if left >= 0 else "ended"
        follows = f"{self.replaced_by} follows" if self.replaced_by else "no successor that tells speakers is announced"
        return f"{self.name} {verb} on {self.ends}; {follows}"


_END_2027 = date(2027, 2, 26)

CATALOGUE: tuple[Model, ...] = (
    Model(
        name="gpt-live-transcribe",
        captions=True,
        cuts_turns="client",
        text_while_speaking=True,
        takes_prompt=True,
        takes_keywords=True,
        takes_languages=True,
        takes_delay=True,
        price_per_minute=0.017,
    ),
    Model(
        name="gpt-realtime-whisper",
        captions=True,
        cuts_turns="client",
        text_while_speaking=True,
        takes_delay=True,
        price_per_minute=0.017,
    ),
    Model(
        name="gpt-transcribe",
        captions=True,
        minutes=True,
        cuts_turns="client",
        takes_prompt=True,
        takes_keywords=True,
        takes_languages=True,
        price_per_minute=0.0045,
    ),
    Model(
        name="gpt-4o-transcribe-diarize",
        minutes=True,
        speakers=True,
        price_per_minute=0.006,
        ends=_END_2027,
    ),
    Model(
        name="gpt-4o-transcribe",
        captions=True,
        minutes=True,
        takes_prompt=True,
        price_per_minute=0.006,
        ends=_END_2027,
        replaced_by="gpt-transcribe or gpt-live-transcribe",
    ),
    Model(
        name="gpt-4o-mini-transcribe",
        captions=True,
        minutes=True,
        takes_prompt=True,
        price_per_minute=0.003,
        ends=_END_2027,
        replaced_by="gpt-transcribe or gpt-live-transcribe",
    ),
    Model(
        name="gpt-4o-mini-transcribe-2025-12-15",
        captions=True,
        minutes=True,
        takes_prompt=True,
        price_per_minute=0.003,
        ends=_END_2027,
        replaced_by="gpt-transcribe or gpt-live-transcribe",
    ),
    Model(
        name="gpt-4o-mini-transcribe-2025-03-20",
        captions=True,
        minutes=True,
        takes_prompt=True,
        price_per_minute=0.003,
        ends=date(2027, 1, 20),
        replaced_by="gpt-transcribe or gpt-live-transcribe",
    ),
    Model(
        name="whisper-1",
        captions=True,
        minutes=True,
        takes_prompt=True,
        max_request_seconds=7200.0,
        price_per_minute=0.006,
        ends=_END_2027,
        replaced_by="gpt-transcribe or gpt-live-transcribe",
    ),
)
_BY_NAME = {model.name: model for model in CATALOGUE}


def find_model(name: str) -> Model:
    """Return the row of `name`; a name not in the catalogue gets guessed abilities, so that it can be tried."""
    row = _BY_NAME.get(name)
    return row if row is not None else _guess(name)


def _guess(name: str) -> Model:
    """Infer a row from the nearest relative: Azure deployments and new snapshots often carry the model's name."""
    low = name.lower()
    for known in sorted(CATALOGUE, key=lambda row: len(row.name), reverse=True):
        if known.name in low:
            return dataclasses.replace(known, name=name, ends=None, guessed=True)
    client = "live" in low or "realtime" in low
    return Model(
        name=name,
        captions=True,
        minutes=True,
        cuts_turns="client" if client else "server",
        text_while_speaking=client,
        speakers="diarize" in low,
        takes_prompt="diarize" not in low,
        guessed=True,
    )
