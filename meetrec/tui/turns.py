"""What the review screen shows, in order: turns, marks, notes and gaps. Values in, values out; no Textual here."""

from __future__ import annotations

from dataclasses import dataclass

from meetrec.core.clock import format_clock
from meetrec.core.document import Document
from meetrec.tui.words import moment_words


@dataclass(frozen=True, slots=True)
class Line:
    """One entry. `speaker` is the number of the speaker counted from 0, None where nobody in particular speaks."""

    start: float
    kind: str
    """"turn", "draft" (a caption), "mark", "note", "fault" or "gap"."""
    text: str
    speaker: int | None = None
    name: str = ""
    doubt: str = ""


def entry_ink(line: Line) -> str:
    """Return the ink in which the text of an entry is written."""
    return {"mark": "accent", "note": "note", "fault": "bad", "gap": "bad"}.get(line.kind, "plain")


def review_lines(document: Document) -> list[Line]:
    """Return everything in the order of time; the captions where there is no transcript yet."""
    lines = _turns(document) if document.transcript is not None else _captions(document)
    lines += [Line(one.at, "mark", moment_words("mark", one.text)) for one in document.marks]
    lines += [Line(one.at, "note", moment_words("note", one.text)) for one in document.notes]
    lines += [Line(one.at, "fault", moment_words("fault", one.text)) for one in document.faults]
    return sorted(lines, key=lambda line: line.start)


def _captions(document: Document) -> list[Line]:
    return [
        Line(one.start, "draft", f"{one.text} (not confirmed)" if one.uncertain else one.text)
        for one in document.captions
    ]


def _turns(document: Document) -> list[Line]:
    transcript = document.transcript
    assert transcript is not None  # noqa: S101 - the caller looked
    numbers = {speaker.id: number for number, speaker in enumerate(transcript.speakers)}
    names = {speaker.id: speaker.name for speaker in transcript.speakers}
    lines = []
    for turn in transcript.turns(document.breaks):
        doubt = next((segment.doubt for segment in turn.segments if segment.doubt), "")
        name = names.get(turn.speaker, turn.speaker)
        lines.append(Line(turn.start, "turn", turn.text, numbers.get(turn.speaker), name, doubt))
    for gap in transcript.gaps:
        span = f"{format_clock(gap.start)} to {format_clock(gap.end)}"
        lines.append(Line(gap.start, "gap", f"! Not transcribed, {span}: {gap.why}"))
    return lines
