"""What the screen needs from the rest of the program. It knows neither disk, audio nor network, only these."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from meetrec.core.document import Document
from meetrec.core.events import Event
from meetrec.core.session import SessionState

Command = Literal["stop", "pause", "resume", "mark", "note"]


@dataclass(frozen=True, kw_only=True)
class SessionSummary:
    """One line of the library.

    `started_at` is an aware local time, `duration` is in seconds (so far, while recording), `problem` says in words
    why there are no minutes ("no key"), empty when nothing is wrong.
    """

    id: str
    title: str
    started_at: datetime
    duration: float = 0.0
    speakers: tuple[str, ...] = ()
    state: SessionState = "recorded"
    problem: str = ""
    simulated: bool = False


class Library(Protocol):
    """The sessions on disk. Every method may block and is called in a thread; each may raise MeetrecError."""

    def list(self) -> Sequence[SessionSummary]:
        """Return all sessions, newest first, the running one included."""
        ...

    def document(self, session_id: str) -> Document:
        """Return everything known of one session."""
        ...

    def rename(self, session_id: str, title: str) -> None: ...

    def name_speaker(self, session_id: str, speaker_id: str, name: str) -> None:
        """Name a speaker ("S1"); an empty name takes the name away."""
        ...

    def delete(self, session_id: str) -> None: ...

    def export(self, session_id: str, export_format: str) -> str:
        """Write the session ("md", "txt", …) where exports go and return the path of the new file."""
        ...


class Running(Protocol):
    """A session at work in its own process: recording, or its minutes being made."""

    @property
    def session_id(self) -> str: ...

    def events(self) -> AsyncGenerator[Event, None]:
        """Yield the stored events so far, then live ones, until the job ended. Raises MeetrecError when it is lost."""
        ...

    async def send(self, command: Command, text: str = "") -> None:
        """Ask for something; its event comes back through `events`. Raises MeetrecError when refused."""
        ...

    async def close(self) -> None:
        """Stop listening. Never stops the recording."""
        ...


class Recorder(Protocol):
    """Starts sessions and finds the running one."""

    async def start(self, title: str) -> Running:
        """Start recording. Raises MeetrecError (no microphone, disk full, one is already running)."""
        ...

    async def attach(self, session_id: str | None = None) -> Running | None:
        """Return the running session of that id (None: whichever runs), None when there is none."""
        ...

    async def finish(self, session_id: str) -> Running:
        """Start making what is missing of a session. Raises MeetrecError."""
        ...
