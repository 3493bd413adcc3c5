"""Corrections in a long day: 8 hours, 20,000 segments. Each act is on the disk when it is told as done."""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from benchmarks.export_time import SEGMENTS, long_day
from meetrec.core.editing.acts import (
    Act,
    AssignSegments,
    AssignSpan,
    CutSegment,
    DeleteSegments,
    EditText,
    MergeSpeakers,
    NameSpeaker,
    NewSpeaker,
    SwapSpeakers,
)
from meetrec.core.editing.edit_sheet import read_sheet, sheet
from meetrec.core.editing.edits import apply
from meetrec.core.editing.sheet_changes import changes
from meetrec.core.flags import flags
from meetrec.core.speaker_stats import speaker_stats
from meetrec.core.transcript import Transcript, Turn
from meetrec.storage.editing import Editing
from meetrec.storage.paths import Paths
from meetrec.storage.session_folder import SessionFolder
from meetrec.storage.sessions import SessionStore

ROUNDS = 5
TARGET_S = 0.05
MANY = 1000
ACTS: dict[str, Act] = {
    "name a speaker": NameSpeaker("S1", "Ana"),
    "merge two": MergeSpeakers("S2", "S3"),
    "swap two": SwapSpeakers("S1", "S2"),
    "assign a line": AssignSegments((12_345,), "S4"),
    "assign all of one from here on": AssignSpan("S4", 3600.0, None, "S1"),
    "make a new speaker": NewSpeaker("S9", tuple(range(500, 520)), "Eve"),
    "edit a line": EditText(((15_000, "something else was said"),)),
    "divide a line": CutSegment(9000, 12_961.0, "one", "other", SEGMENTS + 1),
    "delete a turn": DeleteSegments((600, 601, 602)),
}


def main() -> None:
    """Print how long opening, each act, its undo, and what the review screen asks for take."""
    with tempfile.TemporaryDirectory() as home:
        folder = SessionStore(Paths.under(Path(home))).create("A long day", datetime(2026, 11, 20, tzinfo=UTC))
        transcript = long_day().transcript
        assert transcript is not None
        folder.save_transcript(transcript)
        _acts(folder)
        _history(folder)
        _pure(folder)


def _seconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def _acts(folder: SessionFolder) -> None:
    editing = Editing(folder)
    editing.act(NameSpeaker("S5", "Zoe"))  # loads what writing needs
    worst = 0.0
    for what, act in ACTS.items():
        done, undone = [], []
        for _ in range(ROUNDS):
            done.append(_seconds(partial(editing.act, act)))
            undone.append(_seconds(editing.undo))
        worst = max(worst, *done, *undone)
        print(
            f"  {what:32} {sorted(done)[ROUNDS // 2] * 1000:5.1f} ms, undo {sorted(undone)[ROUNDS // 2] * 1000:5.1f} ms"
        )
    print(f"  the slowest of all: {worst * 1000:.0f} ms (at most {TARGET_S * 1000:.0f} ms)")


def _history(folder: SessionFolder) -> None:
    before = min(_seconds(lambda: Editing(folder)) for _ in range(ROUNDS))
    editing = Editing(folder)
    for number in range(MANY):
        editing.act(EditText(((number * 7, f"line {number}"),)))
    after = min(_seconds(lambda: Editing(folder)) for _ in range(ROUNDS))
    print(f"  open: {before * 1000:.0f} ms, with {MANY:,} edits {after * 1000:.0f} ms")
    editing = Editing(folder)
    times = [_seconds(editing.undo) for _ in range(MANY)]
    print(f"  undo them all: {sum(times) / MANY * 1000:.1f} ms each, the slowest {max(times) * 1000:.0f} ms")


def _pure(folder: SessionFolder) -> None:
    transcript = Editing(folder).transcript
    print(f"  doubts and loops: {_seconds(lambda: flags(transcript)) * 1000:.0f} ms")
    print(f"  talk time and excerpts: {_seconds(lambda: speaker_stats(transcript)) * 1000:.0f} ms")
    _sheets(transcript)


def _sheets(transcript: Transcript) -> None:
    """What comes back from an editor, compared and carried out."""
    turns = transcript.turns()
    text = sheet(transcript, turns, "A long day", "mark")
    head, *blocks = text.split("\n\n**")
    third = len(blocks) // 3
    words = iter(range(10**9))
    sheets = {
        "50 lines changed": text.replace("figures of", "numbers of", 50),
        "5,000 lines changed": re.sub("again", lambda _: f"once{next(words)}", text, count=5000),
        "all lines changed": re.sub("again", lambda _: f"once{next(words)}", text),
        "other words altogether": re.sub(r"\b(?!Speaker)[a-z]+\b", lambda found: found[0][::-1], text),
        "each line divided": re.sub(r"\n\n(\*\*.*\n\n.{20,}?) (.*)", r"\n\n\1\n\n**Eve** · 07:59:00\n\n\2", text),
        "a third deleted": "\n\n**".join([head, *blocks[:third], *blocks[2 * third :]]),
    }
    for what, edited in sheets.items():
        found: list[Act | None] = []
        compared = _seconds(partial(_take_back, transcript, turns, edited, found))
        act = found[0]
        done = _seconds(partial(apply, transcript, act)) if act is not None else 0.0
        print(f"  a sheet taken back, {what}: {compared * 1000:.0f} ms, carried out {done * 1000:.0f} ms")


def _take_back(transcript: Transcript, turns: list[Turn], edited: str, found: list[Act | None]) -> None:
    found.append(changes(transcript, turns, read_sheet(edited), transcript))
