"""A document in reading order: turns, with marks, notes and gaps at their times."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from meetrec.core.clock import format_clock, format_length
from meetrec.core.document import Document
from meetrec.core.sanitize import sanitize
from meetrec.core.transcript import Segment, Transcript

PARAGRAPH_S = 60.0
"""Where nothing tells who speaks, text is divided after a pause, and at least this often."""

Kind = Literal["gap", "mark", "note", "turn"]
_ORDER: dict[Kind, int] = {"gap": 0, "mark": 1, "note": 2, "turn": 3}


@dataclass(frozen=True, slots=True)
class Entry:
    """One paragraph. `name` is who speaks, empty where that is not known; `end` matters for gaps.

    A turn has its segments as well, and the id of its speaker.
    """

    kind: Kind
    start: float
    end: float
    text: str
    name: str = ""
    speaker: str = ""
    segments: tuple[Segment, ...] = ()


def plain(text: str) -> str:
    """Return the text harmless and on one line."""
    return " ".join(sanitize(text).split())


def spoken(document: Document) -> Transcript:
    """Return the transcript, or the captions in its form while there is none."""
    if document.transcript is not None:
        return document.transcript
    segments = tuple(
        Segment(number, one.start, one.end, "", one.text) for number, one in enumerate(document.captions) if one.text
    )
    return Transcript(segments=segments, duration=document.duration, tells_speakers=False)


def entries(document: Document) -> list[Entry]:
    """Return all paragraphs by time; a mark or a note stands before what was said after it."""
    found = [*_turns(document), *_remarks(document)]
    return sorted(found, key=lambda one: (one.start, _ORDER[one.kind]))


def _turns(document: Document) -> Iterator[Entry]:
    transcript = spoken(document)
    breaks = document.breaks + [gap.start for gap in transcript.gaps]
    if not transcript.tells_speakers and transcript.segments:
        last = transcript.segments[-1].start
        breaks += [PARAGRAPH_S * minute for minute in range(1, int(last / PARAGRAPH_S) + 1)]
    names = speaker_names(transcript)
    for turn in transcript.turns(breaks):
        # Each by itself: the end of one and the beginning of the next together could look like a terminal's sequence.
        if text := " ".join(words for one in turn.segments if (words := plain(one.text))):
            name = names.get(turn.speaker, "")
            yield Entry("turn", turn.start, turn.end, text, name, turn.speaker if name else "", turn.segments)


def _remarks(document: Document) -> Iterator[Entry]:
    for mark in document.marks:
        yield Entry("mark", mark.at, mark.at, plain(mark.text))
    for note in document.notes:
        yield Entry("note", note.at, note.at, plain(note.text))
    for gap in spoken(document).gaps:
        yield Entry("gap", gap.start, gap.end, plain(gap.why))


def speaker_names(transcript: Transcript) -> dict[str, str]:
    """Return the name to show by speaker id; none where the model does not tell speakers."""
    if not transcript.tells_speakers:
        return {}
    ids = [one.id for one in transcript.speakers] + [one.speaker for one in transcript.segments]
    return {one: plain(transcript.speaker(one).name) or plain(one) or "?" for one in dict.fromkeys(ids)}


def gap_words(entry: Entry, document: Document) -> str:
    """Return what to say of a part without an answer, up to the command that tries again."""
    span = f"{format_clock(entry.start)}–{format_clock(entry.end)}"
    return f"not transcribed {span}: {entry.text or 'no answer'}; run {finish_command(document)}"


def finish_command(document: Document) -> str:
    """Return the command that makes what is missing."""
    return f"meetrec finish {plain(document.session.id)}"


def headline(document: Document) -> str:
    """Return date, length and speakers on one line."""
    names = list(dict.fromkeys(speaker_names(spoken(document)).values()))
    parts = [f"{document.session.started_at:%Y-%m-%d %H:%M}", format_length(document.duration), ", ".join(names)]
    return " · ".join(part for part in parts if part)


def remarks_on(document: Document) -> Iterator[str]:
    """Yield the sentences that must stand above the text: simulated, a draft, speakers not told apart, no speech."""
    transcript = spoken(document)
    if document.session.simulated:
        yield "Simulated: the words come from meetrec's built-in demo service, not from a speech model."
    if document.is_draft:
        yield _draft_words(document)
    elif not transcript.tells_speakers:
        yield f"The model {plain(transcript.model) or 'used'} does not tell speakers apart."
    if not transcript.segments and not document.is_draft:
        yield "No speech was found in the recording."


def _draft_words(document: Document) -> str:
    begin = "First draft, from the live captions" if document.captions else "There are no captions"
    if document.state in {"recording", "finishing"}:
        return f"{begin}: the minutes are not made yet."
    why = f" ({plain(document.problem)})" if document.problem else ""
    return f"{begin}: the minutes are not made{why}; run {finish_command(document)}"
