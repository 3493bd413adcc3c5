"""The port `Editor` of the review screen: one session being edited on disk."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

from meetrec.cli.sessions import job_of, render_minutes
from meetrec.core.editing.act_words import act_words
from meetrec.core.editing.origins import split_back
from meetrec.storage.documents import load_document
from meetrec.storage.editing import Editing
from meetrec.storage.known_names import known_names
from meetrec.storage.paths import Paths

if TYPE_CHECKING:
    from meetrec.core.document import Document
    from meetrec.core.editing.acts import Act
    from meetrec.core.transcript import Transcript
    from meetrec.storage.session_folder import SessionFolder


class DiskEditor:
    """Edits one session; its document is read once, then changed as the transcript is."""

    def __init__(self, paths: Paths, folder: SessionFolder) -> None:
        self._paths, self._folder = paths, folder
        self._editing = Editing(folder)
        self._document = load_document(folder, job_of(paths, folder), self._editing.transcript)

    @property
    def document(self) -> Document:
        editing = self._editing
        self._document = dataclasses.replace(
            self._document, transcript=editing.transcript, session=editing.session, version=editing.version
        )
        return self._document

    @property
    def received(self) -> Transcript:
        return self._editing.base

    @property
    def read_only(self) -> str:
        return self._editing.problem

    @property
    def undo_words(self) -> str:
        return _words(self._editing.undoable)

    @property
    def redo_words(self) -> str:
        return _words(self._editing.redoable)

    def act(self, act: Act) -> Document:
        self._editing.act(act)
        return self.document

    def split_back(self, speaker_id: str) -> Document:
        names = self._editing.session.names
        self._editing.act(lambda transcript: split_back(transcript, self._editing.base, speaker_id, names))
        return self.document

    def undo(self) -> str:
        return _words(self._editing.undo())

    def redo(self) -> str:
        return _words(self._editing.redo())

    def refresh(self) -> bool:
        return self._editing.refresh()

    def edit_outside(self) -> str:
        from meetrec.cli.editing import edit_outside

        return edit_outside(self._editing, lambda _: None)

    def save_minutes(self) -> None:
        render_minutes(self._folder)

    def names(self) -> Sequence[str]:
        return known_names(self._paths, self._folder)


def _words(act: Act | None) -> str:
    return act_words(act) if act is not None else ""
