"""How far a session is, told by what is in its folder and by the end of its journal."""

from __future__ import annotations

from meetrec.core.events import (
    Event,
    MinutesFailed,
    MinutesReady,
    MinutesStarted,
    RecordingStarted,
    RecordingStopped,
    from_json,
)
from meetrec.core.session import SessionState
from meetrec.storage.journal import TAIL_BYTES, read_lines
from meetrec.storage.locks import RunningJob
from meetrec.storage.session_folder import SessionFolder

_INTERRUPTED: dict[type[Event] | type[None], str] = {
    RecordingStarted: "the recorder was interrupted; all it had recorded is safe",
    MinutesStarted: "making the minutes was interrupted",
}
_TELLING = (RecordingStarted, RecordingStopped, MinutesStarted, MinutesReady, MinutesFailed)


def state_by_journal(folder: SessionFolder, job: RunningJob | None) -> tuple[SessionState, str]:
    """Return the state of a session that is not simply finished, and why there are no minutes where that is known.

    `job` is the process at work on it, if any. Only the end of the journal is read.
    """
    latest = _latest(folder)
    if job is not None:
        stopped = isinstance(latest, RecordingStopped | MinutesStarted | MinutesReady | MinutesFailed)
        return ("recording" if job.records and not stopped else "finishing"), ""
    if isinstance(latest, MinutesFailed):
        return "failed", latest.why
    return "recorded", _INTERRUPTED.get(type(latest), "")


def was_interrupted(folder: SessionFolder) -> bool:
    """Tell whether the last recording of a session that nobody works on was never stopped: its recorder died."""
    return isinstance(_latest(folder), RecordingStarted)


def missing_parts(folder: SessionFolder) -> int:
    """Return how many parts the minutes made last lack."""
    latest = _latest(folder)
    return latest.missing if isinstance(latest, MinutesReady) else 0


def _latest(folder: SessionFolder) -> Event | None:
    """Return the last event in the end of the journal that tells how far the session is."""
    for line in reversed(list(read_lines(folder.events_path, tail=TAIL_BYTES))):
        # Most lines are captions; reading those would make the list ten times slower.
        if ("minutes." in line or "recording." in line) and isinstance(event := from_json(line), _TELLING):
            return event
    return None
