"""Document: everything that is known of a session, as the exports and the review screen need it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from meetrec.core.captions import Caption, CaptionTrack
from meetrec.core.cost import estimate
from meetrec.core.events import AudioGap, Event, Fault, MarkAdded, NoteAdded, PartDone, PartFailed
from meetrec.core.models import find_model
from meetrec.core.session import Session, SessionState
from meetrec.core.transcript import Transcript


@dataclass(frozen=True, slots=True)
class Remark:
    """A mark, a note or a fault `at` seconds on the recording's clock. The text of a mark may be empty."""

    at: float
    text: str


@dataclass(frozen=True, kw_only=True)
class Cost:
    """About what the session costs, in US dollars; None where a price is not known.

    `billed` counts the seconds the service said it charges for; it does so for the minutes, never for captions. `maybe`
    is what it may charge beside that, for requests whose answers never came.
    """

    estimated: float | None = None
    billed: float | None = None
    maybe: float | None = 0.0
    currency: str = "USD"


@dataclass(frozen=True, kw_only=True)
class Document:
    """One session. `transcript` is edited and bears the names the user gave; None while there is none.

    `version` is the number of the transcript that the edits belong to, 0 while there is none.

    `captions` are the final ones in spoken order; marks, notes and faults are sorted by time; `duration` is in seconds.
    """

    session: Session
    state: SessionState = "recorded"
    duration: float = 0.0
    transcript: Transcript | None = None
    version: int = 0
    captions: Sequence[Caption] = ()
    marks: Sequence[Remark] = ()
    notes: Sequence[Remark] = ()
    faults: Sequence[Remark] = ()
    cost: Cost = field(default_factory=Cost)
    problem: str = ""
    """Why there are no minutes, or what is wrong with the folder; empty when nothing is."""

    @property
    def is_draft(self) -> bool:
        """Whether the captions stand in for the transcript, which is not there yet."""
        return self.transcript is None

    @property
    def breaks(self) -> list[float]:
        """The times at which a turn is divided, so that marks and notes stand in their place."""
        return sorted(one.at for one in (*self.marks, *self.notes))


@dataclass(frozen=True, kw_only=True)
class Happened:
    """What a session's events say, in order of time."""

    captions: Sequence[Caption] = ()
    marks: Sequence[Remark] = ()
    notes: Sequence[Remark] = ()
    faults: Sequence[Remark] = ()
    last: float = 0.0
    """The latest time of any event."""
    unanswered: float = 0.0
    """Seconds of sound in requests whose answers never came: they may be charged."""


def happened(events: Iterable[Event]) -> Happened:
    """Sort the events of a journal into captions, marks, notes and faults."""
    track = CaptionTrack()
    marks, notes, faults = [], [], []
    last = unanswered = 0.0
    for event in events:
        last = max(last, event.at)
        track.apply(event)
        match event:
            case MarkAdded():
                marks.append(Remark(event.at, event.text))
            case NoteAdded():
                notes.append(Remark(event.at, event.text))
            case Fault():
                faults.append(Remark(event.at, event.what))
            case PartDone() | PartFailed():
                unanswered += event.unanswered * (event.end - event.start)
            case AudioGap():
                faults.append(Remark(event.at, f"{event.seconds:.1f} s of sound are missing: {event.why}"))
    for remarks in (marks, notes, faults):
        remarks.sort(key=lambda one: one.at)
    return Happened(
        captions=tuple(track.finals), marks=marks, notes=notes, faults=faults, last=last, unanswered=unanswered
    )


def cost_of(session: Session, duration: float, transcript: Transcript | None, unanswered: float = 0.0) -> Cost:
    """Return about what a session of `duration` seconds costs with its models.

    `unanswered` are the seconds of sound in requests whose answers never came.
    """
    names = [name for name in (session.captions_model, session.minutes_model) if name]
    shares = [0.0 if session.simulated else estimate(find_model(name), duration) for name in names]
    estimated = None if None in shares else sum(share for share in shares if share is not None)
    if session.simulated:
        return Cost(estimated=estimated, billed=0.0)
    model = find_model((transcript.model if transcript is not None else "") or session.minutes_model)
    billed = None if transcript is None else estimate(model, transcript.billed_seconds)
    return Cost(estimated=estimated, billed=billed, maybe=estimate(model, unanswered) if unanswered else 0.0)
