"""`meetrec edit`: the minutes in the user's own editor, and what was changed there taken back."""

from __future__ import annotations

import contextlib
import hashlib
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from meetrec.cli.changing import change, find_session, open_editing, tell
from meetrec.cli.editor_program import run_editor
from meetrec.cli.output import Output
from meetrec.core.editing.edit_sheet import mark_of, read_sheet, sheet
from meetrec.core.editing.sheet_changes import changes
from meetrec.core.errors import ExitCode, MeetrecError, StorageError
from meetrec.storage.documents import load_document
from meetrec.storage.files import read_text, write_whole

if TYPE_CHECKING:
    from meetrec.core.editing.acts import Act
    from meetrec.core.transcript import Turn
    from meetrec.storage.editing import Editing

_NAME = "minutes.edit.md"


def edit(options: Namespace, output: Output) -> int:
    """Write the sheet, open the editor, and carry out what was changed."""
    editing = open_editing(find_session(options))
    done = edit_outside(editing, output.warn)
    if not done and not options.json:
        output.line("nothing was changed")
        return ExitCode.DONE
    return tell(options, output, editing, done)


def edit_outside(editing: Editing, warn: Callable[[str], object]) -> str:
    """Do all that and return in words what was changed; empty where nothing was."""
    if editing.problem:
        raise StorageError(f"nothing can be changed: {editing.problem}", "meetrec versions ID shows what is there")
    turns = editing.transcript.turns(load_document(editing.folder).breaks)
    text = _sheet(editing, turns)
    path, kept = _path(editing.folder.path, mark_of(text))
    if kept:
        warn(f"this goes on with what was written into {path} before")
    else:
        write_whole(path, text)
    try:
        run_editor(path)
        done = _take_back(editing, turns, path, text)
    except MeetrecError as error:
        if not _unchanged(path, text):
            error.hint = f"{error.hint}; your text is kept in {path}, meetrec edit {editing.folder.id} goes on with it"
        raise
    path.unlink(missing_ok=True)
    return done


def _sheet(editing: Editing, turns: list[Turn]) -> str:
    """Return the text, marked with what it was made of: it can only be taken back into the same."""
    plain = sheet(editing.transcript, turns, editing.session.title, "edit")
    mark = hashlib.sha256(f"{editing.version} {plain}".encode()).hexdigest()[:16]
    return sheet(editing.transcript, turns, editing.session.title, mark)


def _path(folder: Path, mark: str) -> tuple[Path, bool]:
    """Return the file to edit, and whether it holds what was refused before and still fits."""
    for number in range(1, 1000):
        path = folder / (_NAME if number == 1 else f"minutes.edit-{number}.md")
        if not path.exists() and not path.is_symlink():
            return path, False
        with contextlib.suppress(StorageError):
            if mark_of(read_text(path)) == mark:
                return path, True
    raise StorageError(f"{folder} is full of sheets that could not be taken back", "move them away")


def _unchanged(path: Path, text: str) -> bool:
    """Tell whether the sheet is as it was written; then there is nothing to keep, and it is removed."""
    try:
        same = read_text(path) == text
    except StorageError:
        return not path.exists()
    if same:
        path.unlink(missing_ok=True)
    return same


def _take_back(editing: Editing, turns: list[Turn], path: Path, text: str) -> str:
    """Carry out what was changed and return it in words; empty where nothing was."""
    edited = read_text(path)
    if edited == text:
        return ""
    act: Act | None = changes(editing.transcript, turns, read_sheet(edited), editing.base)
    return change(editing, act) if act is not None else ""
