"""Text that would drive a terminal or a markup parser, put into every place where outside text is shown."""

from __future__ import annotations

import dataclasses
from typing import Any

from meetrec.core import events as ev
from meetrec.core.document import Remark
from meetrec.core.errors import StorageError
from meetrec.core.transcript import Gap, Segment, Speaker, Transcript
from meetrec.tui.app import Start
from tests.tui import material as made
from tests.tui.fakes import FakeLibrary, FakeRecorder, FakeRunning
from tests.tui.scenes import RUNNING_ID, Scene, Stage

DRIVING = (
    "\x1b]52;c;ZXZpbA==\x07",  # the clipboard
    "\x1b]0;owned\x07",  # the window's title
    "\x1b[2J\x1b[31m",  # clear, color
    "\x9b31m\x9d0;x\x9c",  # the same in C1
    "\x1bP+q544e\x1b\\",  # DCS
    "\x1b]8;;http://evil\x1b\\x\x1b]8;;\x1b\\",  # a hyperlink
    "a\x1b]unterminated",
    "\u202egnp.exe\u202c\u2066\u2069",  # reading direction
    "b\b\b\r\x00\x7f",
    "\ud800",  # half a surrogate pair
)
MARKUP = ("a[/]b", "[red]r[/red]", "[@click=app.bell]x[/]", "[link=http://evil]l[/link]", "\\[", "[[x]]")
PAYLOAD = " ".join(DRIVING) + " end"
LITERAL = " ".join(MARKUP)


def hostile_document(text: str) -> Any:
    """Return a document with `text` in every field."""
    words = Transcript(
        segments=(Segment(0, 1.0, 2.0, "S1", text), Segment(1, 9.0, 10.0, text, text)),
        speakers=(Speaker("S1", text),),
        gaps=(Gap(3.0, 4.0, text),),
        duration=12.0,
    )
    whole = made.document(words=words)
    return dataclasses.replace(
        whole,
        session=dataclasses.replace(whole.session, title=text, device=text),
        problem=text,
        marks=(Remark(5.0, text),),
        notes=(Remark(6.0, text),),
        faults=(Remark(7.0, text),),
    )


def hostile_draft(text: str) -> Any:
    """Return the same, with captions only and no minutes."""
    whole = hostile_document(text)
    captions = [dataclasses.replace(one, text=text) for one in made.document(captions=2).captions]
    return dataclasses.replace(whole, transcript=None, captions=captions, state="recorded")


def hostile_events(text: str) -> list[ev.Event]:
    """Return events with `text` in every field a person sees."""
    return [
        made.started(text),
        ev.CaptionInterim(item="1", start=1, end=2, text=text),
        ev.CaptionFinal(item="2", start=2, end=3, text=text),
        ev.CaptionFinal(item="3", start=3, end=4, text=text, uncertain=True),
        ev.MarkAdded(at=4, text=text),
        ev.NoteAdded(at=5, text=text),
        ev.AudioGap(at=6, seconds=1, why=text),
        ev.DeviceChanged(at=7, device=text, what=text),
        ev.Fault(at=8, what=text, hint=text),
        ev.LinkChanged(at=9, state="offline", why=text, hint=text),
    ]


def _library(text: str) -> Stage:
    return Stage(library=FakeLibrary([hostile_document(text), hostile_draft(text)]))


def _review(text: str, *, draft: bool = False) -> Stage:
    document = hostile_draft(text) if draft else hostile_document(text)
    return Stage(library=FakeLibrary([document]), start=Start("open", document.session.id))


def _record(text: str) -> Stage:
    recorder = FakeRecorder(FakeRunning(RUNNING_ID, hostile_events(text)))
    return Stage(recorder=recorder, start=Start("record", text))


def _refused(text: str) -> Stage:
    recorder = FakeRecorder(refusal=StorageError(text, text))
    return Stage(recorder=recorder, start=Start("record", text))


def hostile_scenes(name: str, text: str) -> tuple[Scene, ...]:
    """Return every screen with `text` wherever outside text may stand."""
    return (
        Scene(f"{name}-library", lambda: _library(text), ""),
        Scene(f"{name}-rename", lambda: _library(text), "Rename", ("session => n",)),
        Scene(f"{name}-delete", lambda: _library(text), "gone for good", ("session => d",)),
        Scene(f"{name}-search", lambda: _library(text), "found in", ("session => slash e",)),
        Scene(f"{name}-review", lambda: _review(text), ""),
        Scene(f"{name}-draft", lambda: _review(text, draft=True), "First draft"),
        Scene(f"{name}-name", lambda: _review(text), "Who is", ("00:00:01 => 1",)),
        Scene(f"{name}-edit", lambda: _review(text), "Save, next turn", ("00:00:01 => enter",)),
        Scene(f"{name}-assign", lambda: _review(text), "Who said it?", ("00:00:01 => a", "somebody else => t")),
        Scene(f"{name}-speakers", lambda: _review(text), "S1 · 1 turn", ("00:00:01 => w",)),
        Scene(f"{name}-find", lambda: _review(text), "1 of", ("00:00:01 => slash", "Keep => e")),
        Scene(f"{name}-go", lambda: _review(text), "Go to", ("00:00:01 => g",)),
        Scene(f"{name}-record", lambda: _record(text), "offline"),
        Scene(f"{name}-refused", lambda: _refused(text), "NOT RECORDING"),
    )


HOSTILE_SCENES = (*hostile_scenes("driving", PAYLOAD), *hostile_scenes("markup", LITERAL))
