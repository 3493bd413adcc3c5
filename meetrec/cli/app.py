"""The app, with the real library and the real recorder behind its ports."""

from __future__ import annotations

import asyncio
import dataclasses
from argparse import Namespace
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from meetrec.cli.output import Output, stdin_is_terminal, stdout_is_terminal
from meetrec.cli.sessions import job_of, render_minutes
from meetrec.core.errors import BusyError, FileThereError, MeetrecError, StorageError, UsageError
from meetrec.core.query import parse_query
from meetrec.recorder.front import RecorderFront, Running
from meetrec.recorder.job import Job
from meetrec.storage.files import make_folder
from meetrec.storage.index import SessionIndex
from meetrec.storage.paths import Paths
from meetrec.storage.sessions import SessionStore
from meetrec.storage.settings_file import load_settings
from meetrec.tui.app import GOES_ON, MeetrecApp, Start
from meetrec.tui.ports import Command, Player, Progress, SessionSummary
from meetrec.tui.run import run_app

if TYPE_CHECKING:  # the first screen is there sooner
    from meetrec.cli.editor import DiskEditor
    from meetrec.core.document import Document
    from meetrec.core.event import Event
    from meetrec.core.found import Results
    from meetrec.storage.session_folder import SessionFolder

NEWEST = 100
"""How many sessions the library shows at once, before all of them are there."""


def open_library(options: Namespace, output: Output) -> int:
    """Open the app at the library."""
    if not (stdin_is_terminal() and stdout_is_terminal()):
        raise UsageError("the app needs a terminal", "run meetrec list, or meetrec --help for what works without one")
    return _run(Paths.from_environment(), Start("library"), None, output)


def attach(options: Namespace, output: Output) -> int:
    """Open the app on the running recording, or on the session named."""
    if not (stdin_is_terminal() and stdout_is_terminal()):
        raise UsageError("the app needs a terminal", "run meetrec status --follow")
    paths = Paths.from_environment()
    session_id = SessionStore(paths).find(options.id).id if options.id else ""
    if not RecorderFront(paths).running(session_id):
        what = f"{session_id} is not being recorded" if session_id else "nothing is being recorded"
        raise MeetrecError(what, "run meetrec to see all sessions, or meetrec record to begin one")
    return _run(paths, Start("attach", session_id), None, output)


def record_in_app(paths: Paths, job: Job, output: Output, *, outlives: bool = True) -> int:
    """Open the app and begin the job at once. `outlives` says whether the recorder may go on after the app."""
    return _run(paths, Start("record", job.title), job, output, outlives=outlives)


def _run(paths: Paths, start: Start, job: Job | None, output: Output, *, outlives: bool = True) -> int:
    theme = load_settings(paths.settings).screen.theme
    make_folder(paths.logs)
    simulated = job is not None and job.simulated
    outcome = run_app(
        lambda: MeetrecApp(
            DiskLibrary(paths), ProcessRecorder(paths, job), settings_theme=theme, start=start, simulated=simulated
        ),
        paths.logs / "screen.log",
    )
    if outlives and (outcome.farewell or _is_recording(paths)):
        output.line(GOES_ON)
    return outcome.code


def _is_recording(paths: Paths) -> bool:
    """Say whether a recording goes on, whichever screen was shown last."""
    for one in RecorderFront(paths).running():
        with suppress(MeetrecError):  # one that ends just now
            if one.ask("status")["state"] in ("recording", "paused"):
                return True
    return False


