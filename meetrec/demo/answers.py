"""What the service answers: the words of the truth that are in the audio, as text, turns and labelled segments."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from meetrec.demo.locate import Piece
from meetrec.demo.truth import TruthWord

UNKNOWN_SPEAKER = ("", "")
_LEAST_UNKNOWN = 0.5  # seconds of unknown speech worth a placeholder
_PAUSE = 0.8  # seconds; unknown speech with a shorter pause is one stretch

Speaker = tuple[str, str]
"""ID of the truth, and the name in it."""


@dataclass(frozen=True, slots=True)
class Said:
    """What one speaker says in one go, as heard in the audio: times in seconds of the audio."""

    speaker: Speaker
    words: tuple[TruthWord, ...]

    @property
    def text(self) -> str:
        """The words with blanks between."""
        return " ".join(word.text for word in self.words)


def said_in(pieces: Iterable[Piece]) -> list[Said]:
    """What is said in located audio, by start. A word counts where its middle is."""
    said = []
    for piece in pieces:
        for segment in piece.truth.between(piece.truth_start, piece.truth_end):
            words = tuple(
                TruthWord(word.text, piece.to_audio(word.start), piece.to_audio(word.end))
                for word in segment.words
                if piece.truth_start <= word.middle < piece.truth_end
            )
            if words:
                said.append(Said((piece.truth.id, segment.speaker), words))
    return sorted(said, key=lambda one: one.words[0].start)


def unknown_in(voiced: Sequence[tuple[float, float]], pieces: Sequence[Piece]) -> list[Said]:
    """Placeholders for speech (by level, in seconds) that is in no known recording."""
    stretches: list[list[float]] = []  # start, end, seconds of speech
    for start, end in _without(voiced, [(piece.start, piece.end) for piece in pieces]):
        if stretches and start - stretches[-1][1] < _PAUSE:
            stretches[-1][1:] = [end, stretches[-1][2] + end - start]
        else:
            stretches.append([start, end, end - start])
    return [
        Said(UNKNOWN_SPEAKER, (TruthWord(placeholder(seconds), start, end),))
        for start, end, seconds in stretches
        if seconds >= _LEAST_UNKNOWN
    ]


def placeholder(seconds: float) -> str:
    """The honest answer to speech that is in no known recording."""
    return f"(simulated service: {seconds:.1f} s of speech it does not know)"


def labels_for(said: Iterable[Said], known: Sequence[tuple[str, Speaker | None]]) -> dict[Speaker, str]:
    """The label of each speaker: the name a reference gave, else A, B, C by order of appearance."""
    labels = {speaker: name for name, speaker in known if speaker}
    letters = 0
    for one in said:
        if one.speaker not in labels:
            labels[one.speaker] = _letters(letters)
            letters += 1
    return labels


def segments_for(said: Iterable[Said], labels: dict[Speaker, str], seconds: float) -> list[dict[str, Any]]:
    """Segments as in diarized_json: a turn comes as several, a sentence each, each text with a leading blank."""
    sentences = [(labels[one.speaker], sentence) for one in said for sentence in _sentences(one.words)]
    sentences.sort(key=lambda one: one[1][0].start)
    return [
        {
            "type": "transcript.text.segment",
            "id": f"seg_{number}",
            "start": round(max(words[0].start, 0.0), 3),
            "end": round(min(words[-1].end, seconds), 3),
            "text": " " + " ".join(word.text for word in words),
            "speaker": label,
        }
        for number, (label, words) in enumerate(sentences)
    ]


def usage_for(model: str, seconds: float, text: str) -> dict[str, Any]:
    """What is charged: gpt-4o models by tokens, the others by time."""
    if not model.startswith("gpt-4o") or model.endswith("-diarize"):
        return {"type": "duration", "seconds": math.ceil(seconds)}
    heard, written = round(seconds * 10), max(1, round(len(text) / 4))
    return {
        "type": "tokens",
        "total_tokens": heard + written,
        "input_tokens": heard,
        "input_token_details": {"text_tokens": 0, "audio_tokens": heard},
        "output_tokens": written,
    }


def main_speaker(pieces: Sequence[Piece]) -> Speaker | None:
    """Whose voice a reference clip has: who speaks at least 60 % of the speech in it."""
    seconds: dict[Speaker, float] = {}
    for piece in pieces:
        for segment in piece.truth.between(piece.truth_start, piece.truth_end):
            overlap = min(segment.end, piece.truth_end) - max(segment.start, piece.truth_start)
            speaker = (piece.truth.id, segment.speaker)
            seconds[speaker] = seconds.get(speaker, 0.0) + max(overlap, 0.0)
    best = max(seconds, key=seconds.__getitem__, default=None)
    return best if best and seconds[best] >= 0.6 * sum(seconds.values()) else None


def _sentences(words: Sequence[TruthWord]) -> list[list[TruthWord]]:
    sentences: list[list[TruthWord]] = [[]]
    for word in words:
        sentences[-1].append(word)
        if word.text.endswith((".", "?", "!")):
            sentences.append([])
    return [sentence for sentence in sentences if sentence]


def _letters(number: int) -> str:
    """Letters as columns of a table have them: A to Z, AA, AB."""
    return (_letters(number // 26 - 1) if number >= 26 else "") + chr(ord("A") + number % 26)


def _without(spans: Sequence[tuple[float, float]], holes: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """What of `spans` is in none of `holes`; both sorted."""
    left = []
    for first, end in spans:
        start = first
        for hole_start, hole_end in holes:
            if hole_end <= start or hole_start >= end:
                continue
            if hole_start > start:
                left.append((start, hole_start))
            start = max(start, hole_end)
        if end > start:
            left.append((start, end))
    return left
