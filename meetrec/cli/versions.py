"""`meetrec versions`: the transcripts of a session, what was changed in them, and the words that differ."""

from __future__ import annotations

import re
from argparse import Namespace
from datetime import datetime
from typing import Any

from meetrec.cli.changing import find_session, open_editing
from meetrec.cli.output import Output, Styled
from meetrec.core.clock import format_clock
from meetrec.core.editing.act_words import act_words
from meetrec.core.editing.word_diff import Hunk, Piece, called_alike, word_diff
from meetrec.core.errors import ExitCode, UsageError
from meetrec.core.sanitize import one_line
from meetrec.core.transcript import Transcript
from meetrec.storage.edit_log import Entry
from meetrec.storage.editing import Editing
from meetrec.storage.replay import edited

_VERSION = re.compile(r"([1-9]\d{0,5})(\.0)?")
_DONE = {"undo": "undone", "redo": "done again"}


def versions(options: Namespace, output: Output) -> int:
    """List them, or print what differs."""
    editing = open_editing(find_session(options))
    if options.diff is not None:
        return _diff(options, output, editing)
    rows = [_version(editing, number) for number in editing.folder.versions()]
    if options.json:
        output.json_value(rows)
        return ExitCode.DONE
    for row in rows:
        about = f"{row['model'] or 'unknown model'} · {row['segments']} lines · {', '.join(row['speakers'])}"
        output.line(Styled(f"version {row['version']}", "bold"), f" · {about}{' · the current one' * row['current']}")
        for change in row["changes"]:
            output.line(Styled(f"  {_shown_time(change['time'])}  ", "dim"), change["what"])
    if editing.problem:
        output.warn(editing.problem, "what is shown is what could be read")
    return ExitCode.DONE


def _version(editing: Editing, number: int) -> dict[str, Any]:
    received = editing.folder.transcript(number) or Transcript()
    now = _state(editing, number)
    words = {entry.n: act_words(entry.act) for entry in editing.entries if entry.act is not None}
    return {
        "version": number,
        "current": number == editing.version,
        "model": one_line(received.model),
        "received": len(received.segments),
        "segments": len(now.segments),
        "speakers": [one.name for one in now.speakers],
        "changes": [_change(one, words) for one in editing.entries if one.version == number and one.kind != "begin"],
    }


def _change(entry: Entry, words: dict[int, str]) -> dict[str, Any]:
    what = words.get(entry.n) or f"{_DONE[entry.kind]}: {words.get(entry.of, '')}"
    return {"n": entry.n, "time": one_line(entry.time, 40), "kind": entry.kind, "what": what}


def _shown_time(time: str) -> str:
    try:
        return f"{datetime.fromisoformat(time):%Y-%m-%d %H:%M:%S}"
    except ValueError:
        return time


def _state(editing: Editing, number: int, *, received: bool = False) -> Transcript:
    """Return a version with its edits, or as received."""
    if number == editing.version and not received:
        return editing.transcript
    base = editing.folder.transcript(number) or Transcript()
    return base if received else edited(editing.folder, number, base, editing.session.names)[0]


def _diff(options: Namespace, output: Output, editing: Editing) -> int:
    if len(options.diff) > 2:
        raise UsageError("--diff compares two transcripts", "write --diff 1 2")
    old_number, old = _chosen(editing, options.diff[0] if options.diff else f"{editing.version}.0")
    new_number, new = _chosen(editing, options.diff[1] if len(options.diff) > 1 else str(editing.version))
    old, names = called_alike(old, new) if old_number == new_number else (old, [])
    hunks = word_diff(old, new)
    if options.json:
        output.json_value(
            {"names": [{"old": old, "new": new} for old, new in names], "hunks": list(map(_as_json, hunks))}
        )
        return ExitCode.DONE
    for before, after in names:
        output.line(*_signed(Piece("old", before)), " ", *_signed(Piece("new", after)))
    for number, hunk in enumerate(hunks):
        if number or names:
            output.line()
        _print(hunk, output)
    if not hunks and not names:
        output.line("nothing differs")
    return ExitCode.DONE


def _chosen(editing: Editing, text: str) -> tuple[int, Transcript]:
    """Return the number and the transcript that "1" (with its changes) or "1.0" (as received) stands for."""
    match = _VERSION.fullmatch(text)
    there = editing.folder.versions()
    if match is None or int(match[1]) not in there:
        listed = ", ".join(map(str, there))
        raise UsageError(
            f"there is no version {one_line(text, 40)}", f"there is {listed}; 1.0 is version 1 as received"
        )
    return int(match[1]), _state(editing, int(match[1]), received=match[2] is not None)


def _print(hunk: Hunk, output: Output) -> None:
    """Print a stretch, each speaker on a line of their own; what differs is told by signs, not by color alone."""
    output.line(Styled(format_clock(hunk.at), "dim"))
    line: list[str | Styled] = []
    for before, piece in zip((None, *hunk.pieces), hunk.pieces, strict=False):
        instead = before is not None and before.speaks and before.kind == "old"  # one name stands for another
        if piece.speaks and line and not instead:
            output.line(*line)
            line = []
        line += [" ", *_signed(piece)] if piece.speaks and instead else _signed(piece)
    output.line(*line)


def _signed(piece: Piece) -> list[str | Styled]:
    words = piece.text.strip()
    blank = " " if piece.text[:1] == " " else ""
    if piece.kind == "old":
        return [blank, Styled(f"[-{words}-]", "red")]
    if piece.kind == "new":
        return [blank, Styled(f"{{+{words}+}}", "green")]
    return [Styled(piece.text, "bold") if piece.speaks else piece.text]


def _as_json(hunk: Hunk) -> dict[str, Any]:
    pieces = [{"kind": one.kind, "text": one.text.strip(), "speaker": one.speaks} for one in hunk.pieces]
    return {"at": round(hunk.at, 3), "pieces": pieces}
