"""The database file of the index: SQLite in the cache folder, private, and made anew whenever it is not right.

It holds nothing that is not in the sessions' folders. Whatever SQLite says is broken is deleted; only what the system
refuses (permissions, a full disk) is told.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

from meetrec.core.errors import DiskFullError, StorageError
from meetrec.storage.files import make_folder, open_private, storage_error
from meetrec.storage.locks import acquire

VERSION = 2
"""Another number lets every index be made anew."""
_APPLICATION = 0x6D656574  # "meet"
_BUSY_S = 20.0
_LOCK_WAIT_S = 20.0
_TOKENS = "tokenize=\"unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'\""
_SCHEMA = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE session (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, newest TEXT NOT NULL, stamp TEXT NOT NULL,
    text_stamp TEXT NOT NULL DEFAULT '', day TEXT NOT NULL, started_at TEXT NOT NULL, title TEXT NOT NULL,
    duration REAL NOT NULL, speakers TEXT NOT NULL, state TEXT NOT NULL, problem TEXT NOT NULL,
    simulated INTEGER NOT NULL, tags TEXT NOT NULL, pinned INTEGER NOT NULL
);
CREATE INDEX session_newest ON session (newest DESC, id DESC);
CREATE TABLE tag (name TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (name, number)) WITHOUT ROWID;
CREATE VIRTUAL TABLE line USING fts5(said, speaker, at UNINDEXED, kind UNINDEXED, prefix='1 2 3 4 5 6', {_TOKENS});
CREATE TABLE whole_head (
    number INTEGER PRIMARY KEY, speakers TEXT NOT NULL, title TEXT NOT NULL, tags TEXT NOT NULL
);
CREATE VIRTUAL TABLE whole USING fts5(said, speakers, title, tags, content='', prefix='1 2', {_TOKENS});
PRAGMA application_id = {_APPLICATION};
PRAGMA user_version = {VERSION};
"""
_REFUSED = frozenset({
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_INTERRUPT,
})  # fmt: skip


def open_index(path: Path) -> sqlite3.Connection:
    """Open the index, and make it (mode 0600) where it is missing, of another version, or broken.

    Write-ahead log, each transaction whole or absent whenever the process dies; both asserted, not hoped for. Raises
    StorageError, DiskFullError where no space is left.
    """
    make_folder(path.parent)
    try:
        return _open(path)
    except sqlite3.Error as error:
        if not is_broken(error):
            raise refusal(error, path) from error
    return rebuild(path)


def rebuild(path: Path) -> sqlite3.Connection:
    """Delete the index and open an empty one, unless another process has done so by now. Raises StorageError."""
    with acquire(path.with_name(f"{path.name}.lock"), wait_s=_LOCK_WAIT_S, holder="another meetrec"):
        try:
            database = _open(path)
            if database.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok":
                _check_words(database)
                return database
            database.close()
        except sqlite3.Error as error:
            if not is_broken(error):
                raise refusal(error, path) from error
        try:
            for end in ("", "-wal", "-shm"):
                path.with_name(path.name + end).unlink(missing_ok=True)
            return _open(path)
        except sqlite3.Error as error:
            raise refusal(error, path) from error
        except OSError as error:
            raise storage_error(error, path, "deleted") from error


def _check_words(database: sqlite3.Connection) -> None:
    """Raise DatabaseError where the words are not what their table says."""
    for table in ("line", "whole"):
        database.execute(f"INSERT INTO {table}({table}) VALUES('integrity-check')")


def is_broken(error: sqlite3.Error) -> bool:
    """Tell whether what SQLite says means that the file is not what it should be."""
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF not in _REFUSED


def refusal(error: sqlite3.Error, path: Path) -> StorageError:
    """Put into words why the index cannot be used."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return DiskFullError(f"the disk is full: the index {path} cannot be written", f"free space for {path.parent}")
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return StorageError("another meetrec is writing the index", "try again in a moment")
    return StorageError(
        f"the index {path} cannot be used: {error}", f"check the permissions and the disk of {path.parent}"
    )


def _open(path: Path) -> sqlite3.Connection:
    """Open the file, or raise sqlite3.Error, StorageError."""
    _make_private(path)
    database = sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False)
    try:
        _set_up(database)
    except BaseException:  # whatever it was: nobody else holds the connection
        database.close()
        raise
    return database


def _make_private(path: Path) -> None:
    try:
        if path.is_symlink():
            raise StorageError(f"{path} is a symbolic link and will not be followed", "delete it")
        with contextlib.suppress(FileExistsError):
            os.close(open_private(path, os.O_RDWR | os.O_CREAT | os.O_EXCL))
    except OSError as error:
        raise storage_error(error, path, "made") from error


def _set_up(database: sqlite3.Connection) -> None:
    (mode,) = database.execute("PRAGMA journal_mode = WAL").fetchone()
    database.execute("PRAGMA synchronous = NORMAL")  # a power cut may undo the last changes: they are read again
    (synchronous,) = database.execute("PRAGMA synchronous").fetchone()
    if (mode, synchronous) != ("wal", 1):
        raise StorageError(f"the index has no write-ahead log here ({mode})", "put the cache folder on a local disk")
    database.execute("PRAGMA cache_size = -16000")
    database.execute("BEGIN IMMEDIATE" if _is_new(database) else "BEGIN")
    try:
        if _is_new(database):  # still, now that nobody else may write
            for statement in filter(str.strip, _SCHEMA.split(";")):
                database.execute(statement)
        elif _version(database) != (_APPLICATION, VERSION):
            raise sqlite3.DatabaseError("it is of another version")
        database.execute("COMMIT")
    except BaseException:  # also an interruption: no transaction stays open
        database.execute("ROLLBACK")
        raise


def _version(database: sqlite3.Connection) -> tuple[int, int]:
    application, version = (
        database.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")
    )
    return application, version


def _is_new(database: sqlite3.Connection) -> bool:
    (count,) = database.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return int(count) == 0
