"""All sessions: the folder of session folders. Nothing outside it is ever named, and no link is followed."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import stat
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from meetrec.core.clock import parse_clock
from meetrec.core.errors import SessionNotFoundError, StorageError
from meetrec.core.front_matter import load
from meetrec.core.sanitize import one_line
from meetrec.core.session import Session, SessionState, SessionSummary, clean_tags, clean_title, new_id
from meetrec.storage.files import FOLDER_MODE, make_folder, read_head, storage_error, sync_folder
from meetrec.storage.locks import RunningJob, acquire, running_jobs
from meetrec.storage.paths import Paths
from meetrec.storage.session_file import changed_at, read_session, write_new_session
from meetrec.storage.session_folder import SessionFolder

LATEST = "latest"
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d")
_DELETED = ".deleted-"
_HEAD_BYTES = 16 << 10
_SHOWN = 5


class SessionStore:
    """Makes, lists, finds and deletes sessions under `paths.sessions`."""

    def __init__(self, paths: Paths) -> None:
        self.paths = paths

    def create(self, title: str, started_at: datetime, **meta: Any) -> SessionFolder:
        """Make the folder of a new session and its `session.toml`; `meta` are further fields of Session.

        A name that is taken gets a number. Raises StorageError, DiskFullError where no space is left.
        """
        make_folder(self.paths.sessions)
        wanted = new_id(title, started_at)
        for number in range(1, 10_000):
            path = self.paths.sessions / (wanted if number == 1 else f"{wanted}-{number}")
            try:
                path.mkdir(FOLDER_MODE)
                path.chmod(FOLDER_MODE)
                sync_folder(self.paths.sessions)
            except FileExistsError:
                continue
            except OSError as error:
                raise storage_error(error, path, "made") from error
            session = Session(id=path.name, title=clean_title(title, started_at), started_at=started_at, **meta)
            try:
                write_new_session(path, session)
            except StorageError:
                with contextlib.suppress(OSError):  # an empty folder, if it stays, harms nobody
                    path.rmdir()
                raise
            return SessionFolder(path)
        raise StorageError(f"there are too many sessions called {wanted}", "choose another title")

    def ids(self) -> list[str]:
        """Return the names of all session folders, newest first. Raises StorageError."""
        names = set(_folders_in(self.paths.sessions)).union(*map(_folders_in, filter(_is_ours, self.paths.rescued)))
        return sorted(names, key=lambda name: (self.age_key(name), name), reverse=True)

    def path_of(self, session_id: str) -> Path:
        """Return the folder of a session: among all others, or where it was rescued to while it was recorded."""
        rescued = [root / session_id for root in self.paths.rescued if (root / session_id).is_dir() and _is_ours(root)]
        path = self.paths.sessions / session_id
        return rescued[0] if rescued and not path.is_dir() else path

    def age_key(self, name: str) -> str:
        """Return what sorts a session by age: the start its folder's name tells."""
        if _STAMP.match(name):
            return name[:19]
        return f"{changed_at(self.path_of(name)):%Y-%m-%dT%H-%M-%S}"  # somebody renamed the folder

    def list(self, limit: int | None = None) -> list[SessionSummary]:
        """Return the sessions, newest first, at most `limit`. A broken folder is among them, and says what is wrong."""
        jobs = {job.session: job for job in running_jobs(self.paths)}
        return [self.summary(name, jobs) for name in self.ids()[:limit]]

    def summary(self, session_id: str, jobs: Mapping[str, RunningJob] | None = None) -> SessionSummary:
        """Return one session for the list; `jobs` are the running ones by session, asked for where they are not given.

        Cheap whatever the session's length: it reads the ends of a few files.
        """
        if jobs is None:
            jobs = {job.session: job for job in running_jobs(self.paths)}
        folder = SessionFolder(self.path_of(session_id))
        session, problem = read_session(folder.path)
        front = load(read_head(folder.minutes, _HEAD_BYTES).decode("utf-8", "replace"))
        speakers, length = front.get("speakers", ()), front.get("duration", "")
        duration = folder.sound_seconds()
        if duration is None:
            duration = (parse_clock(length) if isinstance(length, str) else None) or 0.0
        current, why = state_of(folder, jobs.get(session_id))
        return SessionSummary(
            id=session_id,
            title=session.title,
            started_at=session.started_at,
            duration=duration,
            speakers=tuple(one_line(name, 80) for name in speakers) if not isinstance(speakers, str) else (),
            state=current,
            problem=problem or why,
            simulated=session.simulated,
            tags=clean_tags(session.tags),
            pinned=session.pinned,
        )

    def folder(self, session_id: str) -> SessionFolder:
        """Return the folder of exactly that name. Raises SessionNotFoundError."""
        if session_id not in self.ids():
            raise SessionNotFoundError(f"there is no session {one_line(session_id, 80)}", "meetrec list shows them all")
        return SessionFolder(self.path_of(session_id))

    def find(self, wanted: str) -> SessionFolder:
        """Return the session of that name, of which it is a part (case aside), or the latest.

        It is compared with the names that are there and never used as a path. Raises SessionNotFoundError that lists
        the candidates.
        """
        names = self.ids()
        if wanted == LATEST and names:
            return SessionFolder(self.path_of(names[0]))
        part = wanted.casefold()
        matching = [wanted] if wanted in names else [name for name in names if part and part in name.casefold()]
        if len(matching) == 1:
            return SessionFolder(self.path_of(matching[0]))
        raise _not_found(wanted, matching, names)

    def delete(self, folder: SessionFolder, *, audio_only: bool = False) -> None:
        """Delete a session, or its sound alone. Raises BusyError while a process works on it, StorageError.

        The sound alone is not deleted before the minutes are made: nothing could be made of the rest.
        """
        folder = self.folder(folder.id)
        with acquire(self.paths.running / f"{folder.id}.lock", wait_s=1.0, holder="a recorder process"):
            try:
                if audio_only:
                    self._delete_audio(folder)
                else:
                    self._delete_all(folder)
            except OSError as error:
                raise storage_error(error, folder.path, "deleted") from error

    def _delete_audio(self, folder: SessionFolder) -> None:
        if state_of(folder, None)[0] != "finished":
            raise StorageError(
                f"{folder.id} has no minutes yet, they are made from its sound", f"run meetrec finish {folder.id} first"
            )
        from meetrec.storage.session_state import missing_parts

        if missing := missing_parts(folder):
            raise StorageError(
                f"the minutes of {folder.id} lack {missing} part{'s' if missing > 1 else ''}",
                f"run meetrec finish {folder.id} first: they are made from its sound",
            )
        for path in folder.path.glob("audio*.wav"):
            path.unlink()

    def _delete_all(self, folder: SessionFolder) -> None:
        """Hide the folder, then empty it: what a crash leaves is no half session in the list, and goes next time."""
        hidden = folder.path.with_name(f"{_DELETED}{secrets.token_hex(4)}")
        folder.path.rename(hidden)
        for left in hidden.parent.glob(f"{_DELETED}*"):
            shutil.rmtree(left, ignore_errors=left != hidden)


