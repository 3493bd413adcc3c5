"""Fakes at the two ports of the screen, and nowhere else."""

from __future__ import annotations

import asyncio
import dataclasses
import threading
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Any

from meetrec.core import events as ev
from meetrec.core.document import Document
from meetrec.core.editing.act_words import act_words
from meetrec.core.editing.acts import Act
from meetrec.core.editing.edits import apply
from meetrec.core.editing.history import History
from meetrec.core.editing.origins import split_back
from meetrec.core.errors import FileThereError, MeetrecError, SessionNotFoundError, StorageError
from meetrec.core.found import Found, Hit, Results
from meetrec.core.query import fold, parse_query, selects
from meetrec.core.session import clean_tags
from meetrec.tui.ports import Command, Progress, SessionSummary
from meetrec.tui.turns import people_of, review_lines, who_of
from tests.tui.fake_player import FakePlayer


class FakeLibrary:
    """Sessions in memory. `held` set makes every call wait, `refusal` makes it raise."""

    def __init__(self, documents: Sequence[Document] = ()) -> None:
        self.documents = {one.session.id: one for one in documents}
        self.players: dict[str, FakePlayer] = {}
        self.refusal: MeetrecError | None = None
        self.calls: list[tuple[str, ...]] = []
        self.page = 100
        self.changed = False
        self.read_only = ""
        self.outside = ""
        self.files: set[str] = set()
        self.indexing: list[tuple[int, int]] = []
        self.gate = threading.Event()
        self.gate.set()

    def _enter(self, *call: str) -> None:
        self.calls.append(call)
        self.gate.wait(60)
        if self.refusal is not None:
            raise self.refusal

    def list(self) -> list[SessionSummary]:
        self._enter("list")
        return [summary_of(one) for one in self.documents.values()]

    def newest(self) -> tuple[Sequence[SessionSummary], int]:
        sessions = self.list()
        return sessions[: self.page], len(sessions)

    def fresh(self, session_ids: Sequence[str]) -> Sequence[SessionSummary]:
        self._enter("fresh")
        return [summary_of(self.documents[one]) for one in session_ids if one in self.documents]

    def look(self) -> bool:
        self._enter("look")
        changed, self.changed = self.changed, False
        return changed

    def index(self, progress: Progress, stopped: Callable[[], bool]) -> None:
        del stopped
        for done, of in self.indexing:
            progress(done, of)

    def search(self, text: str) -> Results:
        self._enter("search", text)
        query = parse_query(text, typing=True)
        words = [fold(term.text) for group in query.groups for term in group]
        found = [_found(one, words) for one in self.documents.values() if selects(query, summary_of(one)) or words]
        found = [one for one in found if one.hits or not words]
        count = len(self.documents)
        return Results(found=tuple(found[:20]), sessions=len(found), read=count, known=count)

    def change_tags(self, session_id: str, tags: Sequence[str]) -> None:
        self._enter("change_tags", session_id, *tags)
        self._change(session_id, tags=clean_tags(tags))

    def pin(self, session_id: str, pinned: bool) -> None:
        self._enter("pin", session_id, str(pinned))
        self._change(session_id, pinned=pinned)

    def _change(self, session_id: str, **changes: Any) -> None:
        document = self.documents[session_id]
        session = dataclasses.replace(document.session, **changes)
        self.documents[session_id] = dataclasses.replace(document, session=session)

    def open_folder(self, session_id: str) -> str:
        self._enter("open_folder", session_id)
        return f"/srv/work/meetings/{session_id}"

    def contents(self, session_id: str, audio_only: bool) -> Sequence[str]:
        self._enter("contents", session_id)
        return ["58 MB of sound"] if audio_only else ["58 MB of sound", "the minutes", "captions, marks and notes"]

    def document(self, session_id: str) -> Document:
        self._enter("document", session_id)
        if session_id not in self.documents:
            raise SessionNotFoundError(f"there is no session {session_id}", "meetrec list shows them all")
        return self.documents[session_id]

    def editor(self, session_id: str) -> FakeEditor:
        self._enter("editor", session_id)
        return FakeEditor(self, session_id)

    def player(self, session_id: str) -> FakePlayer:
        self._enter("player", session_id)
        return self.players.setdefault(session_id, FakePlayer(self.documents[session_id].duration))

    def rename(self, session_id: str, title: str) -> None:
        self._enter("rename", session_id, title)
        document = self.documents[session_id]
        session = dataclasses.replace(document.session, title=title)
        self.documents[session_id] = dataclasses.replace(document, session=session)

    def delete(self, session_id: str, audio_only: bool = False) -> None:
        self._enter("delete_audio" if audio_only else "delete", session_id)
        if audio_only:
            return
        del self.documents[session_id]

    def formats(self) -> Sequence[tuple[str, str]]:
        return [("md", "Markdown"), ("txt", "plain text"), ("srt", "subtitles")]

    def export_path(self, session_id: str, export_format: str) -> str:
        return f"/srv/work/Meetings/{session_id}.{export_format}"

    def export(self, session_id: str, export_format: str, path: str = "", replace: bool = False) -> str:
        self._enter("export", session_id, export_format, *([path, str(replace)] if path else []))
        path = path or self.export_path(session_id, export_format)
        if path in self.files and not replace:
            raise FileThereError(f"{path} is there already", "replace it, or choose another name")
        return path

    def markdown(self, session_id: str) -> str:
        return f"# {self.documents[session_id].session.title}\n"


