"""Acts in words: what undo would undo, and what the list of versions shows."""

from __future__ import annotations

from meetrec.core.clock import format_clock
from meetrec.core.editing.acts import (
    Act,
    AddSegment,
    AssignEach,
    AssignSegments,
    AssignSpan,
    Composite,
    CutSegment,
    DeleteSegments,
    EditText,
    MergeSpeakers,
    NameSpeaker,
    NewSpeaker,
    SwapSpeakers,
    TakeNames,
)
from meetrec.core.sanitize import one_line


def act_words(act: Act) -> str:
    """Return one short line: "S1 named Ana", "3 lines assigned to S2"."""
    return one_line(_name_words(act) or _speaker_words(act) or _text_words(act), 100)


def _name_words(act: Act) -> str:
    match act:
        case NameSpeaker(speaker, name):
            return f"{speaker} named {name}" if name else f"the name of {speaker} taken away"
        case TakeNames(names):
            return ", ".join(f"{one} named {name or 'nothing'}" for one, name in names) + " in session.toml"
        case MergeSpeakers(into, other):
            return f"{other} merged into {into}"
        case NewSpeaker(speaker, segments, name):
            return f"{_lines(segments)} made a speaker of their own, {name or speaker}"
    return ""


def _speaker_words(act: Act) -> str:
    match act:
        case SwapSpeakers(one, other, start, end):
            return f"{one} and {other} swapped{_span(start, end)}"
        case AssignSegments(segments, speaker):
            return f"{_lines(segments)} assigned to {speaker}"
        case AssignEach(speakers):
            return f"{_lines(speakers)} assigned to {', '.join(sorted({one for _, one in speakers}))}"
        case AssignSpan(speaker, start, end, only):
            return f"everything{f' by {only}' if only else ''}{_span(start, end)} assigned to {speaker}"
    return ""


def _text_words(act: Act) -> str:
    match act:
        case EditText(texts):
            return f"text of {_lines(texts)} changed"
        case CutSegment(segment, at):
            return f"line {segment} divided at {format_clock(at)}"
        case AddSegment(_, start, _, speaker):
            return f"a line of {speaker} added at {format_clock(start)}"
        case DeleteSegments(segments):
            return f"{_lines(segments)} deleted"
        case Composite(acts, what):
            return what or f"{len(acts)} change{'s' * (len(acts) != 1)}"
    return act.kind


def _lines(ids: tuple[object, ...]) -> str:
    return "1 line" if len(ids) == 1 else f"{len(ids)} lines"


def _span(start: float, end: float | None) -> str:
    if end is not None:
        return f" from {format_clock(start)} to {format_clock(end)}"
    return f" from {format_clock(start)} on" if start > 0 else ""
