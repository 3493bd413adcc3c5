"""`meetrec speakers`: who speaks in a session, and what they are called."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from meetrec.cli.output import Output
from meetrec.cli.sessions import render_minutes
from meetrec.cli.table import table
from meetrec.core.clock import format_length
from meetrec.core.document import Document
from meetrec.core.errors import ExitCode, MeetrecError, UsageError
from meetrec.storage.documents import load_document
from meetrec.storage.paths import Paths
from meetrec.storage.sessions import SessionStore

_HEADING = ("label", "name", "talk time", "says")


def speakers(options: Namespace, output: Output) -> int:
    """List the speakers, or name them: `meetrec speakers latest S1=Ana`."""
    folder = SessionStore(Paths.from_environment()).find(options.id)
    if load_document(folder).transcript is None:
        raise MeetrecError(f"{folder.id} has no minutes yet", f"run meetrec finish {folder.id}")
    pairs = [_pair(text) for text in options.names]
    for label, name in pairs:
        folder.name_speaker(label, name)
    if pairs:
        render_minutes(folder)
    rows = _rows(load_document(folder))
    if options.json:
        output.json_value(rows)
        return ExitCode.DONE
    for line in table(
        [_HEADING, *((row["id"], row["name"], format_length(row["talk_time"]), row["says"]) for row in rows)],
        columns=output.columns if output.rewrites else 100,
        shrink=3,
    ):
        output.line(line)
    return ExitCode.DONE


def _pair(text: str) -> tuple[str, str]:
    label, equals, name = text.partition("=")
    if not equals or not label.strip():
        raise UsageError(f"{text} names nobody", 'write LABEL=NAME, as in "S1=Ana"')
    return label.strip(), name.strip()


def _rows(document: Document) -> list[dict[str, Any]]:
    """Return the speakers as the session's JSON has them, with the longest they say at once."""
    transcript = document.transcript
    if transcript is None:
        return []
    times = transcript.talk_times()
    turns = transcript.turns()
    return [
        {
            "id": one.id,
            "name": one.name,
            "named": one.named,
            "talk_time": round(times[one.id], 1),
            "says": max((turn.text for turn in turns if turn.speaker == one.id), key=len, default="")[:200],
        }
        for one in transcript.speakers
    ]
