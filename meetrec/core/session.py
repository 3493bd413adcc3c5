"""What is known of a session beside its sound: title, start, devices, models, the names of its speakers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from meetrec.core.sanitize import one_line

SessionState = Literal["recording", "recorded", "finishing", "finished", "failed"]
SortKey = Literal["date", "title", "length"]
TITLE_LIMIT = 200
TAG_LIMIT = 40
TAGS_LIMIT = 20
_SLUG_LIMIT = 60


@dataclass(frozen=True, kw_only=True)
class Session:
    """The content of `session.toml`, which a person may edit.

    `started_at` is an aware local time. `names` maps speaker ids ("S1") to the names the user gave.
    """

    id: str
    title: str
    started_at: datetime
    tracks: tuple[str, ...] = ("mic",)
    rate: int = 24000
    device: str = ""
    source: str = "microphone"
    """"microphone", or the name of the file it came from."""
    captions_model: str = ""
    minutes_model: str = ""
    simulated: bool = False
    """Made on the built-in demo service."""
    names: Mapping[str, str] = field(default_factory=dict)
    attendees: tuple[str, ...] = ()
    """Who was invited: names to choose from."""
    tags: tuple[str, ...] = ()
    pinned: bool = False


@dataclass(frozen=True, kw_only=True)
class SessionSummary:
    """A session in the list.

    `started_at` is an aware local time, `duration` is in seconds (so far, while recording). `speakers` are those named
    in the minutes; `problem` says in words why there are no minutes ("no key") or what is wrong with the folder, empty
    when nothing is.
    """

    id: str
    title: str
    started_at: datetime
    duration: float = 0.0
    speakers: tuple[str, ...] = ()
    state: SessionState = "recorded"
    problem: str = ""
    simulated: bool = False
    tags: tuple[str, ...] = ()
    pinned: bool = False


def clean_title(title: str, started_at: datetime) -> str:
    """Return a title fit to show: one harmless line of at most 200 characters; an empty one becomes "Meeting …"."""
    shown = one_line(title, TITLE_LIMIT)
    return shown or f"Meeting of {started_at:%Y-%m-%d %H:%M}"


def sort_sessions(sessions: Sequence[SessionSummary], key: SortKey) -> list[SessionSummary]:
    """Return sessions that came newest first, by title or the longest first where that is asked for."""
    if key == "title":
        return sorted(sessions, key=lambda one: one.title.casefold())
    if key == "length":
        return sorted(sessions, key=lambda one: -one.duration)
    return list(sessions)


def clean_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Return tags fit to show and to look for: harmless, without commas, each once whatever its case, at most 20."""
    shown: dict[str, str] = {}
    for tag in tags:
        plain = one_line(tag.replace(",", " "), TAG_LIMIT).lstrip("#").strip()
        if plain:
            shown.setdefault(plain.casefold(), plain)
    return tuple(shown.values())[:TAGS_LIMIT]


def new_id(title: str, started_at: datetime) -> str:
    """Return a folder name: the start, then what is left of the title in plain letters.

    It starts with a digit and holds only a-z, 0-9, "-" and "T", so that no title can leave the folder, be taken for an
    option, or be a reserved name on any system.
    """
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:_SLUG_LIMIT].strip("-")
    stamp = f"{started_at:%Y-%m-%dT%H-%M-%S}"
    return f"{stamp}-{slug}" if slug else stamp
