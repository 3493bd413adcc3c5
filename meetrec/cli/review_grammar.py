"""The commands that correct minutes, with their arguments."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from meetrec.cli.parser import Parser

_TIMES = "12:34 or 1:02:03; mark:2 is the second mark, note:1 the first note"
_Add = Callable[[str, str, str], Parser]


def add_review(add: _Add, session: str) -> None:
    """Add the commands; `session` says what an ID is."""
    speakers = add("speakers", "speakers:speakers", "list the speakers of a session, name, merge, split or swap them")
    speakers.add_argument("id", metavar="ID", help=session)
    speakers.add_argument("names", nargs="*", metavar="LABEL=NAME", help='as in "S1=Ana"; "S1=" takes the name away')
    how = speakers.add_mutually_exclusive_group()
    how.add_argument("--merge", nargs=2, metavar=("A", "B"), help="A and B are one person, called as A is")
    how.add_argument("--split", metavar="LABEL", help="a speaker who was merged is one of their own again")
    how.add_argument("--swap", nargs=2, metavar=("A", "B"), help="what A said was said by B, and the reverse")
    _span(speakers, "with --swap: ")
    assign = add("assign", "assigning:assign", "say who spoke: a line, a turn, or everything from a time on")
    assign.add_argument("id", metavar="ID", help=session)
    assign.add_argument("speaker", metavar="SPEAKER", help='a label or a name; "new" or a new name makes a new speaker')
    what = assign.add_mutually_exclusive_group(required=True)
    what.add_argument("--line", action="append", type=_lines, metavar="N", help="lines by number: 17, or 17,18,20-25")
    what.add_argument("--turn", metavar="TIME", help="the whole turn that is spoken at TIME")
    what.add_argument("--from", dest="start", metavar="TIME", help=f"everything from TIME on: {_TIMES}")
    assign.add_argument("--to", dest="end", metavar="TIME", help="with --from: up to TIME")
    assign.add_argument("--only", default="", metavar="A", help="with --from: only what A said")
    edit = add("edit", "editing:edit", "correct the minutes in $VISUAL or $EDITOR; words keep their times")
    undo = add("undo", "changing:undo", "take back the last change to a session's minutes")
    redo = add("redo", "changing:redo", "do again what was taken back last")
    versions = add("versions", "versions:versions", "the transcripts of a session and what was changed in them")
    for command in (edit, undo, redo, versions):
        command.add_argument("id", metavar="ID", help=session)
    for command in (undo, redo):
        command.add_argument("-n", "--times", type=_times, default=1, metavar="N", help="N changes (default 1)")
    versions.add_argument(
        "--diff",
        nargs="*",
        metavar="V",
        help="the words that differ: V and V, V and now, or (without V) received and now; V is 1, or 1.0 as received",
    )
    for command in (speakers, assign, edit, undo, redo, versions):
        command.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="as JSON")


def _span(command: Parser, when: str) -> None:
    command.add_argument("--from", dest="start", metavar="TIME", help=f"{when}from TIME on: {_TIMES}")
    command.add_argument("--to", dest="end", metavar="TIME", help=f"{when}up to TIME")


def _lines(text: str) -> list[int]:
    """Read "17,20-25"."""
    found: list[int] = []
    for piece in text.split(","):
        first, dash, last = piece.strip().partition("-")
        bounds = (first, last) if dash else (first, first)
        if not all(one.isascii() and one.isdigit() and len(one) < 10 for one in bounds):
            raise argparse.ArgumentTypeError(f"takes numbers of lines, such as 17 or 20-25, not {text}")
        if int(bounds[1]) - int(bounds[0]) > 100_000:
            raise argparse.ArgumentTypeError(f"takes at most 100000 lines, not {text}")
        found += range(int(bounds[0]), int(bounds[1]) + 1)
    return found


def _times(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= 1_000_000:
        raise argparse.ArgumentTypeError(f"must be a whole number from 1 on, not {text}")
    return int(text)
