"""Changing a session's minutes: one act, the minutes rendered anew, a line that says what was done. Undo and redo."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING

from meetrec.cli.output import Output
from meetrec.cli.sessions import render_minutes
from meetrec.core.editing.act_words import act_words
from meetrec.core.errors import ExitCode, MeetrecError
from meetrec.storage.editing import Editing, Wanted
from meetrec.storage.paths import Paths
from meetrec.storage.sessions import SessionStore

if TYPE_CHECKING:
    from meetrec.core.editing.acts import Act
    from meetrec.storage.session_folder import SessionFolder


def find_session(options: Namespace) -> SessionFolder:
    """Return the session that was named."""
    return SessionStore(Paths.from_environment()).find(options.id)


def open_editing(folder: SessionFolder) -> Editing:
    """Begin to edit. Raises MeetrecError where there are no minutes."""
    if not folder.versions():
        raise MeetrecError(f"{folder.id} has no minutes yet", f"run meetrec finish {folder.id}")
    return Editing(folder)


def change(editing: Editing, wanted: Wanted) -> str:
    """Do it, render the minutes, and return in words what was done; empty where it changes nothing."""
    last, count = editing.undoable, len(editing.entries)
    editing.act(wanted)
    done = editing.undoable
    if len(editing.entries) == count or done is None or done is last:
        return ""
    render_minutes(editing.folder)
    return act_words(done)


def tell(options: Namespace, output: Output, editing: Editing, done: str) -> int:
    """Say what was done and how to take it back."""
    if options.json:
        output.json_value({"schema": 1, "id": editing.folder.id, "done": done, "version": editing.version})
    elif done:
        output.line(f"{done} (meetrec undo {editing.folder.id} takes it back)")
    else:
        output.line("nothing changes")
    return ExitCode.DONE


def undo(options: Namespace, output: Output) -> int:
    """Take back the last changes."""
    return _step(options, output, Editing.undo, "undone")


def redo(options: Namespace, output: Output) -> int:
    """Do again what was taken back."""
    return _step(options, output, Editing.redo, "done again")


def _step(options: Namespace, output: Output, step: Callable[[Editing], Act | None], what: str) -> int:
    editing = open_editing(find_session(options))
    acts: list[Act] = []
    while len(acts) < options.times and (act := step(editing)) is not None:
        acts.append(act)
    if acts:
        render_minutes(editing.folder)
    if options.json:
        key = "undone" if step is Editing.undo else "redone"
        output.json_value({"schema": 1, "id": editing.folder.id, key: [act_words(one) for one in acts]})
    for one in acts:
        output.line(f"{what}: {act_words(one)}")
    if not acts:
        word = "undo" if step is Editing.undo else "redo"
        output.line(f"there is nothing to {word} in {editing.folder.id}")
    return ExitCode.DONE
