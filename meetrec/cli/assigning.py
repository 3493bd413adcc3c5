"""`meetrec assign`: who said a line, a turn, or everything from a time on."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING

from meetrec.cli.changing import change, find_session, open_editing, tell
from meetrec.cli.output import Output
from meetrec.core.clock import format_clock
from meetrec.core.editing.acts import AssignSpan
from meetrec.core.editing.edits import segments_between
from meetrec.core.editing.origins import find_speaker, said_by
from meetrec.core.errors import UsageError
from meetrec.core.moments import moment, span
from meetrec.core.sanitize import one_line
from meetrec.storage.documents import load_document

if TYPE_CHECKING:
    from meetrec.core.document import Document
    from meetrec.core.editing.acts import Act
    from meetrec.core.transcript import Transcript

NEW = "new"


def assign(options: Namespace, output: Output) -> int:
    """Carry it out and say what was done."""
    if options.start is None and (options.end is not None or options.only):
        raise UsageError("--to and --only need --from", "say from when on, as in --from 0:00")
    folder = find_session(options)
    editing = open_editing(folder)
    document = load_document(folder)
    if options.start is not None:
        wanted = _from_time(options, document, editing.base)
    else:
        wanted = _lines(options, document, editing.base)
    return tell(options, output, editing, change(editing, wanted))


def _lines(options: Namespace, document: Document, base: Transcript) -> Callable[[Transcript], Act]:
    def act(now: Transcript) -> Act:
        if options.turn is not None:
            at = moment(options.turn, document)
            if at > document.duration + 1:
                ends = f"it ends at {format_clock(document.duration)}; meetrec show ID shows what was said when"
                raise UsageError(f"the session is over at {one_line(options.turn, 40)}", ends)
            ids = _turn_at(at, now, document.breaks, options.turn)
        else:
            ids = tuple(dict.fromkeys(number for numbers in options.line for number in numbers))
        return _said_by(now, base, ids, options.speaker)

    return act


def _turn_at(at: float, now: Transcript, breaks: list[float], shown: str) -> tuple[int, ...]:
    """Return the lines of the turn that is spoken at that time; the last one begun before, in a pause."""
    turns = [turn for turn in now.turns(breaks) if turn.start < at + 1]  # times are shown in whole seconds
    if not turns:
        raise UsageError(f"nothing was said at {shown}", "meetrec show ID shows what was said when")
    return tuple(one.id for one in turns[-1].segments)


def _from_time(options: Namespace, document: Document, base: Transcript) -> Callable[[Transcript], Act]:
    start, end = span(options.start, options.end, document)

    def act(now: Transcript) -> Act:
        only = find_speaker(now, options.only) if options.only else ""
        ids = tuple(one.id for one in segments_between(now, start, end, only))
        if not ids:
            raise UsageError("nothing was said there", "meetrec show ID shows what was said when")
        said = _said_by(now, base, ids, options.speaker)
        known = getattr(said, "speaker", "")
        return AssignSpan(known, start, end, only) if any(one.id == known for one in now.speakers) else said

    return act


def _said_by(now: Transcript, base: Transcript, ids: tuple[int, ...], speaker: str) -> Act:
    return said_by(now, base, ids, "" if speaker.casefold() == NEW else speaker)
