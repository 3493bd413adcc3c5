"""What is done with sessions on disk: list, rename, delete."""

from __future__ import annotations

import dataclasses
from argparse import Namespace
from typing import TYPE_CHECKING, Any

from meetrec.cli.output import Output, stdin_is_terminal
from meetrec.cli.table import table
from meetrec.core.clock import format_length
from meetrec.core.errors import BusyError, ExitCode, StorageError, UsageError
from meetrec.core.query import Query, Term, parse_query, selects
from meetrec.core.session import SessionSummary, sort_sessions
from meetrec.storage.contents import contents
from meetrec.storage.locks import RunningJob, running_jobs
from meetrec.storage.paths import Paths
from meetrec.storage.sessions import SessionStore

if TYPE_CHECKING:
    from meetrec.storage.session_folder import SessionFolder

SHOWN = 50
_HEADING = ("date", "length", "state", "speakers", "title", "id")
_TITLE = 4
_SPEAKERS_SHOWN = 3


def list_sessions(options: Namespace, output: Output) -> int:
    """Print the sessions, newest first unless something else is asked for."""
    store = SessionStore(Paths.from_environment())
    limit = (None if options.json else SHOWN) if options.limit is None else options.limit or None
    query = _query(options)
    if limit is not None and not query and options.sort in (None, "date"):
        summaries, count = store.list(limit), None
    else:
        chosen = sort_sessions([one for one in _all(store) if selects(query, one)], options.sort or "date")
        summaries, count = chosen[:limit], len(chosen)
    if options.json:
        output.json_value([summary_as_json(one) for one in summaries])
        return ExitCode.DONE
    if not summaries:
        output.line(
            "no session is like that"
            if query and store.ids()
            else "no sessions yet: meetrec record begins one, meetrec demo shows how it goes"
        )
        return ExitCode.DONE
    columns = output.columns if output.rewrites else None
    for line in table([_HEADING, *map(_row, summaries)], columns=columns, shrink=_TITLE):
        output.line(line)
    more = (len(store.ids()) if count is None else count) - len(summaries)
    if more > 0:
        output.line(f"… {more} more (meetrec list --limit 0 shows all)")
    return ExitCode.DONE


def _query(options: Namespace) -> Query:
    """Return what the options ask for, as a query."""
    days = " ".join(f"{name}:{value}" for name in ("after", "before") if (value := getattr(options, name)))
    groups = [(Term("tag", tag.lstrip("#")),) for tag in options.tag]
    groups += [(Term("speaker", name),) for name in options.person]
    return dataclasses.replace(parse_query(days), groups=tuple(groups))


def _all(store: SessionStore) -> list[SessionSummary]:
    """Return all sessions, newest first; only what changed since the last time is read, where an index can be kept."""
    from meetrec.storage.index import SessionIndex

    try:
        index = SessionIndex(store.paths)
        index.update(words=False)
        return index.everything()
    except StorageError:
        return store.list()


def _row(summary: SessionSummary) -> tuple[str, ...]:
    named = ", ".join(summary.speakers[:_SPEAKERS_SHOWN])
    more = len(summary.speakers) - _SPEAKERS_SHOWN
    return (
        f"{summary.started_at:%Y-%m-%d %H:%M}",
        format_length(summary.duration),
        summary.state,
        f"{named} +{more}" if more > 0 else named,
        "".join(
            [
                "* " if summary.pinned else "",
                summary.title,
                " (simulated)" if summary.simulated else "",
                *(f" #{tag}" for tag in summary.tags),
            ]
        ),
        summary.id,
    )


def summary_as_json(summary: SessionSummary) -> dict[str, Any]:
    """Return a session of the list as JSON."""
    values = dataclasses.asdict(summary)
    return {"schema": 1, **values, "started_at": summary.started_at.isoformat(timespec="seconds")}


def job_of(paths: Paths, folder: SessionFolder) -> RunningJob | None:
    """Return the recorder process at work on the session, if any."""
    return next((job for job in running_jobs(paths) if job.session == folder.id), None)


def rename(options: Namespace, output: Output) -> int:
    """Give a session another title; its ID stays."""
    folder = SessionStore(Paths.from_environment()).find(options.id)
    title = " ".join(options.title)
    if not title.strip():
        raise UsageError("the title is empty", "say what the session is called")
    session = folder.rename(title)
    render_minutes(folder)
    if options.json:
        output.json_value({"schema": 1, "id": folder.id, "title": session.title})
    else:
        output.line(f"{folder.id} is now called {session.title}")
    return ExitCode.DONE


def render_minutes(folder: SessionFolder) -> None:
    """Write the minutes anew where there are any, so that they bear the title and the names as they are now."""
    from meetrec.workflow.minutes import write_minutes

    if folder.minutes.exists():
        write_minutes(folder)


def delete(options: Namespace, output: Output) -> int:
    """Delete a session, or its sound alone; asks first."""
    paths = Paths.from_environment()
    store = SessionStore(paths)
    folder = store.find(options.id)
    summary = store.summary(folder.id)
    if job_of(paths, folder) is not None:
        raise BusyError(f"{folder.id} is in use: {summary.state}", "wait until it is done, or run meetrec stop")
    what = "the sound" if options.audio else "all"
    gone = "; ".join(contents(folder, audio_only=options.audio))
    if not options.yes:
        if not stdin_is_terminal():
            raise UsageError("nobody is there to ask whether to delete", "say --yes")
        length = format_length(summary.duration)
        if not output.ask(
            f"Delete {what} of {summary.title} ({summary.started_at:%Y-%m-%d %H:%M}, {length}) for good: {gone}?"
        ):
            output.line("nothing was deleted")
            return ExitCode.FAILED
    store.delete(folder, audio_only=options.audio)
    if options.json:
        output.json_value({"schema": 1, "id": folder.id, "deleted": "audio" if options.audio else "session"})
    else:
        output.line(f"deleted {what} of {folder.id}")
    return ExitCode.DONE
