"""The rows of the index: what is known of a session, and its words, written and forgotten as one."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple, get_args

from meetrec.core.query import fold
from meetrec.core.session import SessionState, SessionSummary
from meetrec.storage.index_text import BREAK, LINES_LIMIT, Line, apart

_COLUMNS = (
    "number, stamp, text_stamp, id, title, started_at, duration, speakers, state, problem, simulated, tags, pinned"
)
_STATES = {state: state for state in get_args(SessionState)}
_AT_ONCE = 500


class Row(NamedTuple):
    """A session as the index knows it; its words are those of `stamp` where `text_stamp` is the same."""

    number: int
    stamp: str
    text_stamp: str
    summary: SessionSummary


def remember(database: sqlite3.Connection, summary: SessionSummary, newest: str, stamp: str) -> None:
    """Write what is known of a session; its words are read later."""
    values: dict[str, Any] = {
        "id": summary.id, "newest": newest, "stamp": stamp, "day": f"{summary.started_at:%Y-%m-%d}",
        "started_at": summary.started_at.isoformat(), "title": summary.title, "duration": summary.duration,
        "speakers": json.dumps(summary.speakers, ensure_ascii=False), "state": summary.state,
        "problem": summary.problem, "simulated": summary.simulated,
        "tags": json.dumps(summary.tags, ensure_ascii=False), "pinned": summary.pinned,
    }  # fmt: skip
    names, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
    changes = ", ".join(f"{name} = excluded.{name}" for name in values if name != "id")
    database.execute(
        f"INSERT INTO session ({names}) VALUES ({marks}) ON CONFLICT (id) DO UPDATE SET {changes}",  # noqa: S608 - ours
        values,
    )
    (number,) = database.execute("SELECT number FROM session WHERE id = ?", (summary.id,)).fetchone()
    database.execute("DELETE FROM tag WHERE number = ?", (number,))
    database.executemany("INSERT OR IGNORE INTO tag VALUES (?, ?)", [(fold(tag), number) for tag in summary.tags])


def remember_text(database: sqlite3.Connection, row: Row, lines: Sequence[Line]) -> None:
    """Write the words of a session in place of those that were there."""
    _forget_text(database, row.number)
    if database.execute("SELECT id FROM session WHERE number = ?", (row.number,)).fetchone() != (row.summary.id,):
        return  # another process has forgotten it
    first = row.number * LINES_LIMIT
    database.executemany(
        "INSERT INTO line (rowid, said, speaker, at, kind) VALUES (?, ?, ?, ?, ?)",
        [(first + place, one.said, one.speaker, one.at, one.kind) for place, one in enumerate(lines)],
    )
    said = f" {BREAK} ".join(one.said for one in lines)
    speakers = f" {BREAK} ".join(dict.fromkeys(one.speaker for one in lines if one.speaker))
    title, tags = apart(row.summary.title), apart(f" {BREAK} ".join(row.summary.tags))
    database.execute("INSERT INTO whole (rowid, said, speakers, title, tags) VALUES (?, ?, ?, ?, ?)",
                     (row.number, said, speakers, title, tags))  # fmt: skip
    database.execute("INSERT OR REPLACE INTO whole_head VALUES (?, ?, ?, ?)", (row.number, speakers, title, tags))
    database.execute("UPDATE session SET text_stamp = ? WHERE number = ?", (row.stamp, row.number))


def forget(database: sqlite3.Connection, session_id: str) -> None:
    """Take a session out."""
    found = database.execute("SELECT number FROM session WHERE id = ?", (session_id,)).fetchone()
    if found is not None:
        _forget_text(database, found[0])
        database.execute("DELETE FROM tag WHERE number = ?", found)
        database.execute("DELETE FROM session WHERE number = ?", found)


def _forget_text(database: sqlite3.Connection, number: int) -> None:
    """Delete words. `whole` keeps no text: FTS5 must be told again what it was given."""
    head = database.execute("SELECT speakers, title, tags FROM whole_head WHERE number = ?", (number,)).fetchone()
    if head is None:
        return
    between = (number * LINES_LIMIT, (number + 1) * LINES_LIMIT - 1)
    said = f" {BREAK} ".join(
        text
        for (text,) in database.execute("SELECT said FROM line WHERE rowid BETWEEN ? AND ? ORDER BY rowid", between)
    )
    database.execute("INSERT INTO whole (whole, rowid, said, speakers, title, tags) VALUES ('delete', ?, ?, ?, ?, ?)",
                     (number, said, *head))  # fmt: skip
    database.execute("DELETE FROM line WHERE rowid BETWEEN ? AND ?", between)
    database.execute("DELETE FROM whole_head WHERE number = ?", (number,))


def known_stamps(database: sqlite3.Connection, ids: Sequence[str] | None = None) -> dict[str, str]:
    """Return the stamp of each of these sessions that the index knows, of all for None."""
    if ids is None:
        return dict(database.execute("SELECT id, stamp FROM session"))
    found: dict[str, str] = {}
    for some in _some(ids):
        found.update(database.execute(f"SELECT id, stamp FROM session WHERE id IN ({_marks(some)})", some))  # noqa: S608 - ours
    return found


def newest_ids(database: sqlite3.Connection, limit: int) -> tuple[list[str], int]:
    """Return the pinned sessions and the newest `limit` ones, and how many there are in all."""
    pinned = database.execute("SELECT id FROM session WHERE pinned ORDER BY newest DESC, id DESC")
    newest = database.execute("SELECT id FROM session ORDER BY newest DESC, id DESC LIMIT ?", (limit,))
    (count,) = database.execute("SELECT count(*) FROM session").fetchone()
    return list(dict.fromkeys(one for (one,) in [*pinned, *newest])), count


def read_rows(database: sqlite3.Connection, ids: Iterable[str] | None = None) -> dict[str, Row]:
    """Return these sessions by id, all of them, newest first, for None."""
    if ids is None:
        found = database.execute(f"SELECT {_COLUMNS} FROM session ORDER BY newest DESC, id DESC")  # noqa: S608 - ours
        return {row[3]: _row(row) for row in found}
    rows = {}
    for some in _some(list(ids)):
        for row in database.execute(f"SELECT {_COLUMNS} FROM session WHERE id IN ({_marks(some)})", some):  # noqa: S608 - ours
            rows[row[3]] = _row(row)
    return rows


def unread(database: sqlite3.Connection) -> tuple[list[Row], int]:
    """Return the sessions whose words are to be read, newest first, and how many sessions there are in all."""
    found = database.execute(
        f"SELECT {_COLUMNS} FROM session WHERE stamp != text_stamp ORDER BY newest DESC, id DESC"  # noqa: S608 - ours
    )
    rows = [_row(row) for row in found]
    return rows, database.execute("SELECT count(*) FROM session").fetchone()[0]


def _row(values: tuple[Any, ...]) -> Row:
    number, stamp, text_stamp, session_id, title, started, duration, speakers, state, problem, simulated, tags, pin = (
        values
    )
    summary = SessionSummary(
        id=session_id, title=title, started_at=datetime.fromisoformat(started), duration=duration,
        speakers=() if speakers == "[]" else tuple(json.loads(speakers)), state=_STATES[state], problem=problem,
        simulated=bool(simulated), tags=() if tags == "[]" else tuple(json.loads(tags)), pinned=bool(pin),
    )  # fmt: skip
    return Row(number, stamp, text_stamp, summary)


def _some(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for first in range(0, len(ids), _AT_ONCE):
        yield ids[first : first + _AT_ONCE]


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values))
