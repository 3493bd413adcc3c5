"""The last step of the minutes: the transcript becomes a version of the session, and the document is rendered."""

from __future__ import annotations

from pathlib import Path

from meetrec.core.events import Notice
from meetrec.core.transcript import Transcript
from meetrec.storage.locks import acquire
from meetrec.storage.session_folder import SessionFolder

WAIT_S = 30.0
"""A correction takes milliseconds; a disk that hangs may take this long."""


def publish(folder: SessionFolder, transcript: Transcript, notices: list[Notice]) -> Path:
    """Keep the transcript as a new version, unless it is the one that is there, and render the minutes. Blocks.

    The version appears between two corrections, never in the middle of one: who corrects holds the same lock.
    Corrections that stay with the version before are told in `notices`. Raises StorageError, BusyError.
    """
    from meetrec.core.document import happened  # no recording needs any of this while it runs
    from meetrec.core.unsure import compared
    from meetrec.workflow.minutes import write_minutes

    transcript = compared(transcript, happened(folder.events()).captions)
    with acquire(folder.path / ".lock", wait_s=WAIT_S, holder="another meetrec"):
        stored = folder.transcript()
        if stored is None or stored.to_dict() != transcript.to_dict():  # times are rounded where they are stored
            before = folder.versions()[-1:]
            version = folder.save_transcript(transcript)
            notices += [_left_with(folder, one, version) for one in before if _changes(folder, one)]
    return write_minutes(folder)


def _changes(folder: SessionFolder, version: int) -> int:
    """Return how many corrections of a version hold, beside the names given, which carry over."""
    from meetrec.core.editing.acts import Composite, NameSpeaker, TakeNames
    from meetrec.storage.edit_log import NAME, read_log
    from meetrec.storage.replay import fold

    try:
        held = fold(read_log(folder.path / NAME).entries, version)[0]
    except ValueError:  # the log is broken, which is told where the session is opened
        return 0
    acts = [one.act.acts if isinstance(one.act, Composite) else (one.act,) for one in held]
    return sum(not all(isinstance(one, NameSpeaker | TakeNames) for one in each) for each in acts)


def _left_with(folder: SessionFolder, version: int, newer: int) -> Notice:
    changes = _changes(folder, version)
    what = "1 correction stays" if changes == 1 else f"{changes} corrections stay"
    return Notice(
        at=folder.duration(),
        what=f"{what} with version {version} of the transcript; the names carry over to version {newer}",
        hint=f"meetrec versions {folder.id} --diff {version} {newer} compares them",
    )
