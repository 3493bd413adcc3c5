"""The preview beside the library: what a session is, and how it begins."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from textual.strip import Strip

from meetrec.core.clock import format_clock, format_length
from meetrec.tui.painting import Painted, row
from meetrec.tui.ports import SessionSummary
from meetrec.tui.themes import SPEAKER_COUNT, shape_of
from meetrec.tui.turns import Line, Who, entry_ink, people_of, review_lines, who_of
from meetrec.tui.words import date_words, state_sentence
from meetrec.tui.wrap import wrap

if TYPE_CHECKING:  # the first screen is there sooner
    from meetrec.core.document import Document

_LINES_LIMIT = 80


class Glance(NamedTuple):
    """What the preview shows. `text` is None until it has been read."""

    summary: SessionSummary | None
    text: tuple[tuple[Line, Who | None], ...] | None
    names: tuple[str, ...]
    trouble: str


class Preview(Painted[Glance]):
    """Shows a summary at once, and the text of the session when it has been read."""

    def show(self, summary: SessionSummary | None, document: Document | None = None, trouble: str = "") -> None:
        """Show a session. `trouble` says why its text cannot be read."""
        text = _beginning(document) if document is not None else None
        names: tuple[str, ...] = ()
        if document is not None and document.transcript is not None:
            names = tuple(one.name for one in document.transcript.speakers)
        self.show_value(Glance(summary, text, names, trouble))

    def paint(self, value: Glance, width: int) -> list[Strip]:
        summary, text, names, trouble = value
        if summary is None:
            return []
        plain, quiet = self.ink("plain"), self.ink("quiet")
        blank = row(width, [], plain)
        state, tone = state_sentence(summary.state, summary.problem)
        lines = [row(width, [(one, self.ink("strong"))], plain) for one in wrap(summary.title, width)]
        when = f"{date_words(summary.started_at)} · {format_length(summary.duration)}"
        lines += [row(width, [(one, quiet)], plain) for one in wrap(when, width)]
        lines += [row(width, [(one, self.ink(tone))], plain) for one in wrap(state, width)]
        lines += [blank, *self._speakers(width, names or summary.speakers)]
        if trouble:
            return lines + [row(width, [(one, self.ink("bad"))], plain) for one in wrap(trouble, width)]
        if text is None:
            return [*lines, row(width, [("Opening …", quiet)], plain)]
        return lines + self._text(width, text)

    def _speakers(self, width: int, names: tuple[str, ...]) -> list[Strip]:
        if not names:
            return []
        plain = self.ink("plain")
        lines: list[list[tuple[str, int]]] = [[]]
        used = 0
        for number, name in enumerate(names):
            shown = f"{shape_of(number)} {name}   "
            if used + len(shown) > width and lines[-1]:
                lines.append([])
                used = 0
            lines[-1].append((shown, number))
            used += len(shown)
        inked = [[(text, self.ink(f"speaker-{number % SPEAKER_COUNT}")) for text, number in line] for line in lines]
        return [*(row(width, line, plain) for line in inked), row(width, [], plain)]

    def _text(self, width: int, entries: tuple[tuple[Line, Who | None], ...]) -> list[Strip]:
        plain, quiet = self.ink("plain"), self.ink("quiet")
        if not entries:
            return [row(width, [("No words yet.", quiet)], plain)]
        lines = []
        for entry, who in entries:
            head = ("", plain)
            if who is not None:
                head = (f"{shape_of(who.number)} {who.name}  ", self.ink(f"speaker-{who.number % SPEAKER_COUNT}"))
            lines.append(row(width, [head, (format_clock(entry.start), quiet)], plain))
            lines += [row(width, [(one, self.ink(entry_ink(entry)))], plain) for one in wrap(entry.text, width)]
            lines.append(row(width, [], plain))
        return lines[:_LINES_LIMIT]


def _beginning(document: Document) -> tuple[tuple[Line, Who | None], ...]:
    people = people_of(document.transcript)
    return tuple((line, who_of(people, line)) for line in review_lines(document)[:20])
