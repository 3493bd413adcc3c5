"""A session's folder read as a whole, for the exports and the review screen."""

from __future__ import annotations

from meetrec.core.document import Document, cost_of, happened
from meetrec.core.errors import StorageError
from meetrec.core.transcript import Transcript
from meetrec.storage.locks import RunningJob
from meetrec.storage.replay import edited
from meetrec.storage.session_file import read_session
from meetrec.storage.session_folder import SessionFolder
from meetrec.storage.sessions import state_of


def load_document(folder: SessionFolder, job: RunningJob | None = None, known: Transcript | None = None) -> Document:
    """Return everything known of the session; `job` is the process at work on it, if any.

    `known` is the transcript, edited, where it has been read already.

    A transcript that cannot be read is told in `problem`, and the captions stand in for it. Raises StorageError where
    the folder itself cannot be read.
    """
    if not folder.path.is_dir():
        raise StorageError(f"{folder.path} is not there any more", "meetrec list shows what is")
    session, problem = read_session(folder.path)
    state, why = state_of(folder, job)
    transcript, version = None, 0
    try:
        version = (folder.versions() or [0])[-1]
        transcript = known
        base = folder.transcript(version) if version and known is None else None
        if base is not None:
            transcript, wrong = edited(folder, version, base, session.names)
            problem = problem or wrong
    except StorageError as error:
        problem = problem or error.message
    events = happened(folder.events())
    duration = folder.duration() or (transcript.duration if transcript is not None else events.last)
    return Document(
        session=session,
        state=state,
        duration=duration,
        transcript=transcript,
        version=version,
        captions=events.captions,
        marks=events.marks,
        notes=events.notes,
        faults=events.faults,
        cost=cost_of(session, duration, transcript, events.unanswered),
        problem=problem or why,
    )
