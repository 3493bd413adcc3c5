"""What goes wrong on purpose in the simulated service.

Faults are scripts: the first entry happens to the first request or link, and so on; "ok" and `LinkFaults()` are no
fault; when the script is over all is well again (or `every_…` holds). So `Faults(http=("500", "429"))` is one 500, one
429, then answers.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

HOSTILE = "\x1b[2J\x1b]0;owned\x07[bold red]x[/] \u202eabc\x00 \U0001f600 \ud83d "
"""Control sequences, markup, an override of direction, and half a character."""


@dataclass(frozen=True, kw_only=True)
class LinkFaults:
    """Faults of one link. "After" counts seconds of audio received in this link, None is never."""

    refuse: int = 0
    """Refuse the handshake with this HTTP status."""
    retry_after: str | None = None
    """The Retry-After header of a refusal."""
    drop_after: float | None = None
    """End the link: with `close_code`, or without a word if that is 0."""
    close_code: int = 0
    close_reason: str = ""
    expire_after: float | None = None
    """Send the error session_expired, then close with 1001."""
    expire_after_seconds: float = 3600.0
    """The same by the clock."""
    stall_after: float | None = None
    """Fall silent with the socket open: nothing is read, no ping is answered."""
    error_after: float | None = None
    """Send an error event of this code, type, message and param."""
    error_code: str | None = None
    error_type: str = "server_error"
    error_message: str = "The server had an error while processing your request. Sorry about that!"
    error_param: str | None = None
    mute_start: bool = False
    """Never send session.created."""
    mute_updates: bool = False
    """Never send session.updated."""
    reject: tuple[str, ...] = ()
    """Refuse a session.update that gives one of these, such as "session.audio.input.transcription.keywords"."""
    fail_items: int = 0
    """The first items fail."""
    empty_items: int = 0
    """The first items have an empty text."""
    lose_items: int = 0
    """The first items never complete."""
    out_of_order: bool = False
    """Every other item completes only after its successor."""
    duplicate: bool = False
    """Every completion comes twice."""
    malformed_every: int = 0
    """Before every n-th event comes a frame that is none."""
    unknown_events: bool = False
    """Events and fields nobody knows come in between."""
    hostile: bool = False
    """Texts hold control sequences and markup."""
    huge_text: int = 0
    """Texts are filled up to this many characters."""
    slow_reading: float = 0.0
    """Seconds of rest after each message read."""
    item_latency: float | None = None
    """Seconds from commit to completion, instead of the service's."""


@dataclass(frozen=True, kw_only=True)
class Faults:
    """Faults of the service.

    `http`, an entry for each transcription request: "ok", a status ("401", "403", "404", "408", "413", "429", "500",
    "503", …), "429-bare" (no Retry-After), "quota" (a 429 that must not be tried again), "longer" (400, audio too
    long), "html" (502 with a page), "redirect", "text-error" (`error` is a string), "detail" (`{"detail": …}`), "empty"
    (200, no body), "malformed" (200, half of the JSON), "cut" (connection lost amid the answer), "reset" (connection
    lost instead of an answer), "hang" (no answer at all).

    `answers`, an entry for each answered request with segments: "ok", "missing" (every third), "none" (no segments),
    "null_speaker", "unsorted", "overlapping", "outside" (times beyond the audio), "many_speakers" (100), "empty_texts",
    "bad_values" (wrong types, NaN), "hostile", "huge" (5 MB of text), "deep" (segments nested 400 levels deep).
    """

    http: tuple[str, ...] = ()
    every_http: str = "ok"
    retry_after: str = "1"
    """The header of a plain "429"."""
    answers: tuple[str, ...] = ()
    every_answer: str = "ok"
    links: tuple[LinkFaults, ...] = ()
    every_link: LinkFaults = LinkFaults()
    answer_delay: float = 0.0
    """Least seconds from request to answer."""
    answer_delay_per_second: float = 0.0
    """Seconds of waiting for each second of audio."""
    max_seconds: float = 1400.0
    max_bytes: int = 26_214_400
    wrong_labels: float = 0.0
    """Share of segments with the label of somebody else."""
    lost_segments: float = 0.0
    """Share of segments left out."""
    seed: int = 1


def spoil(body: dict[str, Any], kind: str, faults: Faults, rng: random.Random) -> dict[str, Any]:
    """Return a diarized or verbose answer with the fault `kind`, and with the faults that happen by chance."""
    segments = [dict(one) for one in body.get("segments", [])]
    labels = sorted({one["speaker"] for one in segments if "speaker" in one})
    segments = [one for one in segments if rng.random() >= faults.lost_segments]
    for one in segments:
        others = [label for label in labels if label != one.get("speaker")]
        if others and rng.random() < faults.wrong_labels:
            one["speaker"] = rng.choice(others)
    body = {**body, "segments": segments}
    if kind in ("none", "deep", "huge"):
        return {**body, **_WHOLE[kind](body)}
    if kind == "missing":
        del segments[2::3]
    elif kind == "unsorted":
        rng.shuffle(segments)
    elif kind == "bad_values":
        body["duration"] = "long"
    for number, one in enumerate(segments):
        one.update(_EACH.get(kind, _nothing)(one, number))
    return body


def _nothing(_one: dict[str, Any], _number: int) -> dict[str, Any]:
    return {}


def _bad_values(one: dict[str, Any], number: int) -> dict[str, Any]:
    choices: tuple[dict[str, Any], ...] = (
        {"start": float("nan")},
        {"end": "later"},
        {"text": None},
        {"speaker": 7},
        {"start": one["end"], "end": one["start"]},
        {"start": -5.0},
        {"id": None},
        {"end": 1e300},
    )
    return choices[number % len(choices)]


def _deep(_body: dict[str, Any]) -> dict[str, Any]:
    nest: list[Any] = []
    for _ in range(400):
        nest = [nest]
    return {"segments": nest}


_Spoiler = Callable[[dict[str, Any], int], dict[str, Any]]
_EACH: dict[str, _Spoiler] = {
    "null_speaker": lambda one, number: {"speaker": None},
    "overlapping": lambda one, number: {"end": one["end"] + 3.0},
    "outside": lambda one, number: {"start": one["start"] + 5_000.0, "end": one["end"] + 5_000.0} if number % 2 else {},
    "many_speakers": lambda one, number: {"speaker": f"speaker {number % 100}"},
    "empty_texts": lambda one, number: {"text": " "} if number % 2 else {},
    "hostile": lambda one, number: {"text": HOSTILE + one["text"], **({"speaker": HOSTILE} if number % 2 else {})},
    "bad_values": _bad_values,
}
_WHOLE: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "none": lambda body: {"segments": []},
    "huge": lambda body: {"text": "word " * 1_000_000},
    "deep": _deep,
}
