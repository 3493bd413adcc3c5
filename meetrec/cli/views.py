"""How a job is shown without the app: as JSON lines, as bare captions, or as lines for a person."""

from __future__ import annotations

import time
from collections import deque
from typing import Protocol

from meetrec.cli.event_words import event_lines
from meetrec.cli.output import Output, Styled
from meetrec.cli.spoken_order import SpokenOrder
from meetrec.cli.status_words import level_bars, status_words
from meetrec.cli.table import fit
from meetrec.core import events
from meetrec.core.clock import format_clock
from meetrec.recorder.job import Job
from meetrec.recorder.status import Status

REWRITE_S = 0.2
_BARS_SHOWN = 5


class View(Protocol):
    """Shows the events of one job."""

    def show(self, event: events.Event) -> None:
        """Show one event."""

    def say(self, text: str) -> None:
        """Tell the person at the terminal something that is no event."""

    def end(self) -> None:
        """Show what was held back; nothing more comes."""


class JsonView:
    """Every event as one line of JSON."""

    def __init__(self, output: Output) -> None:
        self._output = output

    def show(self, event: events.Event) -> None:
        self._output.event(event)

    def say(self, text: str) -> None:
        """Nothing: standard output is for programs."""

    def end(self) -> None:
        """Nothing is held back."""


class PlainView:
    """Finished captions in spoken order, one a line, and nothing else."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._order = SpokenOrder()

    def show(self, event: events.Event) -> None:
        self._print(self._order.apply(event))

    def say(self, text: str) -> None:
        """Nothing: a screen reader would read it into the meeting."""

    def end(self) -> None:
        self._print(self._order.rest())

    def _print(self, captions: list[events.CaptionFinal]) -> None:
        for caption in captions:
            self._output.caption(caption.text)


class LinesView:
    """Captions and whatever matters as lines; in a terminal a status line below them, rewritten in place."""

    def __init__(self, output: Output, job: Job) -> None:
        self._output = output
        self._order = SpokenOrder()
        self._status = Status(job)
        self._levels: deque[float] = deque(maxlen=_BARS_SHOWN)
        self._rewritten_at = 0.0
        self._offline = False

    def show(self, event: events.Event) -> None:
        self._status.apply(event)
        if isinstance(event, events.AudioLevel):
            self._levels.append(event.rms)
        elif isinstance(event, events.Fault):
            self._output.warn(event.what, event.hint)
        elif isinstance(event, events.LinkChanged):
            self._show_link(event)
        else:
            self._show_captions(self._order.apply(event))
            for line in event_lines(event, imports=self._status.values["kind"] == "import"):
                self._output.line(line)
        self._rewrite()

    def say(self, text: str) -> None:
        self._output.line(Styled(text, "dim"))

    def end(self) -> None:
        self._show_captions(self._order.rest())
        self._output.end_status()

    def _show_captions(self, captions: list[events.CaptionFinal]) -> None:
        for caption in captions:
            doubt = " (uncertain)" if caption.uncertain else ""
            self._output.line(Styled(format_clock(caption.start), "dim"), f"  {caption.text}{doubt}")

    def _show_link(self, event: events.LinkChanged) -> None:
        """Tell when captions go away and when they are back; what lies between is in the status line."""
        before = self._offline
        self._offline = event.state == "offline" or (before and event.state != "live")
        if self._offline and not before:
            why = event.why or "no connection"
            self._output.warn(f"captions are offline, the recording goes on: {why}", event.hint)
        elif before and not self._offline:
            self._output.line(Styled("captions are live again", "dim"))

    def _rewrite(self) -> None:
        now = time.monotonic()
        if not self._output.rewrites or now - self._rewritten_at < REWRITE_S:
            return
        self._rewritten_at = now
        head, *rest = status_words(self._status.values)
        words = "".join(str(one) for one in rest)
        if self._levels and self._status.values["state"] == "recording":
            words += f" · level {level_bars(self._levels)}"
        taken = len(head.text if isinstance(head, Styled) else head)
        self._output.status(head, fit(words, self._output.columns - taken - 1))


def choose_view(output: Output, job: Job) -> View:
    """Return the view that the options ask for."""
    if output.json_events:
        return JsonView(output)
    return PlainView(output) if output.quiet else LinesView(output, job)
