"""What acts on the running recording from anywhere: stop, pause, resume, mark, note, and status."""

from __future__ import annotations

import contextlib
import json
import time
from argparse import Namespace
from typing import TYPE_CHECKING, Any

from meetrec.cli.output import Output
from meetrec.cli.status_words import status_words
from meetrec.core.clock import format_clock
from meetrec.core.errors import BusyError, ExitCode, MeetrecError
from meetrec.storage.paths import Paths

if TYPE_CHECKING:
    from meetrec.recorder.front import Running

FOLLOW_S = 0.5


def stop(options: Namespace, output: Output) -> int:
    """Stop the running recording."""
    return _control("stop", "", "stopped", options, output)


def pause(options: Namespace, output: Output) -> int:
    """Write nothing until `resume`."""
    return _control("pause", "", "paused", options, output)


def resume(options: Namespace, output: Output) -> int:
    """Go on writing."""
    return _control("resume", "", "recording again", options, output)


def mark(options: Namespace, output: Output) -> int:
    """Mark this moment."""
    return _control("mark", " ".join(options.text), "marked", options, output)


def note(options: Namespace, output: Output) -> int:
    """Keep a note at this moment."""
    return _control("note", " ".join(options.text), "noted", options, output)


def _control(command: str, text: str, done: str, options: Namespace, output: Output) -> int:
    running = _recording()
    values = running.ask("status")
    running.ask(command, text)
    if options.json:
        output.json_value({"schema": 1, "did": command, "id": values["id"], "at": values["elapsed"]})
    else:
        output.line(f"{done} at {format_clock(values['elapsed'])}: {values['title']}")
    return ExitCode.DONE


def _recording() -> Running:
    """Return the process that records now."""
    from meetrec.recorder.front import RecorderFront

    for running in RecorderFront(Paths.from_environment()).running():
        if running.kind == "record":
            return running
    raise MeetrecError("nothing is being recorded", "meetrec record starts a recording")


def status(options: Namespace, output: Output) -> int:
    """Print what is recording or being finished; with --follow a line for each change until Ctrl+C."""
    shown: list[Any] | None = None
    while True:
        jobs = _all_jobs()
        if jobs != shown:
            shown = jobs
            _print_status(jobs, options, output)
        if not options.follow or output.nobody_reads:
            return ExitCode.DONE
        time.sleep(FOLLOW_S)


def _all_jobs() -> list[dict[str, Any]]:
    from meetrec.recorder.front import RecorderFront

    jobs = []
    for running in RecorderFront(Paths.from_environment()).running():
        with contextlib.suppress(BusyError):  # it ended while we looked
            jobs.append(running.ask("status"))
    return jobs


def _print_status(jobs: list[dict[str, Any]], options: Namespace, output: Output) -> None:
    """Print the jobs. As JSON: what the recording one says (else the first), and all of them in `jobs`."""
    if options.json:
        first = jobs[0] if jobs else {"state": "idle"}
        value = {"schema": 1, **first, "jobs": jobs}
        if options.follow:
            output.json_text(json.dumps(value, ensure_ascii=False))
        else:
            output.json_value(value)
        return
    if not jobs:
        output.line("nothing is being recorded")
    for values in jobs:
        output.line(*status_words(values), f" · {values['title']}")
