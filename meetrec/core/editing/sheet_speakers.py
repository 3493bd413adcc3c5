"""Who speaks in an edited sheet: which names are new names of speakers, and which turns are another's now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from meetrec.core.editing.acts import Act, AssignEach, NameSpeaker, NewSpeaker
from meetrec.core.editing.edit_sheet import Block, labels
from meetrec.core.editing.edits import alike, new_speaker_id
from meetrec.core.transcript import Speaker, Transcript

_NEW = "\n"
"""Before a name that nobody has yet, where ids of speakers stand; no id begins so."""


@dataclass(frozen=True)
class SpeakerActs:
    """Acts that name speakers, and acts that say who spoke; `assigned` counts the segments of the latter."""

    names: Sequence[Act]
    assigning: Sequence[Act]
    assigned: int


def speaker_acts(
    transcript: Transcript,
    base: Transcript,
    blocks: Sequence[Block],
    of_block: Mapping[int, Sequence[int]],
    was: Mapping[int, str],
) -> SpeakerActs:
    """Return what the labels of the blocks say.

    `of_block` are the segments of each block by its number, `was` tells who spoke before, "" for what was added.
    """
    targets = _targets(transcript, blocks)
    spoken = [(one, was[one], target) for number, target in enumerate(targets) for one in of_block.get(number, ())]
    renamed = _renamed(targets, spoken)
    heirs: dict[str, str] = {}
    for speaker, target in renamed.items():
        heirs.setdefault(target, speaker)  # the others that get this name are merged into the first
    each: list[tuple[int, str]] = []
    new: dict[str, list[int]] = {}
    for one, speaker, target in spoken:
        heir = heirs.get(target, target)
        if heir.startswith(_NEW):
            new.setdefault(heir, []).append(one)
        elif heir != speaker and renamed.get(speaker) != target:
            each.append((one, heir))
    assigning: list[Act] = [AssignEach(tuple(each))] if each else []
    return SpeakerActs(
        [NameSpeaker(speaker, target.removeprefix(_NEW)) for speaker, target in renamed.items()],
        assigning + _new_speakers(transcript, base, new),
        len(each) + sum(map(len, new.values())),
    )


def _targets(transcript: Transcript, blocks: Sequence[Block]) -> list[str]:
    """Return for each block the speaker its label names: an id, or a new name in its first spelling."""
    known = [(label, one) for one, label in labels(transcript).items()]
    known += [(one.name, one.id) for one in transcript.speakers]
    found: dict[str, str] = {}
    for block in blocks:
        if block.label not in found:
            spellings = ((label, one) for label, one in found.items())
            same = (one for label, one in (*known, *spellings) if alike(label, block.label))
            found[block.label] = next(same, f"{_NEW}{block.label}")
    return [found[block.label] for block in blocks]


def _renamed(targets: Sequence[str], spoken: Sequence[tuple[int, str, str]]) -> dict[str, str]:
    """Return the speakers all of whose turns bear one name that nobody had: it is theirs."""
    bearing: dict[str, set[str]] = {}
    for _, speaker, target in spoken:
        bearing.setdefault(speaker, set()).add(target)
    used = set(targets)
    return {
        speaker: next(iter(names))
        for speaker, names in bearing.items()
        if speaker and speaker not in used and len(names) == 1 and next(iter(names)).startswith(_NEW)
    }


def _new_speakers(transcript: Transcript, base: Transcript, new: Mapping[str, Sequence[int]]) -> list[Act]:
    acts: list[Act] = []
    taken = transcript
    for target, ids in new.items():
        speaker = new_speaker_id(taken, base)
        taken = Transcript(taken.segments, (*taken.speakers, Speaker(speaker, speaker)))
        acts.append(NewSpeaker(speaker, tuple(ids), target.removeprefix(_NEW)))
    return acts
