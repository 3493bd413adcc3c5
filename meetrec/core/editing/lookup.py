"""Finding speakers and segments of a transcript by what a person or an act calls them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from meetrec.core.errors import UsageError
from meetrec.core.sanitize import one_line, sanitize
from meetrec.core.transcript import TEXT_LIMIT, Segment, Speaker, Transcript

NAME_LIMIT = 80
_FEW = 32


def alike(one: str, other: str) -> bool:
    """Tell whether two names are the same to a reader: case, blanks and the form of accents aside."""
    return _folded(one) == _folded(other)


def default_name(speaker_id: str) -> str:
    """Return what a speaker is called before anybody names them."""
    return f"Speaker {speaker_id[1:]}" if speaker_id[:1] == "S" and speaker_id[1:].isdecimal() else speaker_id


def clean_text(text: str) -> str:
    """Return the text of a segment harmless and on one line."""
    return " ".join(sanitize(text, limit=TEXT_LIMIT).split())


def speaker_of(transcript: Transcript, speaker_id: str) -> Speaker:
    """Return the speaker of that id. Raises UsageError that lists who there is."""
    found = next((one for one in transcript.speakers if one.id == speaker_id), None)
    if found is None:
        listed = ", ".join(f"{one.id} ({one.name})" for one in transcript.speakers[:20]) or "none"
        raise UsageError(f"there is no speaker {one_line(speaker_id, 40)}", f"the speakers are: {listed}")
    return found


def places(transcript: Transcript, ids: Iterable[int]) -> list[int]:
    """Return where the segments of those ids stand, sorted. Raises UsageError for an id that is not there."""
    wanted = set(ids)
    segments = transcript.segments
    found = []
    if len(wanted) <= _FEW:  # ids are numbers by time: a segment stands at its number, or a little before
        for one in sorted(wanted):
            place = min(max(one, 0), len(segments) - 1)
            while place >= 0 and segments[place].id != one:
                place -= 1
            if place < 0:
                break
            found.append(place)
    if len(found) != len(wanted):
        found = [place for place, one in enumerate(segments) if one.id in wanted]
    if not wanted or len(found) != len(wanted):
        missing = sorted(wanted - {segments[place].id for place in found})
        what = f"there is no line {missing[0]}" if missing else "no line is named"
        raise UsageError(what, "meetrec show ID --json tells the lines' numbers, as id")
    return sorted(found)


def segments_between(transcript: Transcript, start: float, end: float | None = None, only: str = "") -> list[Segment]:
    """Return what begins from `start` on and before `end`, of the speaker `only` where that is given."""
    return [
        one
        for one in transcript.segments
        if one.start >= start and (end is None or one.start < end) and (not only or one.speaker == only)
    ]


def new_speaker_id(transcript: Transcript, base: Transcript | None = None) -> str:
    """Return an id that no speaker has, nor had in `base`."""
    taken = {one.id for one in transcript.speakers} | {one.speaker for one in transcript.segments}
    taken |= {one.id for one in base.speakers} if base is not None else set()
    number = 1
    while f"S{number}" in taken:
        number += 1
    return f"S{number}"


def new_segment_id(transcript: Transcript, base: Transcript | None = None) -> int:
    """Return an id that no segment has, nor had in `base`."""
    return 1 + max((one.id for one in (*transcript.segments, *(base.segments if base else ()))), default=-1)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", " ".join(name.split())).casefold()
