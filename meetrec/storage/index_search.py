"""Searching: which sessions, by the words of each as a whole; then which lines of the few that are shown.

Words of a query may stand in different lines of a session. Everything that a person wrote reaches SQLite as a bound
value, inside quotes: no query is an expression of its own.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from meetrec.core.found import Found, Hit, Results
from meetrec.core.query import Query, Term, fold
from meetrec.storage.index_rows import read_rows
from meetrec.storage.index_text import CLOSING, LINES_LIMIT, OPENING, marked, phrase

_WHOLE = {"words": "{said title tags}", "speaker": "speakers", "title": "title"}


class SearchIn:
    """Searches an open index."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def results(self, query: Query, sessions: int, lines: int) -> Results:
        """Return at most `sessions` sessions with at most `lines` lines each."""
        numbers = self._sessions(query) if query else []
        ids = [session_id for _, session_id in numbers[:sessions]]
        rows = read_rows(self._database, ids)
        told = _line_expressions(query)
        found = []
        for one in ids:
            if one in rows:
                hits, count = self._lines(told, rows[one].number, lines)
                found.append(Found(session=rows[one].summary, hits=hits, count=count))
        read, known = self._database.execute(
            "SELECT count(*) FILTER (WHERE text_stamp != ''), count(*) FROM session"
        ).fetchone()
        return Results(found=tuple(found), sessions=len(numbers), read=read, known=known)

    def _sessions(self, query: Query) -> list[tuple[int, str]]:
        """Return number and id of every session that is meant, newest first."""
        conditions = ["1"]
        values: list[str | int] = []
        plain = [group for group in query.groups if all(term.field != "tag" for term in group)]
        if plain:
            conditions.append("number IN (SELECT rowid FROM whole WHERE whole MATCH ?)")
            values.append(" AND ".join(_any(map(_in_whole, group)) for group in plain))
        for group in query.groups:
            if group not in plain:
                either = [_condition(term) for term in group]
                conditions.append(f"({' OR '.join(condition for condition, _ in either)})")
                values += [value for _, value in either]
        for term in query.without:
            condition, value = _condition(term)
            conditions.append(f"NOT {condition}")
            values.append(value)
        if query.of("speaker") and query.of("words") and (said := _line_expressions(query)):
            conditions.append("number IN (SELECT rowid / ? FROM line WHERE line MATCH ?)")
            values += [LINES_LIMIT, said[-1]]
        for sign, day in ((">=", query.after), ("<", query.before)):
            if day is not None:
                conditions.append(f"day {sign} ?")
                values.append(day.isoformat())
        where = " AND ".join(conditions)
        wanted = f"SELECT number, id FROM session WHERE {where} ORDER BY newest DESC, id DESC"  # noqa: S608 - ours
        return self._database.execute(wanted, values).fetchall()

    def _lines(self, expressions: Sequence[str], number: int, limit: int) -> tuple[tuple[Hit, ...], int]:
        """Return lines of a session, those that hold all the words before those that hold some, then by time."""
        if not expressions:
            return (), 0
        between = (number * LINES_LIMIT, (number + 1) * LINES_LIMIT - 1)
        rows: dict[int, Any] = {}
        for expression in expressions:
            found = self._database.execute(
                "SELECT rowid, highlight(line, 0, ?, ?), speaker, at, kind FROM line"
                " WHERE line MATCH ? AND rowid BETWEEN ? AND ? ORDER BY rowid LIMIT ?",
                (OPENING, CLOSING, expression, *between, limit),
            )
            for row in found:
                if len(rows) < limit:
                    rows.setdefault(row[0], row)
        (count,) = self._database.execute(
            "SELECT count(*) FROM line WHERE line MATCH ? AND rowid BETWEEN ? AND ?", (expressions[-1], *between)
        ).fetchone()
        return tuple(_hit(*rows[key][1:]) for key in sorted(rows)), count


def _hit(highlighted: str, speaker: str, at: float, kind: str) -> Hit:
    text, spans = marked(highlighted)
    return Hit(at=at, kind=kind, text=text, speaker=marked(speaker)[0], marked=spans)


def _any(expressions: Iterable[str]) -> str:
    return f"({' OR '.join(expressions)})"


def _words(term: Term) -> str:
    return phrase(term.text) + (" *" if term.prefix else "")


def _in_whole(term: Term) -> str:
    return f"{_WHOLE[term.field]} : {_words(term)}"


def _condition(term: Term) -> tuple[str, str]:
    """Return what SQL asks of a session for one term, and the value to bind."""
    if term.field != "tag":
        return "number IN (SELECT rowid FROM whole WHERE whole MATCH ?)", _in_whole(term)
    if term.prefix:
        beginning = fold(term.text).replace("^", "^^").replace("%", "^%").replace("_", "^_")
        return "number IN (SELECT number FROM tag WHERE name LIKE ? ESCAPE '^')", f"{beginning}%"
    return "number IN (SELECT number FROM tag WHERE name = ?)", fold(term.text)


def _line_expressions(query: Query) -> list[str]:
    """Return what the lines of a session are asked for: all the words, then any of them; and by whom."""
    by = query.of("speaker")
    who = _any(f"speaker : {_words(term)}" for term in by) if by else ""
    groups = [
        _any(f"said : {_words(term)}" for term in words)
        for group in query.groups
        if (words := [term for term in group if term.field == "words"])
    ]
    if not groups:
        return [who] if who else []
    told = [_any(groups)]
    if len(groups) > 1:
        told.insert(0, " AND ".join(groups))
    return [f"{who} AND ({one})" if who else one for one in told]
