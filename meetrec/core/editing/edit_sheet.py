"""The minutes as a sheet of Markdown for a person's own editor: written from a transcript, and read back.

    **Ana** · 00:12:34

    Shall we begin?

A heading tells who speaks from when on; below it stands a line for each segment. A line of text that looks like a
heading is written with a backslash before it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from meetrec.core.clock import format_clock
from meetrec.core.editing.edits import NAME_LIMIT, alike, clean_text
from meetrec.core.errors import UsageError
from meetrec.core.sanitize import one_line
from meetrec.core.transcript import Transcript, Turn

_HEADING = re.compile(r"\*\*(?P<name>.+)\*\*\s*[·•-]\s*(?P<time>\d{1,4}(?::[0-5]\d){1,2})")
_LIKE_HEADING = re.compile(
    r"\s*\*\*.*\*\*[\W\d_]*"  # bold alone on its line, with or without a time
    r"|\s*\*\*.*\d:\d+\s*"  # the stars before it, a time behind it
    r"|.*\*\*\s*(?:[·•]|-\s*\d).*"
    r"|\S.{0,90}\s[·•]\s*\d+(?::\d+)+\s*"
)
_COMMENT, _COMMENT_END = "<!--", "-->"
_HELP = """\
Correct the words, the names of speakers, or delete turns; then save and close. Words keep their times.
A turn begins with a line like those below. Another name on all turns of a speaker names the speaker; on some turns it
says who spoke there. An unchanged file changes nothing; an empty one is refused."""


@dataclass(frozen=True, slots=True)
class Block:
    """A turn as the sheet has it: `label` is who speaks, `at` when it begins in whole seconds, `line` its heading."""

    line: int
    label: str
    at: float
    texts: tuple[str, ...]

    @property
    def text(self) -> str:
        return " ".join(self.texts)


def labels(transcript: Transcript) -> dict[str, str]:
    """Return what each speaker is called in the sheet, by id: the name, with the id where two are called alike."""
    ids = [one.id for one in transcript.speakers] + [one.speaker for one in transcript.segments]
    names = {
        one: one_line(transcript.speaker(one).name, NAME_LIMIT) or one_line(one, NAME_LIMIT) or "?"
        for one in dict.fromkeys(ids)
    }
    return {
        one: f"{name} ({one})" if sum(alike(name, other) for other in names.values()) > 1 else name
        for one, name in names.items()
    }


def sheet(transcript: Transcript, turns: Sequence[Turn], title: str, mark: str) -> str:
    """Return the text to be edited. `mark` is kept in its first line, to know later what it was made of."""
    names = labels(transcript)
    about = one_line(title).replace("--", "–")
    blocks = [f"{_COMMENT} meetrec {mark}: {about}\n{_HELP}\n{_COMMENT_END}"]
    for turn in turns:
        texts = "\n".join(_escaped(one.text) for one in turn.segments)
        blocks.append(f"**{names[turn.speaker]}** · {format_clock(turn.start)}\n\n{texts}")
    return "\n\n".join(blocks) + "\n"


def mark_of(text: str) -> str:
    """Return the mark in the first line of a sheet, empty where it has none."""
    match = re.match(rf"\s*{_COMMENT} meetrec (\S+):", text)
    return match[1] if match else ""


def read_sheet(text: str) -> list[Block]:
    """Return the turns of an edited sheet as they stand. Raises UsageError that names the line it can't read."""
    found: list[tuple[int, str, float, list[str]]] = []
    lines = text.removeprefix("\ufeff").splitlines()
    for number, raw in enumerate(lines[_after_comment(lines) :], 1 + _after_comment(lines)):
        line = raw.strip()
        if heading := _HEADING.fullmatch(line):
            label = one_line(heading["name"], NAME_LIMIT + 20)
            if not label:
                raise _refusal(number, "names nobody")
            found.append((number, label, _seconds(heading["time"]), []))
        elif not line.startswith("\\") and _LIKE_HEADING.fullmatch(line):
            raise _refusal(number, "looks like the heading of a turn, but is none")
        elif words := clean_text(line.removeprefix("\\")):
            if not found:
                raise _refusal(number, "stands before the first turn")
            found[-1][3].append(words)
    if not any(texts for *_, texts in found):
        raise UsageError("the sheet holds no turn", "delete the session instead, if that is meant: meetrec delete ID")
    return [Block(number, label, at, tuple(texts)) for number, label, at, texts in found]


def _refusal(number: int, what: str) -> UsageError:
    hint = "a turn begins with a line such as **Ana** · 00:12:34; a backslash before a line makes it text"
    return UsageError(f"line {number} {what}", hint)


def _after_comment(lines: Sequence[str]) -> int:
    """Return how many lines the comment at the beginning takes."""
    begin = next((number for number, line in enumerate(lines) if line.strip()), 0)
    if not lines or not lines[begin].lstrip().startswith(_COMMENT):
        return 0
    end = next((number for number, line in enumerate(lines) if line.rstrip().endswith(_COMMENT_END)), None)
    if end is None:
        raise UsageError(f"line {begin + 1} begins a comment that never ends", f"end it with {_COMMENT_END}")
    return end + 1


def _escaped(segment_text: str) -> str:
    text = clean_text(segment_text)
    like = text.startswith(("\\", _COMMENT)) or _LIKE_HEADING.fullmatch(text) or _HEADING.fullmatch(text)
    return f"\\{text}" if like else text


def _seconds(clock: str) -> float:
    seconds = 0
    for field in clock.split(":"):
        seconds = seconds * 60 + int(field)
    return float(seconds)