def _folders_in(root: Path) -> list[str]:
    try:
        with os.scandir(root) as entries:
            return [one.name for one in entries if one.name[0] != "." and one.is_dir(follow_symlinks=False)]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise storage_error(error, root, "read") from error


def _is_ours(root: Path) -> bool:
    """Tell whether a folder, which may lie in a place for everybody, was made by this user and no link leads there."""
    try:
        found = root.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and (os.name != "posix" or found.st_uid == os.getuid())


def state_of(folder: SessionFolder, job: RunningJob | None) -> tuple[SessionState, str]:
    """Return the state of a session, and why there are no minutes where making them failed.

    `job` is the process at work on it, if any. Only the end of the journal is read.
    """
    if job is None and folder.minutes.exists() and folder.versions():
        return "finished", ""
    # It loads all kinds of events, and a list of finished sessions needs none.
    from meetrec.storage.session_state import state_by_journal

    return state_by_journal(folder, job)


def _not_found(wanted: str, matching: list[str], names: list[str]) -> SessionNotFoundError:
    shown = one_line(wanted, 80) or '""'
    if matching:
        listed = ", ".join(matching[:_SHOWN]) + (" …" if len(matching) > _SHOWN else "")
        return SessionNotFoundError(f"{len(matching)} sessions are called {shown}", f"say which: {listed}")
    if not names:
        return SessionNotFoundError("there is no session yet", "begin with meetrec record, or try meetrec demo")
    import difflib  # only a mistake needs it

    near = difflib.get_close_matches(wanted, names, n=1, cutoff=0.6)
    hint = f"did you mean {near[0]}?" if near else "meetrec list shows them all"
    return SessionNotFoundError(f"there is no session called {shown}", hint)