class DiskLibrary:
    """The port `Library`: the sessions on disk."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths
        self._store = SessionStore(paths)
        self._index = SessionIndex(paths)

    def newest(self) -> tuple[Sequence[SessionSummary], int]:
        """Without an index (no space, no permission) all folders are read: slower, and as right."""
        try:
            return self._index.newest(NEWEST)
        except StorageError:
            sessions = self._store.list()
            return sessions, len(sessions)

    def list(self) -> Sequence[SessionSummary]:
        try:
            return self._index.everything()
        except StorageError:
            return self._store.list()

    def fresh(self, session_ids: Sequence[str]) -> Sequence[SessionSummary]:
        return self._index.fresh(session_ids)

    def look(self) -> bool:
        return self._index.update(words=False)

    def index(self, progress: Progress, stopped: Callable[[], bool]) -> None:
        self._index.update(progress, stopped)

    def search(self, text: str) -> Results:
        return self._index.search(parse_query(text, typing=True))

    def change_tags(self, session_id: str, tags: Sequence[str]) -> None:
        folder = self._folder(session_id)
        kept = {tag.casefold() for tag in tags}
        folder.change_tags(add=tags, remove=[tag for tag in folder.tags if tag.casefold() not in kept])

    def pin(self, session_id: str, pinned: bool) -> None:
        self._folder(session_id).pin(pinned)

    def open_folder(self, session_id: str) -> str:
        from meetrec.cli.labels import open_folder

        path = self._folder(session_id).path
        return "" if open_folder(path) else str(path)

    def contents(self, session_id: str, audio_only: bool) -> Sequence[str]:
        from meetrec.storage.contents import contents

        return contents(self._folder(session_id), audio_only=audio_only)

    def document(self, session_id: str) -> Document:
        from meetrec.storage.documents import load_document

        folder = self._folder(session_id)
        return load_document(folder, job_of(self._paths, folder))

    def editor(self, session_id: str) -> DiskEditor:
        from meetrec.cli.editor import DiskEditor

        return DiskEditor(self._paths, self._folder(session_id))

    def player(self, session_id: str) -> Player:
        from meetrec.cli.playing import open_player

        return open_player(self._folder(session_id))

    def rename(self, session_id: str, title: str) -> None:
        folder = self._folder(session_id)
        folder.rename(title)
        render_minutes(folder)

    def delete(self, session_id: str, audio_only: bool = False) -> None:
        self._store.delete(self._folder(session_id), audio_only=audio_only)

    def formats(self) -> Sequence[tuple[str, str]]:
        from meetrec.export.formats import FORMATS

        return [(name, one.about) for name, one in FORMATS.items()]

    def export_path(self, session_id: str, export_format: str) -> str:
        from meetrec.cli.exporting import path_in

        settings = load_settings(self._paths.settings).export
        return str(path_in(Path.cwd(), self.document(session_id), export_format, settings))

    def export(self, session_id: str, export_format: str, path: str = "", replace: bool = False) -> str:
        """Without a path, write into the folder in which meetrec was started; a name that is taken gets a number."""
        from meetrec.cli.exporting import unused, write_export

        target = Path(path).expanduser() if path else unused(Path(self.export_path(session_id, export_format)))
        if target.is_file() and not target.is_symlink() and not replace:
            raise FileThereError(f"{target} is there already", "replace it, or choose another name")
        write_export(target, self._rendered(session_id, export_format), force=replace)
        return str(target)

    def markdown(self, session_id: str) -> str:
        return self._rendered(session_id, "md").decode()

    def _rendered(self, session_id: str, export_format: str) -> bytes:
        from meetrec.cli.exporting import load_template
        from meetrec.export.formats import FORMATS, Choices

        settings = load_settings(self._paths.settings).export
        template = load_template(settings, self._paths) if export_format == "md" else None
        return FORMATS[export_format].render(self.document(session_id), Choices(template=template))

    def _folder(self, session_id: str) -> SessionFolder:
        return self._store.folder(session_id)


class ProcessRecorder:
    """The port `Recorder`: recorder processes. `first` is the job that the command line described, done once.

    What is recorded after it comes from the microphone, unless everything is simulated: then it is the same again.
    """

    def __init__(self, paths: Paths, first: Job | None = None) -> None:
        self._paths = paths
        self._front = RecorderFront(paths)
        self._first = first
        self._simulated = first is not None and first.simulated

    async def start(self, title: str) -> FollowedRunning:
        job, self._first = self._first, self._first if self._simulated else None
        if job is None:
            job = await asyncio.to_thread(self._microphone_job)
        return await self._spawn(dataclasses.replace(job, title=title or job.title))

    async def attach(self, session_id: str | None = None) -> FollowedRunning | None:
        found = await asyncio.to_thread(self._front.running, session_id or "")
        return FollowedRunning(found[0]) if found else None

    async def finish(self, session_id: str) -> FollowedRunning:
        return await self._spawn(Job(kind="finish", session=session_id, simulated=self._simulated))

    def _microphone_job(self) -> Job:
        settings = load_settings(self._paths.settings)
        return Job(kind="record", device=settings.audio.device, captions=settings.captions.enabled)

    async def _spawn(self, job: Job) -> FollowedRunning:
        return FollowedRunning(await asyncio.to_thread(self._front.spawn, job))


class FollowedRunning:
    """The port `Running`: one recorder process."""

    def __init__(self, running: Running) -> None:
        self._running = running

    @property
    def session_id(self) -> str:
        return self._running.session_id

    async def events(self) -> AsyncGenerator[Event, None]:
        """Yield everything so far and what follows. Raises BusyError where the recorder is gone before it said so."""
        try:
            async for event in self._running.follow():
                yield event
                if event.type == "job.ended":
                    return
        except OSError as error:
            raise BusyError("the recorder does not answer any more", "run meetrec list to see what it left") from error
        raise BusyError(
            "the recorder has ended without a word; what it recorded is safe on disk", "run meetrec finish latest"
        )

    async def send(self, command: Command, text: str = "") -> None:
        await asyncio.to_thread(self._running.ask, command, text)

    async def close(self) -> None:
        """Nothing is to be done: closing the generator of the events closes the connection."""
