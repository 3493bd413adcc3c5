"""How an import of several files is shown: one line a file when it is done, and what is under way in a status line."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path

from meetrec.cli.event_words import event_lines
from meetrec.cli.output import Output, Styled
from meetrec.cli.table import fit
from meetrec.core import events
from meetrec.core.clock import format_clock, format_length
from meetrec.core.errors import MeetrecError
from meetrec.recorder.job import Job
from meetrec.recorder.status import Status

REWRITE_S = 0.2


class ImportProgress:
    """Shows the events of several jobs, which are known by the place of their file."""

    def __init__(self, output: Output, files: Sequence[str]) -> None:
        self._output = output
        self._names = [Path(name).name for name in files]
        self._under_way: dict[int, Status] = {}
        self._speakers: dict[int, int] = {}
        self._told: set[str] = set()
        self._settled = 0
        self._rewritten_at = 0.0

    def begin(self, number: int, job: Job) -> None:
        """A file is being read."""
        self._under_way[number] = Status(job)
        self._rewrite(at_once=True)

    def show(self, number: int, event: events.Event) -> None:
        """Show an event; with --json each is one line, with the file's name in `file`."""
        self._under_way[number].apply(event)
        if self._output.json_events:
            named = {**json.loads(event.to_json()), "file": self._names[number]}
            self._output.json_text(json.dumps(named, ensure_ascii=False))
            return
        if isinstance(event, events.Notice):
            self._tell_once(event)
        elif isinstance(event, events.Fault):
            self._output.warn(self._named(number, event.what), event.hint)
        elif isinstance(event, events.RecordingStopped) and event.why:  # the file is damaged: less came than it claims
            self._output.warn(self._named(number, event.why))
        elif isinstance(event, events.PartFailed):
            self._output.line(*(self._named(number, line) for line in event_lines(event)))
        elif isinstance(event, events.MinutesReady):
            self._speakers[number] = event.speakers
        self._rewrite()

    def done(self, number: int) -> None:
        """A file has become a session."""
        values = self._under_way[number].values
        about = format_length(values["elapsed"])
        if number in self._speakers:
            count = self._speakers[number]
            about += f", {count} speaker{'s' * (count != 1)}"
        self._settle(number)
        if not self._output.json_events:
            place = Styled(f"{number + 1} of {len(self._names)}: ", "dim")
            self._output.line(place, Styled(self._names[number], "bold"), f", {about}: {values['id']}")
        self._rewrite(at_once=True)

    def failed(self, number: int, error: MeetrecError) -> None:
        """A file has not become a session, or one without minutes."""
        self._settle(number)
        self._output.error(MeetrecError(self._named(number, error.message), error.hint))
        self._rewrite(at_once=True)

    def say(self, text: str) -> None:
        """Tell the person at the terminal something that is no event."""
        if not self._output.json_events:
            self._output.line(Styled(text, "dim"))

    def end(self) -> None:
        """Nothing more comes."""
        self._output.end_status()

    def _settle(self, number: int) -> None:
        self._under_way.pop(number, None)
        self._settled += 1

    def _named(self, number: int, words: str) -> str:
        name = self._names[number]
        return words if name in words else f"{name}: {words}"

    def _tell_once(self, event: events.Notice) -> None:
        """Say what is worth knowing of all of them only once."""
        if event.what not in self._told:
            self._told.add(event.what)
            for line in event_lines(event):
                self._output.line(line)

    def _rewrite(self, *, at_once: bool = False) -> None:
        now = time.monotonic()
        if not self._output.rewrites or (now - self._rewritten_at < REWRITE_S and not at_once):
            return
        self._rewritten_at = now
        pieces = [f"{self._settled} of {len(self._names)} done"]
        pieces += [f"{self._names[number]} {_stage(status)}" for number, status in self._under_way.items()]
        self._output.status(fit(" · ".join(pieces), self._output.columns - 1))


def _stage(status: Status) -> str:
    """Say how far one file is."""
    values = status.values
    if values["state"] == "finishing":
        return f"{values['parts']['done']} of {values['parts']['of']} transcribed"
    return f"read to {format_clock(values['elapsed'])}"
