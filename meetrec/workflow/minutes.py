"""The minutes, rendered anew from what the session's folder holds: after a run, a rename, a correction."""

from __future__ import annotations

from pathlib import Path

from meetrec.core.errors import StorageError
from meetrec.export.markdown import minutes
from meetrec.storage.documents import load_document
from meetrec.storage.locks import acquire
from meetrec.storage.session_folder import SessionFolder

WAIT_S = 30.0
"""A render takes a second or two, for the longest sessions on the slowest machines."""


def write_minutes(folder: SessionFolder) -> Path:
    """Render `minutes.md` and return its path. Raises StorageError, BusyError. Blocks.

    Renders wait for each other: the last one has read what there was when the last change was made, and none that
    began earlier can overwrite it.
    """
    if not folder.path.is_dir():  # taking the lock would make it again
        raise StorageError(f"{folder.path} is not there any more", "meetrec list shows what is")
    with acquire(folder.path / ".minutes.lock", wait_s=WAIT_S, holder="another meetrec"):
        return folder.save_minutes(minutes(load_document(folder)))
