"""`meetrec search`: what was said, in all sessions."""

from __future__ import annotations

import dataclasses
from argparse import Namespace
from typing import Any

from meetrec.cli.output import Output, Piece, Styled
from meetrec.cli.sessions import summary_as_json
from meetrec.core.clock import format_clock, format_length
from meetrec.core.errors import ExitCode, UsageError
from meetrec.core.found import Found, Hit, Results
from meetrec.core.query import parse_query
from meetrec.storage.index import SessionIndex
from meetrec.storage.paths import Paths

SESSIONS = 20
LINES = 5
_ALL = 1_000_000


def search(options: Namespace, output: Output) -> int:
    """Print the sessions in which the query is found, and the lines that hold it."""
    text = " ".join(options.query)
    query = parse_query(text)
    if not query:
        raise UsageError("there is nothing to look for in this query", "name a word; meetrec search --help tells more")
    index = SessionIndex(Paths.from_environment())
    index.update(lambda done, of: output.status(f"indexing {done:,} of {of:,}"))
    output.end_status()
    limit = SESSIONS if options.limit is None else options.limit or _ALL
    results = index.search(query, sessions=limit, lines=_ALL if options.json else LINES)
    if options.json:
        output.json_value(_as_json(results))
    elif not results.found:
        output.line("nothing was found")
    else:
        _print(results, output)
    return ExitCode.DONE


def _as_json(results: Results) -> dict[str, Any]:
    found = [
        {**summary_as_json(one.session), "count": one.count, "hits": [dataclasses.asdict(hit) for hit in one.hits]}
        for one in results.found
    ]
    return {"schema": 1, "sessions": results.sessions, "found": found}


def _print(results: Results, output: Output) -> None:
    for number, one in enumerate(results.found):
        if number:
            output.line()
        _print_session(one, output)
    more = results.sessions - len(results.found)
    if more:
        output.line()
        output.line(f"… in {more:,} more session{'s' if more != 1 else ''} (meetrec search --limit 0 shows all)")


def _print_session(found: Found, output: Output) -> None:
    session = found.session
    about = f" · {session.started_at:%Y-%m-%d %H:%M} · {format_length(session.duration)} · {session.id}"
    output.line(Styled(session.title, "bold"), Styled(about, "dim"))
    for hit in found.hits:
        who = f"{hit.speaker}: " if hit.speaker else f"{hit.kind}: " if hit.kind in ("note", "mark") else ""
        output.line("  ", Styled(format_clock(hit.at), "dim"), f"  {who}", *pieces(hit))
    more = found.count - len(found.hits)
    if more > 0:
        output.line(Styled(f"  … {more:,} more line{'s' if more != 1 else ''}", "dim"))


def pieces(hit: Hit) -> list[Piece]:
    """Return the text of a hit with what was looked for marked."""
    told: list[Piece] = []
    at = 0
    for start, end in hit.marked:
        told += [hit.text[at:start], Styled(hit.text[start:end], "yellow")]
        at = end
    return [*told, hit.text[at:]]
