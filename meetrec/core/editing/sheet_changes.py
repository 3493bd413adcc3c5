"""What a person changed in a sheet, as one act.

Turns that are as they were are found first; what stands between them is compared word by word, so that a word keeps its
segment, and with it its time, wherever the turns around it begin and end now.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from meetrec.core.clock import format_clock
from meetrec.core.editing.acts import Act, AddSegment, Composite, CutSegment, DeleteSegments, EditText
from meetrec.core.editing.alignment import differences, same_stretches
from meetrec.core.editing.edit_sheet import Block
from meetrec.core.editing.edits import new_segment_id
from meetrec.core.editing.retext import aligned, tokens
from meetrec.core.editing.sheet_speakers import speaker_acts
from meetrec.core.editing.sheet_turns import Numbered, apart
from meetrec.core.errors import UsageError
from meetrec.core.transcript import Segment, Transcript, Turn

_WORD_S = 0.4
"""About how long a word takes that somebody added."""


@dataclass
class Changes:
    """What is found: acts that make, change and delete segments, and the segments of each block, in its order."""

    next_id: int
    somebody: str
    """A speaker there is; what is added is theirs until it is said whose it is."""
    making: list[Act] = field(default_factory=list)
    texts: dict[int, str] = field(default_factory=dict)
    gone: list[int] = field(default_factory=list)
    of_block: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    was: dict[int, str] = field(default_factory=dict)
    """By segment id, also of new ones: who spoke before."""


def changes(transcript: Transcript, turns: Sequence[Turn], blocks: Sequence[Block], base: Transcript) -> Act | None:
    """Return the act that makes `turns`, those of the sheet as it was written, into `blocks`; None for no change.

    Raises UsageError naming the line that makes no sense.
    """
    if not transcript.segments:
        raise UsageError("there is no turn to correct", "meetrec show ID shows what there is")
    end = max(transcript.duration, *(one.end for one in transcript.segments)) + 1
    for block in blocks:
        if block.at > end:
            late = f"line {block.line} has a time after the end of the recording, {format_clock(block.at)}"
            raise UsageError(late, f"it ends at {format_clock(end)}")
    ordered = sorted(blocks, key=lambda block: block.at)  # a turn that was moved tells by its time where it belongs
    found = Changes(
        new_segment_id(transcript, base),
        transcript.segments[0].speaker,
        was={one.id: one.speaker for one in transcript.segments},
    )
    before = [(int(turn.start), " ".join(turn.text.split())) for turn in turns]
    after = [(int(block.at), block.text) for block in ordered]
    stretches = same_stretches(before, after)
    for start, first, size in stretches:
        for place in range(size):
            found.of_block[first + place] += [one.id for one in turns[start + place].segments]
    for old, new in differences(stretches, len(before), len(after)):
        for some, others in apart(turns[old.start : old.stop], [(number, ordered[number]) for number in new]):
            _compare(found, some, others)
    speakers = speaker_acts(transcript, base, ordered, found.of_block, found.was)
    acts = [*found.making, *speakers.names, *speakers.assigning]
    acts += [EditText(tuple(found.texts.items()))] if found.texts else []
    acts += [DeleteSegments(tuple(found.gone))] if found.gone else []
    return Composite(tuple(acts), _words(found, len(speakers.names), speakers.assigned)) if acts else None


def _words(found: Changes, named: int, assigned: int) -> str:
    counts = (
        (named, "named"),
        (assigned, "assigned"),
        (len(found.texts), "changed"),
        (len(found.making), "added"),
        (len(found.gone), "deleted"),
    )
    parts = [
        f"{count} {'speaker' if what == 'named' else 'line'}{'s' * (count > 1)} {what}"
        for count, what in counts
        if count
    ]
    return f"in the editor: {', '.join(parts)}"


def _compare(found: Changes, turns: Sequence[Turn], blocks: Numbered) -> None:
    """Find what became of the turns in the blocks that stand in their place."""
    segments = [one for turn in turns for one in turn.segments]
    old = [token for one in segments for token in tokens(one.text)]
    owners = [place for place, one in enumerate(segments) for _ in tokens(one.text)]
    new = [(number, token) for number, block in blocks for token in _tokens(block)]
    if not old:
        for number, block in blocks:
            _add(found, number, block)
        return
    words = aligned(old, [token for _, token in new], _headings(turns, blocks))
    pieces: dict[int, list[_Piece]] = defaultdict(list)
    for (number, token), place in zip(new, words, strict=True):
        mine = pieces[owners[place]]
        if not mine or mine[-1].block != number:
            mine.append(_Piece(number, place))
        mine[-1].text += token
    first_word = {owner: place for place, owner in reversed(list(enumerate(owners)))}
    for place, one in enumerate(segments):
        _keep(found, one, pieces.get(place, []), first_word.get(place, 0))


def _headings(turns: Sequence[Turn], blocks: Numbered) -> list[tuple[int, int]]:
    """Return where turns begin that bear the time they had: the place of their first word before and now."""
    begins: dict[int, int] = {}
    words = 0
    for turn in turns:
        begins.setdefault(int(turn.start), words)
        words += sum(len(tokens(one.text)) for one in turn.segments)
    known: list[tuple[int, int]] = []
    words = 0
    for _, block in blocks:
        old = begins.pop(int(block.at), None)
        if old is not None:
            known.append((old, words))
        words += sum(len(tokens(text)) for text in block.texts)
    return known


def _tokens(block: Block) -> list[str]:
    """Return the words with blanks before them; the first of a line keeps apart from the line before."""
    return [token if at else f" {token}" for text in block.texts for at, token in enumerate(tokens(text))]


@dataclass
class _Piece:
    """Words of one segment that stand in one block; `place` is the old word that the first of them is."""

    block: int
    place: int
    text: str = ""


def _keep(found: Changes, one: Segment, pieces: Sequence[_Piece], first_word: int) -> None:
    """The first piece keeps the segment; each further one is cut off where its first word was said."""
    if not pieces:
        found.gone.append(one.id)
        return
    count, current, since = len(tokens(one.text)), one.id, one.start
    texts = [piece.text.strip() for piece in pieces]
    lengths = [0, *accumulate(map(len, texts))]
    found.of_block[pieces[0].block].append(one.id)
    for number, piece in enumerate(pieces[1:], 1):
        share = (piece.place - first_word) / count or lengths[number] / max(1, lengths[-1])
        since = max(since, one.start + (one.end - one.start) * share)
        found.making.append(CutSegment(current, since, texts[number - 1], texts[number], found.next_id))
        current, found.next_id = found.next_id, found.next_id + 1
        found.of_block[piece.block].append(current)
        found.was[current] = one.speaker
    if len(pieces) == 1 and texts[0] != one.text:
        found.texts[one.id] = texts[0]


def _add(found: Changes, number: int, block: Block) -> None:
    """A turn that the service did not hear: it begins when its heading says."""
    if not block.texts:
        return
    end = block.at + _WORD_S * len(tokens(block.text))
    found.making.append(AddSegment(found.next_id, block.at, end, found.somebody, block.text))
    found.of_block[number].append(found.next_id)
    found.was[found.next_id] = ""
    found.next_id += 1
