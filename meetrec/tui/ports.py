"""What the screen needs from the rest of the program. It knows neither disk, audio nor network, only these."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from typing import TYPE_CHECKING, Literal, Protocol

from meetrec.core.session import SessionSummary as SessionSummary

if TYPE_CHECKING:  # the first screen is there sooner
    from meetrec.core.document import Document
    from meetrec.core.editing.acts import Act
    from meetrec.core.events import Event
    from meetrec.core.found import Results
    from meetrec.core.playing import Playing
    from meetrec.core.transcript import Transcript

Progress = Callable[[int, int], None]
"""Told how many of all are done."""
Command = Literal["stop", "pause", "resume", "mark", "note"]


class Editor(Protocol):
    """One session under review. What it changes is on the disk on return, and `document` is as it is then.

    Every method may block, an act a few milliseconds, and may raise MeetrecError; they are called one at a time, but
    for `save_minutes`, which may be at work beside the others.
    """

    @property
    def document(self) -> Document:
        """The session as it is now. Segments that no act touched are the same objects as before."""
        ...

    @property
    def received(self) -> Transcript:
        """The transcript as the service gave it: never changed."""
        ...

    @property
    def read_only(self) -> str:
        """Why nothing can be changed, empty where it can."""
        ...

    @property
    def undo_words(self) -> str:
        """What undo would take back ("S1 named Ana"), empty where there is nothing."""
        ...

    @property
    def redo_words(self) -> str: ...

    def act(self, act: Act) -> Document:
        """Carry out an act. Refused where others changed the session meanwhile; `document` is then as they made it."""
        ...

    def split_back(self, speaker_id: str) -> Document:
        """Make a speaker who was merged into another (core/editing/origins.py: merged) one of their own again."""
        ...

    def undo(self) -> str:
        """Take the last act back and return it in words; empty where there is nothing to undo."""
        ...

    def redo(self) -> str: ...

    def refresh(self) -> bool:
        """Read what other processes changed; tells whether anything did."""
        ...

    def edit_outside(self) -> str:
        """Open the text in the user's own editor and take back what was changed, told in words; empty for nothing.

        The editor has the terminal until this returns. Refused with the number of the line that can't be read; the text
        is kept, and the hint says where.
        """
        ...

    def save_minutes(self) -> None:
        """Write `minutes.md` anew after acts. Takes long for long sessions: call it in a thread, once for many acts."""
        ...

    def names(self) -> Sequence[str]:
        """Return names to choose from: attendees first, then those used in earlier sessions."""
        ...


class Player(Protocol):
    """Plays one session. Nothing here ever waits: the methods say what is wished, `status` what is."""

    @property
    def status(self) -> Playing:
        """What is played and heard at this moment, or why nothing is."""
        ...

    def play(self, spans: Sequence[tuple[float, float]] | None = None) -> None:
        """Play these spans (seconds on the recording's clock) one after the other; None: go on where it stopped."""
        ...

    def pause(self) -> None: ...

    def seek(self, seconds: float) -> None:
        """Go on from another position, playing or paused as before."""
        ...

    def set_speed(self, speed: float) -> None:
        """Play so many times faster at the same pitch. Raises MeetrecError where that cannot be had."""
        ...

    def close(self) -> None: ...


class Library(Protocol):
    """The sessions on disk. Every method may block and is called in a thread; each may raise MeetrecError."""

    def newest(self) -> tuple[Sequence[SessionSummary], int]:
        """Return as many of the newest sessions as fill a screen, the pinned ones too, and how many there are in all.

        They are as they are on disk now; the running one is among them.
        """
        ...

    def list(self) -> Sequence[SessionSummary]:
        """Return all sessions, newest first, as they were when they were last looked at (`look`, `fresh`)."""
        ...

    def fresh(self, session_ids: Sequence[str]) -> Sequence[SessionSummary]:
        """Return these sessions as they are on disk now, without those that are gone."""
        ...

    def look(self) -> bool:
        """Look at every session, and return whether any changed."""
        ...

    def index(self, progress: Progress, stopped: Callable[[], bool]) -> None:
        """Read the words of sessions that changed, so that they can be found. May take minutes the first time."""
        ...

    def search(self, text: str) -> Results:
        """Return what is found of a query that is being typed. Raises UsageError where it makes no sense."""
        ...

    def change_tags(self, session_id: str, tags: Sequence[str]) -> None:
        """Give the session these tags and no others."""
        ...

    def pin(self, session_id: str, pinned: bool) -> None: ...

    def open_folder(self, session_id: str) -> str:
        """Show the session's folder on the desktop; where there is none, return where it is."""
        ...

    def contents(self, session_id: str, audio_only: bool) -> Sequence[str]:
        """Return what deleting the session, or its sound alone, takes away."""
        ...

    def document(self, session_id: str) -> Document:
        """Return everything known of one session."""
        ...

    def editor(self, session_id: str) -> Editor:
        """Begin to edit a session. Refused where it has no minutes yet."""
        ...

    def player(self, session_id: str) -> Player:
        """Return what plays the session. Refused where it has no sound."""
        ...

    def rename(self, session_id: str, title: str) -> None: ...

    def delete(self, session_id: str, audio_only: bool = False) -> None: ...

    def formats(self) -> Sequence[tuple[str, str]]:
        """Return the formats of exports: the name of each ("md"), and what it is in a few words."""
        ...

    def export_path(self, session_id: str, export_format: str) -> str:
        """Return where an export would be written unless something else is said."""
        ...

    def export(self, session_id: str, export_format: str, path: str = "", replace: bool = False) -> str:
        """Write the session to `path` and return it; without one, to a new file where exports go.

        Raises FileThereError where there is such a file already that `replace` does not allow to be replaced.
        """
        ...

    def markdown(self, session_id: str) -> str:
        """Return the session as Markdown, as it is exported."""
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
