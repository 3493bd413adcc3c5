"""The index of all sessions: the list of them and what was said in them, in one SQLite file that may be deleted.

The folders are the truth. What is known of each is kept with a stamp of its files (times and sizes), so that only
what changed is read again; and what is shown is looked at first, so that nothing is shown that is not so any more.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from meetrec.core.errors import StorageError
from meetrec.core.found import Results
from meetrec.core.query import Query
from meetrec.core.sanitize import one_line
from meetrec.core.session import SessionSummary
from meetrec.storage.index_file import is_broken, open_index, rebuild, refusal
from meetrec.storage.index_rows import (
    Row,
    forget,
    known_stamps,
    newest_ids,
    read_rows,
    remember,
    remember_text,
    unread,
)
from meetrec.storage.index_search import SearchIn
from meetrec.storage.index_stamp import SETTLED_NS, stamp_of
from meetrec.storage.index_text import lines_of
from meetrec.storage.locks import running_jobs
from meetrec.storage.paths import Paths
from meetrec.storage.session_file import changed_at
from meetrec.storage.session_folder import SessionFolder
from meetrec.storage.sessions import SessionStore

Progress = Callable[[int, int], None]
_Result = TypeVar("_Result")
_CHUNK_S = 0.1
_PAUSE_S = 0.01
"""Between two chunks, in which others may write."""
_AT_ONCE = 200
_AT_WORK_S = 20.0
"""How old the words of a running recording may be in the index."""


class SessionIndex:
    """Lists and searches the sessions under `paths.sessions`.

    May be used from several threads, and by several processes at once. Methods raise StorageError where neither the
    index nor the folders can be read.
    """

    def __init__(self, paths: Paths) -> None:
        self.paths = paths
        self.store = SessionStore(paths)
        self._database: sqlite3.Connection | None = None
        self._lock = threading.RLock()
        self._updating = threading.Lock()
        self._writing = threading.Lock()
        self._words_read_at: dict[str, float] = {}

    def close(self) -> None:
        """Close the file. The next call opens it again."""
        with self._lock:
            if self._database is not None:
                self._database.close()
                self._database = None

    # -- the list --------------------------------------------------------------------------------------------------

    def newest(self, limit: int) -> tuple[list[SessionSummary], int]:
        """Return the newest sessions and all pinned ones, as they are on disk now, and how many sessions there are.

        Only those are looked at, however many there are.
        """
        ids, count = self._run(lambda database: self._newest_ids(database, limit))
        return self.fresh(ids), count

    def _newest_ids(self, database: sqlite3.Connection, limit: int) -> tuple[list[str], int]:
        if self._names_changed(database) is None:
            return newest_ids(database, limit)
        names = self.store.ids()
        pinned, _ = newest_ids(database, 0)
        there = set(names)
        return list(dict.fromkeys([*(one for one in pinned if one in there), *names[:limit]])), len(names)

    def fresh(self, ids: Sequence[str]) -> list[SessionSummary]:
        """Return the sessions of those ids as they are on disk now, without those that are not there any more."""

        def read(database: sqlite3.Connection) -> dict[str, Row]:
            self._look_at(database, ids)
            return read_rows(database, ids)

        rows = self._run(read)
        return self._with_jobs([rows[one].summary for one in ids if one in rows])

    def everything(self) -> list[SessionSummary]:
        """Return all sessions, newest first, as they were when the index last looked (`update`)."""
        return self._with_jobs([row.summary for row in self._run(read_rows).values()])

    def _with_jobs(self, summaries: list[SessionSummary]) -> list[SessionSummary]:
        """What a process works on changes all the time: it is read from its folder."""
        jobs = {job.session: job for job in running_jobs(self.paths)}
        return [self.store.summary(one.id, jobs) if one.id in jobs else one for one in summaries]

    def _names_changed(self, database: sqlite3.Connection) -> tuple[int, ...] | None:
        """Return the times of change of the folders of sessions, None where the index has seen them as they are."""
        times = tuple(_changed_ns(root) for root in (self.paths.sessions, *self.paths.rescued))
        seen = database.execute("SELECT value FROM meta WHERE key = 'folders'").fetchone()
        return None if seen == (repr(times),) else times

    def _look_at(self, database: sqlite3.Connection, ids: Sequence[str]) -> int:
        """Read again what changed of these sessions' heads, and return how many did."""
        known = known_stamps(database, ids)
        changed: list[tuple[SessionSummary, str]] = []
        gone: list[str] = []
        for one in ids:
            stamp = stamp_of(self.store.path_of(one))
            if not stamp:
                gone.append(one)
            elif known.get(one) != stamp:
                changed.append((self._summary(one), stamp))
        if changed or any(one in known for one in gone):
            with self._transaction(database):
                for summary, stamp in changed:
                    remember(database, summary, self.store.age_key(summary.id), stamp)
                for one in gone:
                    forget(database, one)
        return len(changed) + len(gone)

    def _summary(self, session_id: str) -> SessionSummary:
        """Return what is known of a session, or what is wrong with its folder: one must not hide the others."""
        try:
            return self.store.summary(session_id, {})
        except (StorageError, OSError) as error:
            at = changed_at(self.store.path_of(session_id))
            return SessionSummary(id=session_id, title=session_id, started_at=at, problem=one_line(str(error)))

    # -- bringing it up to date ------------------------------------------------------------------------------------

    def update(
        self, progress: Progress | None = None, stopped: Callable[[], bool] = lambda: False, *, words: bool = True
    ) -> bool:  # fmt: skip
        """Look at every session, read what changed (`words` too, or the heads alone), and return whether anything did.

        `progress` is told how many of all sessions have been read, each time some have; `stopped` is asked now and
        then. Interrupted at any moment, it goes on where it was.
        """
        with self._updating:
            try:
                with contextlib.closing(open_index(self.paths.index)) as database:
                    return self._update(database, progress, stopped, words=words)
            except sqlite3.Error as error:
                self._mend(error)
            with contextlib.closing(open_index(self.paths.index)) as database:
                return self._update(database, progress, stopped, words=words)

    def _update(
        self, database: sqlite3.Connection, progress: Progress | None, stopped: Callable[[], bool], *, words: bool
    ) -> bool:  # fmt: skip
        before = self._names_changed(database)
        names = self.store.ids()
        with self._transaction(database):
            gone = set(known_stamps(database)).difference(names)
            for one in gone:
                forget(database, one)
        changed = len(gone)
        for chunk in _chunks(names, _AT_ONCE):
            if stopped():
                return bool(changed)
            changed += self._look_at(database, chunk)
        if words:
            changed += self._read_words(database, progress, stopped)
        if before is not None and abs(time.time_ns() - max(before)) > SETTLED_NS:
            database.execute("INSERT OR REPLACE INTO meta VALUES ('folders', ?)", (repr(before),))
        return bool(changed)

    def _read_words(
        self, database: sqlite3.Connection, progress: Progress | None, stopped: Callable[[], bool]
    ) -> int:  # fmt: skip
        wanted, total = unread(database)
        at_work = {job.session for job in running_jobs(self.paths)}
        now = time.monotonic()
        wanted = [
            row for row in wanted
            if row.summary.id not in at_work or now - self._words_read_at.get(row.summary.id, -1e9) > _AT_WORK_S
        ]  # fmt: skip
        done = 0
        while done < len(wanted) and not stopped():
            if progress is not None:
                progress(total - len(wanted) + done, total)
            until = time.monotonic() + _CHUNK_S
            with self._transaction(database):
                while done < len(wanted) and time.monotonic() < until:
                    self._read_words_of(database, wanted[done])
                    done += 1
            time.sleep(_PAUSE_S)
        if done and progress is not None:
            progress(total - len(wanted) + done, total)
        return done

    def _read_words_of(self, database: sqlite3.Connection, row: Row) -> None:
        from meetrec.storage.documents import load_document  # the list, which comes first, does without

        self._words_read_at[row.summary.id] = time.monotonic()
        try:
            lines = lines_of(load_document(SessionFolder(self.store.path_of(row.summary.id))))
        except (StorageError, OSError):  # its folder went, or its journal cannot be read: the list says so
            lines = []
        remember_text(database, row, lines)

    # -- searching -------------------------------------------------------------------------------------------------

    def search(self, query: Query, *, sessions: int = 20, lines: int = 4) -> Results:
        """Return what is found: at most `sessions` sessions, newest first, with at most `lines` lines each.

        Those that are returned are as they are on disk now; what else changed since `update` is not known.
        """

        def look(database: sqlite3.Connection) -> Results:
            results = SearchIn(database).results(query, sessions, lines)
            if self._look_at(database, [one.session.id for one in results.found]):
                self._read_words(database, None, lambda: False)
                results = SearchIn(database).results(query, sessions, lines)
            return results

        return self._run(look, complete=True)

    # -- the file --------------------------------------------------------------------------------------------------

    def _run(self, act: Callable[[sqlite3.Connection], _Result], *, complete: bool = False) -> _Result:
        """Carry out what needs the index; where it proves broken, once more with a new one, `complete` where needed."""
        try:
            with self._lock:
                return act(self._opened())
        except sqlite3.Error as error:
            self._mend(error)
        if complete:
            self.update()
        with self._lock:
            return act(self._opened())

    def _opened(self) -> sqlite3.Connection:
        if self._database is None:
            self._database = open_index(self.paths.index)
        return self._database

    @contextlib.contextmanager
    def _transaction(self, database: sqlite3.Connection) -> Iterator[None]:
        with self._writing:  # SQLite lets other processes wait, but asks again only now and then
            database.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:  # also an interruption: no transaction stays open
                database.execute("ROLLBACK")
                raise
            database.execute("COMMIT")

    def _mend(self, error: sqlite3.Error) -> None:
        """Make the index anew where that is what is wrong, or say in words what is."""
        with self._lock:
            self.close()
            if not is_broken(error):
                raise refusal(error, self.paths.index) from error
            rebuild(self.paths.index).close()


def _changed_ns(folder: Path) -> int:
    try:
        return folder.stat().st_mtime_ns
    except OSError:
        return 0


def _chunks(names: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for first in range(0, len(names), size):
        yield names[first : first + size]
