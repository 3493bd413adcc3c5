"""New words for a stretch of segments: words that stay, or move, keep the time at which they were said.

Old and new words are aligned; a word that is there before and after stays in its segment, one in between goes
where the words it replaces, or the one before it, were.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from meetrec.core.editing.acts import Act, Composite, DeleteSegments, EditText
from meetrec.core.editing.alignment import differences, same_stretches
from meetrec.core.editing.edits import clean_text, places
from meetrec.core.transcript import Transcript

WIDE = (
    "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff\u0e00-\u0eff\u1780-\u17ff\u1000-\u109f"
)
"""Scripts that put no blanks between words: Japanese, Chinese, Thai, Lao, Khmer, Burmese."""
_TOKEN = re.compile(rf"\s*(?:[{WIDE}]|[^\s{WIDE}]+)")
_MARKS = ".,;:!?…\"'()[]«»“”„\u2018\u2019-–—"


def tokens(text: str) -> list[str]:
    """Return the words of a text with the blanks before them; joined they are the text again."""
    return _TOKEN.findall(text)


def key(token: str) -> str:
    """Return what makes a word the same word: case and punctuation aside."""
    plain = token.strip().casefold()
    return plain.strip(_MARKS) or plain


def aligned(old: Sequence[str], new: Sequence[str], known: Sequence[tuple[int, int]] = ()) -> list[int]:
    """Return for each new word the place of the old word whose time it has; never falling. `old` must not be empty.

    `known` are places of an old and a new word that go together, where there are many (`alignment.same_stretches`).
    """
    before, after = [key(one) for one in old], [key(one) for one in new]
    stretches = same_stretches(before, after, known)
    found = [0] * len(after)
    for start, first, size in stretches:
        found[first : first + size] = range(start, start + size)
    for gone, come in differences(stretches, len(before), len(after)):
        for number, place in enumerate(come):  # one that was added has the time of the word before it
            found[place] = gone.start + number * len(gone) // len(come) if gone else max(gone.start - 1, 0)
    return found


def distributed(old: Sequence[str], new: str) -> list[str]:
    """Return the new text divided among the old texts; a text that gets no word is empty."""
    owners = [number for number, text in enumerate(old) for _ in tokens(text)]
    before = [token for text in old for token in tokens(text)]
    words = tokens(clean_text(new))
    texts = [""] * len(old)
    if not owners:
        return [clean_text(new), *texts[1:]] if texts else []
    for word, place in zip(words, aligned(before, words), strict=True):
        texts[owners[place]] += word
    return [text.strip() for text in texts]


def edit_text(transcript: Transcript, ids: Iterable[int], text: str) -> Act:
    """Return the act that gives the segments (those of a turn, or one) the new text, together.

    A segment that gets no words is deleted, all of them where the text is empty. Raises UsageError for an unknown id.
    """
    segments = [transcript.segments[place] for place in places(transcript, ids)]
    texts = distributed([one.text for one in segments], text)
    gone = tuple(one.id for one, words in zip(segments, texts, strict=True) if not words)
    changed = [(one.id, words) for one, words in zip(segments, texts, strict=True) if words and words != one.text]
    acts: list[Act] = [EditText(tuple(changed))] if changed else []
    acts += [DeleteSegments(gone)] if gone else []
    if not acts:
        return EditText(((segments[0].id, segments[0].text),))
    return acts[0] if len(acts) == 1 else Composite(tuple(acts), "text edited")
