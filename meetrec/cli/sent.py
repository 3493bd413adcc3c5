"""`meetrec sent`: what left this machine."""

from __future__ import annotations

from argparse import Namespace
from datetime import datetime
from typing import Any

from meetrec.cli.output import Output
from meetrec.cli.table import table
from meetrec.core.errors import ExitCode
from meetrec.core.events import RequestSent
from meetrec.storage.ledger import Ledger
from meetrec.storage.paths import Paths

_HEADING = ("when", "where", "bytes", "what for", "answer", "session")


def sent(options: Namespace, output: Output) -> int:
    """Print the ledger, oldest first."""
    rows = Ledger(Paths.from_environment().ledger).read()
    if options.json:
        output.json_value([_as_json(row) for row in rows])
        return ExitCode.DONE
    if not rows:
        output.line("nothing has left this machine")
        return ExitCode.DONE
    for line in table([_HEADING, *map(_row, rows)]):
        output.line(line)
    return ExitCode.DONE


def _as_json(row: RequestSent) -> dict[str, Any]:
    return {
        "time": row.time,
        "method": row.method,
        "url": row.url,
        "purpose": row.purpose,
        "bytes": row.bytes,
        "status": row.status,
        "maybe_charged": _maybe_charged(row),
        "session": row.session,
    }


def _row(row: RequestSent) -> tuple[str, ...]:
    return (_local(row.time), row.url, f"{row.bytes:,}", row.purpose, _answer(row), row.session)


def _answer(row: RequestSent) -> str:
    if row.status:
        return str(row.status)
    return "none, may be charged" if _maybe_charged(row) else "none"


def _maybe_charged(row: RequestSent) -> bool:
    """Tell whether the request went out and its answer never came: the service may have done the work all the same."""
    return row.status == 0 and row.bytes > 0


def _local(time: str) -> str:
    try:
        return f"{datetime.fromisoformat(time).astimezone():%Y-%m-%d %H:%M:%S}"
    except (ValueError, OverflowError):
        return time
