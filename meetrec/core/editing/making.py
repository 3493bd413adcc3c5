"""Transcripts with other segments, and with more of them: cut in two, or added. Used to carry out acts."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping

from meetrec.core.editing.acts import AddSegment, CutSegment
from meetrec.core.editing.lookup import clean_text, default_name, places, speaker_of
from meetrec.core.errors import UsageError
from meetrec.core.transcript import Segment, Speaker, Transcript


def with_segments(
    transcript: Transcript, segments: tuple[Segment, ...], named: Mapping[str, Speaker] | None = None
) -> Transcript:
    """Return the transcript with other segments; `named` are speakers as they are from now on, by id."""
    known = {one.id: one for one in transcript.speakers} | dict(named or {})
    speakers = tuple(
        known.get(one) or Speaker(one, default_name(one)) for one in dict.fromkeys(one.speaker for one in segments)
    )
    return dataclasses.replace(transcript, segments=segments, speakers=speakers)


def words_of(text: str) -> str:
    """Return what a segment says. Raises UsageError where that is nothing."""
    words = clean_text(text)
    if not words:
        raise UsageError("a line can't be without words", "delete the line instead")
    return words


def with_made(transcript: Transcript, acts: Iterable[CutSegment | AddSegment]) -> Transcript:
    """Return the transcript after the acts, one after the other. Raises UsageError where one makes no sense.

    They are carried out together: the work grows with the number of acts and of segments, not with both.
    """
    segments = list(transcript.segments)
    at = {one.id: place for place, one in enumerate(segments)}
    for act in acts:
        if isinstance(act, CutSegment):
            place = at[act.segment] if act.segment in at else places(transcript, [act.segment])[0]
            segments[place], new = _cut(segments[place], act)
        else:
            new = _added(transcript, act)
        if new.id in at:
            raise UsageError(f"there is a line {new.id} already", "choose another number")
        at[new.id] = len(segments)
        segments.append(new)
    segments.sort(key=lambda one: one.start)  # stable: what stood in order keeps it
    return with_segments(transcript, tuple(segments))


def _cut(one: Segment, act: CutSegment) -> tuple[Segment, Segment]:
    at = min(max(act.at, one.start), one.end)
    first = dataclasses.replace(one, end=at, text=words_of(act.before))
    return first, dataclasses.replace(one, id=act.new, start=at, text=words_of(act.after))


def _added(transcript: Transcript, act: AddSegment) -> Segment:
    start = min(max(act.start, 0.0), max(transcript.duration, 0.0))
    end = min(max(act.end, start), max(transcript.duration, start))
    speaker_of(transcript, act.speaker)
    return Segment(act.segment, start, end, act.speaker, words_of(act.text))