class FakeEditor:
    """Edits a session of the library in memory."""

    def __init__(self, library: FakeLibrary, session_id: str) -> None:
        self._library, self._id = library, session_id
        said = library.document(session_id).transcript
        if said is None:
            raise StorageError(f"{session_id} has no minutes yet", f"run meetrec finish {session_id}")
        self.received = said
        self.read_only = library.read_only
        self._history = History(said)

    @property
    def document(self) -> Document:
        document = dataclasses.replace(self._library.documents[self._id], transcript=self._history.current)
        self._library.documents[self._id] = document
        return document

    @property
    def undo_words(self) -> str:
        return act_words(self._history.done[-1]) if self._history.done else ""

    @property
    def redo_words(self) -> str:
        return act_words(self._history.undone[-1]) if self._history.undone else ""

    def act(self, act: Act) -> Document:
        self._library._enter("act", self._id, act_words(act))
        self._history.push(act, apply(self._history.current, act))
        return self.document

    def split_back(self, speaker_id: str) -> Document:
        return self.act(split_back(self._history.current, self.received, speaker_id))

    def undo(self) -> str:
        self._library._enter("undo", self._id)
        act = self._history.undo()
        return act_words(act) if act is not None else ""

    def redo(self) -> str:
        self._library._enter("redo", self._id)
        act = self._history.redo()
        return act_words(act) if act is not None else ""

    def refresh(self) -> bool:
        return False

    def edit_outside(self) -> str:
        self._library._enter("edit_outside", self._id)
        return self._library.outside

    def save_minutes(self) -> None:
        self._library._enter("save_minutes", self._id)

    def names(self) -> Sequence[str]:
        return [*self._library.documents[self._id].session.attendees, "Ana", "Ben"]


def _found(document: Document, words: Sequence[str]) -> Found:
    lines, people = review_lines(document), people_of(document.transcript)
    hits = []
    for line in lines:
        spans = [(at, at + len(word)) for word in words if (at := fold(line.text).find(word)) >= 0]
        if spans:
            kind = "note" if line.kind == "note" else "said"
            who = who_of(people, line)
            name = who.name if who else ""
            hits.append(Hit(at=line.start, kind=kind, text=line.text, speaker=name, marked=tuple(sorted(spans))))
    return Found(session=summary_of(document), hits=tuple(hits[:4]), count=len(hits))


def summary_of(document: Document) -> SessionSummary:
    session = document.session
    speakers = tuple(one.name for one in document.transcript.speakers) if document.transcript else ()
    return SessionSummary(
        id=session.id,
        title=session.title,
        started_at=session.started_at,
        duration=document.duration,
        speakers=speakers,
        state=document.state,
        problem=document.problem,
        simulated=session.simulated,
        tags=session.tags,
        pinned=session.pinned,
    )


class FakeRunning:
    """A running session that answers commands with the events the recorder would send."""

    def __init__(self, session_id: str, stored: Sequence[ev.Event] = (), *, ends: bool = False) -> None:
        self.session_id = session_id
        self.queue: asyncio.Queue[ev.Event | None] = asyncio.Queue()
        self.sent: list[tuple[str, str]] = []
        self.closed = False
        self.refusal: MeetrecError | None = None
        self.clock = 0.0
        for event in stored:
            self.queue.put_nowait(event)
            self.clock = max(self.clock, getattr(event, "at", 0.0))
        if ends:
            self.queue.put_nowait(None)

    def push(self, event: ev.Event) -> None:
        self.clock = max(self.clock, event.at)
        self.queue.put_nowait(event)

    def hang_up(self) -> None:
        self.queue.put_nowait(None)

    async def events(self) -> AsyncGenerator[ev.Event, None]:
        while True:
            event = await self.queue.get()
            if event is None:
                return
            yield event

    async def send(self, command: Command, text: str = "") -> None:
        self.sent.append((command, text))
        if self.refusal is not None:
            raise self.refusal
        at = self.clock
        answers: dict[str, ev.Event] = {
            "mark": ev.MarkAdded(at=at, text=text),
            "note": ev.NoteAdded(at=at, text=text),
            "pause": ev.RecordingPaused(at=at),
            "resume": ev.RecordingResumed(at=at),
            "stop": ev.RecordingStopped(at=at, duration=at, frames=int(at * 24000)),
        }
        self.push(answers[command])

    async def close(self) -> None:
        self.closed = True


class FakeRecorder:
    """Hands out one prepared running session; `refusal` makes it raise instead."""

    def __init__(self, running: FakeRunning | None = None, refusal: MeetrecError | None = None) -> None:
        self.running = running
        self.refusal = refusal
        self.calls: list[tuple[str, str]] = []

    async def start(self, title: str) -> FakeRunning:
        return self._given("start", title)

    async def attach(self, session_id: str | None = None) -> FakeRunning | None:
        self.calls.append(("attach", session_id or ""))
        if self.refusal is not None:
            raise self.refusal
        return self.running

    async def finish(self, session_id: str) -> FakeRunning:
        return self._given("finish", session_id)

    def _given(self, call: str, value: str) -> FakeRunning:
        self.calls.append((call, value))
        if self.refusal is not None:
            raise self.refusal
        if self.running is None:
            self.running = FakeRunning("2026-11-20T14-05-33-new")
        return self.running
