"""Carrying out acts: a transcript and an act become another transcript. The first is never changed.

Whatever is done, these hold: segments are sorted by start, none is empty, none is lost unless it is deleted, and the
speakers are those who say something, by first appearance.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from itertools import groupby
from typing import Any

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
from meetrec.core.editing.lookup import NAME_LIMIT as NAME_LIMIT
from meetrec.core.editing.lookup import alike as alike
from meetrec.core.editing.lookup import clean_text as clean_text
from meetrec.core.editing.lookup import default_name as default_name
from meetrec.core.editing.lookup import new_segment_id as new_segment_id
from meetrec.core.editing.lookup import new_speaker_id as new_speaker_id
from meetrec.core.editing.lookup import places as places
from meetrec.core.editing.lookup import segments_between as segments_between
from meetrec.core.editing.lookup import speaker_of as speaker_of
from meetrec.core.editing.making import with_made, with_segments, words_of
from meetrec.core.errors import UsageError
from meetrec.core.sanitize import one_line
from meetrec.core.transcript import Segment, Speaker, Transcript


def apply(transcript: Transcript, act: Act) -> Transcript:
    """Return the transcript as it is after the act. Raises UsageError where the act makes no sense for it."""
    return _DOING[type(act)](transcript, act)


def _spoken_by(segment: Segment, speaker: str) -> Segment:
    # the constructor itself: dataclasses.replace takes three times as long, and there may be 20,000
    return Segment(segment.id, segment.start, segment.end, speaker, segment.text, segment.track, unsure=segment.unsure)


def _told(transcript: Transcript) -> Transcript:
    """Return the transcript as one in which it is known who speaks: a person has said so."""
    return transcript if transcript.tells_speakers else dataclasses.replace(transcript, tells_speakers=True)


# -- who spoke -------------------------------------------------------------------------------------------------------


def _name(transcript: Transcript, act: NameSpeaker) -> Transcript:
    speaker_of(transcript, act.speaker)
    name = one_line(act.name, NAME_LIMIT)
    same = [one for one in transcript.speakers if one.id != act.speaker and name and alike(one.name, name)]
    if same:
        return _merge(transcript, MergeSpeakers(same[0].id, act.speaker))
    named = Speaker(act.speaker, name, named=True) if name else Speaker(act.speaker, default_name(act.speaker))
    return _told(_renamed(transcript, {act.speaker: named}))


def _renamed(transcript: Transcript, named: Mapping[str, Speaker]) -> Transcript:
    speakers = tuple(named.get(one.id, one) for one in transcript.speakers)
    return dataclasses.replace(transcript, speakers=speakers)


def _take_names(transcript: Transcript, act: TakeNames) -> Transcript:
    names = {one: one_line(name, NAME_LIMIT) for one, name in act.names}
    return _renamed(
        transcript,
        {
            one: Speaker(one, name, named=True) if name else Speaker(one, default_name(one))
            for one, name in names.items()
        },
    )


def _merge(transcript: Transcript, act: MergeSpeakers) -> Transcript:
    speaker_of(transcript, act.into)
    speaker_of(transcript, act.other)
    if act.into == act.other:
        raise UsageError(f"{act.into} and {act.other} are one speaker already", "name two different speakers")
    return _assign(
        transcript, (place for place, one in enumerate(transcript.segments) if one.speaker == act.other), act.into
    )


def _assign(
    transcript: Transcript, at: Iterable[int], speaker: str, named: Mapping[str, Speaker] | None = None
) -> Transcript:
    segments = list(transcript.segments)
    for place in at:
        segments[place] = _spoken_by(segments[place], speaker)
    return _told(with_segments(transcript, tuple(segments), named))


def _new_speaker(transcript: Transcript, act: NewSpeaker) -> Transcript:
    if any(one.id == act.speaker for one in transcript.speakers) or not act.speaker or len(act.speaker) > NAME_LIMIT:
        raise UsageError(f"{one_line(act.speaker, 40)} can't be a new speaker", "choose another id, such as S9")
    name = one_line(act.name, NAME_LIMIT)
    if name and any(alike(one.name, name) for one in transcript.speakers):
        raise UsageError(f"{name} is a speaker already", "assign the lines to them, or choose another name")
    speaker = one_line(act.speaker, NAME_LIMIT)
    new = Speaker(speaker, name or default_name(speaker), named=bool(name))
    return _assign(transcript, places(transcript, act.segments), speaker, {speaker: new})


def _swap(transcript: Transcript, act: SwapSpeakers) -> Transcript:
    speaker_of(transcript, act.one)
    speaker_of(transcript, act.other)
    other = {act.one: act.other, act.other: act.one}
    end = float("inf") if act.end is None else act.end
    segments = tuple(
        _spoken_by(one, other[one.speaker]) if one.speaker in other and act.start <= one.start < end else one
        for one in transcript.segments
    )
    return _told(with_segments(transcript, segments))


def _assign_segments(transcript: Transcript, act: AssignSegments) -> Transcript:
    speaker_of(transcript, act.speaker)
    return _assign(transcript, places(transcript, act.segments), act.speaker)


def _assign_each(transcript: Transcript, act: AssignEach) -> Transcript:
    wanted = dict(act.speakers)
    for speaker in set(wanted.values()):
        speaker_of(transcript, speaker)
    segments = list(transcript.segments)
    for place in places(transcript, wanted):
        segments[place] = _spoken_by(segments[place], wanted[segments[place].id])
    return _told(with_segments(transcript, tuple(segments)))


def _assign_span(transcript: Transcript, act: AssignSpan) -> Transcript:
    speaker_of(transcript, act.speaker)
    if act.only:
        speaker_of(transcript, act.only)
    end = float("inf") if act.end is None else act.end
    at = [
        place
        for place, one in enumerate(transcript.segments)
        if act.start <= one.start < end and (not act.only or one.speaker == act.only)
    ]
    if not at:
        raise UsageError("nothing was said there", "meetrec show ID shows what was said when")
    return _assign(transcript, at, act.speaker)


# -- what was said ---------------------------------------------------------------------------------------------------


def _edit_text(transcript: Transcript, act: EditText) -> Transcript:
    texts = dict(act.texts)
    segments = list(transcript.segments)
    for place in places(transcript, texts):
        one = segments[place]
        text = words_of(texts[one.id])
        if text != one.text:  # a person wrote the words: they are certain
            segments[place] = dataclasses.replace(one, text=text, unsure="")
    return dataclasses.replace(transcript, segments=tuple(segments))


def _make(transcript: Transcript, act: CutSegment | AddSegment) -> Transcript:
    return with_made(transcript, [act])


def _delete(transcript: Transcript, act: DeleteSegments) -> Transcript:
    gone = set(places(transcript, act.segments))
    return with_segments(transcript, tuple(one for place, one in enumerate(transcript.segments) if place not in gone))


def _several(transcript: Transcript, act: Composite) -> Transcript:
    for makes, acts in groupby(act.acts, key=lambda one: isinstance(one, CutSegment | AddSegment)):
        if makes:  # thousands after a sheet from an editor: each by itself would go through all segments
            transcript = with_made(transcript, [one for one in acts if isinstance(one, CutSegment | AddSegment)])
        else:
            for one in acts:
                transcript = apply(transcript, one)
    return transcript


_DOING: dict[type[Act], Callable[[Transcript, Any], Transcript]] = {
    NameSpeaker: _name,
    TakeNames: _take_names,
    MergeSpeakers: _merge,
    NewSpeaker: _new_speaker,
    SwapSpeakers: _swap,
    AssignSegments: _assign_segments,
    AssignEach: _assign_each,
    AssignSpan: _assign_span,
    EditText: _edit_text,
    CutSegment: _make,
    AddSegment: _make,
    DeleteSegments: _delete,
    Composite: _several,
}
