"""Two transcripts compared word by word: what is said otherwise, and by whom."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from meetrec.core.editing.edits import clean_text
from meetrec.core.editing.retext import tokens
from meetrec.core.sanitize import one_line
from meetrec.core.transcript import Segment, Transcript, Turn

WINDOW_S = 120.0
_MANY = 3000
"""Words; a stretch that is longer is compared window by window, or it would take minutes."""
_CONTEXT = 6

Kind = Literal["same", "old", "new"]


@dataclass(frozen=True, slots=True)
class Piece:
    """Words that both have, only the old one, or only the new one. `speaks` says that it is the name of a speaker."""

    kind: Kind
    text: str
    speaks: bool = False


@dataclass(frozen=True, slots=True)
class Hunk:
    """A stretch that differs, from `at` seconds on."""

    at: float
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    speaks: bool = False


def word_diff(old: Transcript, new: Transcript) -> list[Hunk]:
    """Return the stretches that differ, by time; nothing where both say the same."""
    before, after = old.turns(), new.turns()
    matcher = difflib.SequenceMatcher(
        None, [_key(old, turn) for turn in before], [_key(new, turn) for turn in after], autojunk=False
    )
    hunks = []
    for what, start, stop, first, last in matcher.get_opcodes():
        if what != "equal":
            for left, right in _windows(_segments(before[start:stop]), _segments(after[first:last])):
                pieces = _compare([*_words(old, left)], [*_words(new, right)])
                if any(one.kind != "same" for one in pieces):
                    hunks.append(Hunk(min(one.start for one in (*left, *right)), tuple(pieces)))
    return hunks


def called_alike(old: Transcript, new: Transcript) -> tuple[Transcript, list[tuple[str, str]]]:
    """Return the old transcript with the names of the new one, and which they replace: (old name, new name).

    For two states of one version, in which an id is one speaker: otherwise every turn of who was named would differ.
    """
    now = {one.id: one for one in new.speakers}
    speakers = tuple(now.get(one.id, one) for one in old.speakers)
    names = [
        (one.name, other.name) for one, other in zip(old.speakers, speakers, strict=True) if one.name != other.name
    ]
    return dataclasses.replace(old, speakers=speakers), names


def _key(transcript: Transcript, turn: Turn) -> tuple[str, str]:
    return transcript.speaker(turn.speaker).name, turn.text


def _segments(turns: Sequence[Turn]) -> list[Segment]:
    return [segment for turn in turns for segment in turn.segments]


def _windows(
    left: Sequence[Segment], right: Sequence[Segment]
) -> Iterator[tuple[Sequence[Segment], Sequence[Segment]]]:
    """Divide a long stretch where another two minutes begin."""
    if sum(len(one.text) for one in (*left, *right)) < _MANY * 6:
        yield left, right
        return
    windows: dict[int, tuple[list[Segment], list[Segment]]] = {}
    for side, segments in enumerate((left, right)):
        for one in segments:
            windows.setdefault(int(one.start / WINDOW_S), ([], []))[side].append(one)
    for number in sorted(windows):
        yield windows[number]


def _words(transcript: Transcript, segments: Sequence[Segment]) -> Iterator[_Word]:
    speaker = None
    for one in segments:
        if one.speaker != speaker and transcript.tells_speakers:
            yield _Word(f"{one_line(transcript.speaker(one.speaker).name, 80)}:", speaks=True)
        speaker = one.speaker
        for number, token in enumerate(tokens(clean_text(one.text))):
            yield _Word(token if number else f" {token.lstrip()}")


def _compare(old: Sequence[_Word], new: Sequence[_Word]) -> list[Piece]:
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=True)  # frequent words anchor nothing: ten times faster
    pieces: list[Piece] = []
    opcodes = matcher.get_opcodes()
    for number, (what, start, stop, first, last) in enumerate(opcodes):
        if what == "equal":
            pieces += _shortened(old[start:stop], begin=number == 0, end=number == len(opcodes) - 1)
        else:
            pieces += [*_joined("old", old[start:stop]), *_joined("new", new[first:last])]
    return pieces


def _shortened(words: Sequence[_Word], *, begin: bool, end: bool) -> list[Piece]:
    """Return words that did not change, a few at either end where there are many; who speaks is never left out."""
    head, tail = (0 if begin else _CONTEXT), (0 if end else _CONTEXT)
    if len(words) <= 2 * _CONTEXT + 1:
        return _joined("same", words)
    middle = [word for word in words[head : len(words) - tail] if word.speaks][-1:]
    kept = [*_joined("same", words[:head]), Piece("same", " …"), *_joined("same", middle)]
    return [*kept, *_joined("same", words[len(words) - tail :])]


def _joined(kind: Kind, words: Sequence[_Word]) -> list[Piece]:
    pieces = []
    for speaks, group in groupby(words, key=lambda word: word.speaks):
        if speaks:
            pieces += [Piece(kind, word.text, speaks=True) for word in group]
        else:
            pieces.append(Piece(kind, "".join(word.text for word in group)))
    return pieces
