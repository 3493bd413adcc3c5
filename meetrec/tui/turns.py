"""What the review screen shows, in order: turns, marks, notes and gaps. Values in, values out; no Textual here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from meetrec.core.clock import format_clock
from meetrec.core.transcript import Segment, Transcript, joined
from meetrec.tui.words import moment_words

if TYPE_CHECKING:  # the first screen is there sooner
    from meetrec.core.document import Document


class Line(NamedTuple):
    """One entry. `who` is the id of the speaker, empty where nobody in particular speaks.

    `segments` are those of a turn: what is changed when it is edited, and what its flags belong to.
    """

    start: float
    kind: str
    """"turn", "draft" (a caption), "mark", "note", "fault" or "gap"."""
    text: str
    who: str = ""
    segments: tuple[Segment, ...] = ()


class Who(NamedTuple):
    """A speaker as shown: their number, counted from 0 by first appearance, and their name."""

    number: int
    name: str


def entry_ink(line: Line) -> str:
    """Return the ink in which the text of an entry is written."""
    return {"mark": "accent", "note": "note", "fault": "bad", "gap": "bad"}.get(line.kind, "plain")


def people_of(transcript: Transcript | None) -> dict[str, Who]:
    """Return the speakers by id."""
    return {one.id: Who(number, one.name) for number, one in enumerate(transcript.speakers if transcript else ())}


def who_of(people: Mapping[str, Who], line: Line) -> Who | None:
    """Return who speaks, None where it is nobody in particular."""
    return people.get(line.who)


def review_lines(document: Document) -> list[Line]:
    """Return everything in the order of time; the captions where there is no transcript yet."""
    transcript = document.transcript
    if transcript is not None:
        lines = turn_lines(transcript.segments, document.breaks)
        for gap in transcript.gaps:
            span = f"{format_clock(gap.start)} to {format_clock(gap.end)}"
            lines.append(Line(gap.start, "gap", f"! Not transcribed, {span}: {gap.why}"))
    else:
        lines = _captions(document)
    lines += [Line(one.at, "mark", moment_words("mark", one.text)) for one in document.marks]
    lines += [Line(one.at, "note", moment_words("note", one.text)) for one in document.notes]
    lines += [Line(one.at, "fault", moment_words("fault", one.text)) for one in document.faults]
    return sorted(lines, key=_start)


def turn_lines(segments: Sequence[Segment], breaks: Sequence[float]) -> list[Line]:
    """Return the turns that these segments make."""
    groups = Transcript(segments=tuple(segments)).turn_segments(breaks)
    return [Line(one[0].start, "turn", joined(one), one[0].speaker, tuple(one)) for one in groups]


def _start(line: Line) -> float:
    return line.start


def _captions(document: Document) -> list[Line]:
    return [
        Line(one.start, "draft", f"{one.text} (not confirmed)" if one.uncertain else one.text)
        for one in document.captions
    ]
