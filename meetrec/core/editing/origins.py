"""Who was whom before: the speakers that merging made one, and how to make them two again."""

from __future__ import annotations

from collections.abc import Mapping

from meetrec.core.editing.acts import Act, AssignSegments, NewSpeaker
from meetrec.core.editing.edits import alike, new_speaker_id, speaker_of
from meetrec.core.errors import UsageError
from meetrec.core.sanitize import one_line
from meetrec.core.transcript import Transcript


def merged(transcript: Transcript, base: Transcript) -> dict[str, list[str]]:
    """Return by speaker id who else, as received, said some of what is theirs now, and is no speaker now."""
    there = {one.id for one in transcript.speakers}
    was = {one.id: one.speaker for one in base.segments}
    found: dict[str, dict[str, None]] = {}
    for one in transcript.segments:
        origin = was.get(one.id, one.speaker)
        if origin != one.speaker and origin not in there:
            found.setdefault(one.speaker, {})[origin] = None
    return {speaker: list(origins) for speaker, origins in found.items()}


def split_back(transcript: Transcript, base: Transcript, origin: str, names: Mapping[str, str] | None = None) -> Act:
    """Return the act that makes `origin`, who was merged into another, a speaker again.

    `names` are names given before, by speaker id: the speaker gets theirs back unless another has it now. Raises
    UsageError where nobody of that id was merged.
    """
    was = {one.id for one in base.segments if one.speaker == origin}
    there = {one.id for one in transcript.speakers}
    into = [speaker for speaker, origins in merged(transcript, base).items() if origin in origins]
    ids = tuple(one.id for one in transcript.segments if one.id in was and one.speaker in into)
    if origin in there or not ids:
        can = [one for origins in merged(transcript, base).values() for one in origins]
        hint = (
            f"who can be split back: {', '.join(can)}" if can else "nobody was merged; meetrec assign makes a new one"
        )
        raise UsageError(f"{one_line(origin, 40)} was not merged into another speaker", hint)
    name = (names or {}).get(origin, "")
    free = name and not any(alike(one.name, name) for one in transcript.speakers)
    return NewSpeaker(origin, ids, name if free else "")


def said_by(transcript: Transcript, base: Transcript, ids: tuple[int, ...], name: str) -> Act:
    """Return the act after which the segments were said by `name`: a speaker of that id or name, or else a new one.

    An empty name is a new speaker without a name.
    """
    wanted = one_line(name, 80)
    if not wanted:
        return NewSpeaker(new_speaker_id(transcript, base), ids)
    for one in transcript.speakers:
        if alike(one.name, wanted) or one.id.casefold() == wanted.casefold():
            return AssignSegments(ids, one.id)
    return NewSpeaker(new_speaker_id(transcript, base), ids, wanted)


def find_speaker(transcript: Transcript, label: str) -> str:
    """Return the id of the speaker of that id or name. Raises UsageError that lists them."""
    by_id = [one.id for one in transcript.speakers if one.id.casefold() == label.strip().casefold()]
    found = by_id or [one.id for one in transcript.speakers if alike(one.name, label)]
    if len(found) > 1:
        raise UsageError(f"{len(found)} speakers are called {one_line(label, 40)}", f"say which: {', '.join(found)}")
    return found[0] if found else speaker_of(transcript, label).id
