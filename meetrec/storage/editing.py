"""Editing one session: the transcript as received, what was changed since, and undo without limit.

The log of acts is the truth for all but the speakers' names: those stand in `session.toml`, which a person may edit.
What was edited there is taken over as an act before the next one, so that it can be undone, too. Names are written
before the act is: a crash in between leaves a name that counts as edited by hand, and never a name that is lost.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from meetrec.core.editing.acts import Act, TakeNames
from meetrec.core.editing.edits import apply
from meetrec.core.editing.history import History
from meetrec.core.errors import BusyError, StorageError
from meetrec.core.session import Session
from meetrec.core.transcript import Transcript
from meetrec.storage.edit_log import NAME, EditLog, Entry, Kind, append_entries, has_grown, read_log
from meetrec.storage.journal import local_time
from meetrec.storage.locks import acquire
from meetrec.storage.replay import begun, digest_of, fold, named, replayed
from meetrec.storage.session_file import change_session, read_session
from meetrec.storage.session_folder import EDIT_WAIT_S, SessionFolder

Wanted = Act | Callable[[Transcript], Act]


class ChangedError(BusyError):
    """Another meetrec has changed the session since it was read. The new state has been read; the act was not done."""


class Editing:
    """The newest transcript of a session with its edits. Use it from one thread at a time; every method may block.

    `problem` says in words why nothing can be changed (a log that is broken or of a newer version), empty else.
    Raises StorageError where there is no transcript, or it cannot be read.
    """

    def __init__(self, folder: SessionFolder, *, clock: Callable[[], datetime] = local_time) -> None:
        self.folder = folder
        self._clock = clock
        self._path = folder.path / NAME
        self._read()

    def _read(self) -> None:
        versions = self.folder.versions()
        base = self.folder.transcript(versions[-1]) if versions else None
        if base is None:
            raise StorageError(f"{self.folder.id} has no minutes yet", f"run meetrec finish {self.folder.id}")
        self.version, self.base = versions[-1], base
        self._log = read_log(self._path)
        self._session, self._trouble = read_session(self.folder.path)
        self._history, self.problem = replayed(self.folder, self.version, base, self._log, self._session.names)

    # -- what there is ---------------------------------------------------------------------------------------------

    @property
    def transcript(self) -> Transcript:
        """The transcript as it is now, with the names in `session.toml`."""
        return named(self._history.current, self.base, self._names)

    @property
    def session(self) -> Session:
        """What `session.toml` said when it was last read or written."""
        return self._session

    @property
    def undoable(self) -> Act | None:
        """What undo would undo."""
        return self._history.done[-1] if self._history.done else None

    @property
    def redoable(self) -> Act | None:
        """What redo would do again."""
        return self._history.undone[-1] if self._history.undone else None

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Every line of the log, oldest first, those of earlier versions as well."""
        return self._log.entries

    def refresh(self) -> bool:
        """Read again what another process, or a person, may have changed; tells whether anything did."""
        before, version = self.transcript, self.version
        if has_grown(self._path, self._log.size) or self.folder.versions()[-1:] != [version]:
            self._read()
        else:
            self._session, self._trouble = read_session(self.folder.path)
            if not begun(self._log.entries, self.version):
                self._history = History(named(self.base, self.base, self._names))
        return self.version != version or self.transcript != before

    # -- changing it -----------------------------------------------------------------------------------------------

    def act(self, wanted: Wanted) -> Transcript:
        """Carry out an act, or what a function makes of the newest transcript, and return the transcript after it.

        It is on the disk on return. An act that changes nothing is not kept. Raises UsageError where it makes no sense,
        ChangedError where the session was changed by others since it was read (not for a function: it is given what
        there is now), BusyError, StorageError.
        """
        with self._changing(again=callable(wanted)):
            before = self._history.current
            act = wanted(before) if callable(wanted) else wanted
            after = apply(before, act)
            if after != before:
                self._write(after, "act", act=act)
                self._history.push(act, after)
        return self.transcript

    def undo(self) -> Act | None:
        """Take the last act back and return it; None where there is none. Raises as `act`."""
        with self._changing():
            if not self._history.done:
                return None
            self._write(self._history.before(), "undo", of=fold(self._log.entries, self.version)[0][-1].n)
            return self._history.undo()

    def redo(self) -> Act | None:
        """Do again what was undone last and return it; None where there is none. Raises as `act`."""
        with self._changing():
            if not self._history.undone:
                return None
            self._write(self._history.after(), "redo", of=fold(self._log.entries, self.version)[1][-1].n)
            return self._history.redo()

    @contextlib.contextmanager
    def _changing(self, *, again: bool = False) -> Iterator[None]:
        """Hold the session's lock, on what is there now."""
        if not self.folder.path.is_dir():  # taking the lock would make it again
            raise StorageError(f"{self.folder.id} is not there any more", "meetrec list shows what is")
        with acquire(self.folder.path / ".lock", wait_s=EDIT_WAIT_S, holder="another meetrec"):
            if self.refresh() and not again:
                raise ChangedError("this session was changed elsewhere meanwhile", "look at it, then try again")
            if self.problem:
                raise StorageError(f"nothing can be changed: {self.problem}", f"upgrade meetrec, or move {NAME} away")
            edited = TakeNames(self._edited_by_hand())
            if edited.names:
                after = apply(self._history.current, edited)
                self._append("act", act=edited)
                self._history.push(edited, after)
            yield

    def _write(self, after: Transcript, kind: Kind, *, act: Act | None = None, of: int = 0) -> None:
        """Write the names as they are after the act, then the act; both or, unless the disk is gone, none."""
        before = self._session
        self._store_names(after)
        try:
            self._append(kind, act=act, of=of)
        except StorageError:
            if self._session.names != before.names:
                with contextlib.suppress(StorageError):  # then they count as written by hand
                    change_session(self.folder.path, before)
                self._session, self._trouble = read_session(self.folder.path)
            raise

    def _append(self, kind: Kind, *, act: Act | None = None, of: int = 0) -> None:
        number, now = len(self._log.entries), self._clock().isoformat(timespec="milliseconds")
        new = []
        if not begun(self._log.entries, self.version):
            names = {one.id: one.name for one in self._history.base.speakers if one not in self.base.speakers}
            digest = digest_of(self.folder, self.version)
            new.append(Entry(number + 1, self.version, "begin", now, base=digest, names=names))
        new.append(Entry(number + len(new) + 1, self.version, kind, now, act=act, of=of))
        size = append_entries(self._path, self._log.size, new)
        self._log = EditLog((*self._log.entries, *new), size)

    # -- names -----------------------------------------------------------------------------------------------------

    @property
    def _names(self) -> Mapping[str, str]:
        """The names in `session.toml`; those of the log where that file is broken and has none."""
        if self._trouble and not self._session.names and hasattr(self, "_history"):
            return {one.id: one.name for one in self._history.current.speakers if one.named}
        return self._session.names

    def _edited_by_hand(self) -> tuple[tuple[str, str], ...]:
        shown = named(self._history.current, self.base, self._names)
        pairs = zip(self._history.current.speakers, shown.speakers, strict=True)
        return tuple((one.id, one.name if one.named else "") for before, one in pairs if before != one)

    def _store_names(self, after: Transcript) -> None:
        """Write the names as they are after an act. Who is in the transcript no more keeps theirs there."""
        own = {one.id: one for one in self.base.speakers}
        names = dict(self._names)
        for one in after.speakers:
            names.pop(one.id, None)
            if one.named and one != own.get(one.id):
                names[one.id] = one.name
        if names != dict(self._session.names):
            changed = dataclasses.replace(self._session, names=names)
            change_session(self.folder.path, changed)
            self._session, self._trouble = read_session(self.folder.path)
