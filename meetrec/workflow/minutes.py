"""The minutes, rendered anew from what the session's folder holds: after a run, a rename, a naming of speakers."""

from __future__ import annotations

from pathlib import Path

from meetrec.export.markdown import minutes
from meetrec.storage.documents import load_document
from meetrec.storage.session_folder import SessionFolder


def write_minutes(folder: SessionFolder) -> Path:
    """Render `minutes.md` and return its path. Raises StorageError. Blocks."""
    return folder.save_minutes(minutes(load_document(folder)))
