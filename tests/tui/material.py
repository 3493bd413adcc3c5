"""A made-up meeting, the same at every run, for scenes and tests."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

from meetrec.core import events as ev
from meetrec.core.captions import Caption
from meetrec.core.document import Document, Remark
from meetrec.core.session import Session, SessionState
from meetrec.core.transcript import Gap, Segment, Speaker, Transcript

ZONE = timezone(timedelta(hours=1))
START = datetime(2026, 11, 20, 14, 5, 33, tzinfo=ZONE)

SECOND_ROOM = (
    "Can we spend them on the second room? The ceiling there swallows every other word, and people who call in have",
    "been asking us to repeat things since spring. A pair of flat microphones on the table would do.",
)
SAID = (
    ("Ana", "Good morning everybody. Shall we start? We have twenty minutes and three things on the list."),
    ("Ben", "Morning. I would take the budget first, because Chiara has to leave at half past."),
    ("Chiara", "Thank you, that helps."),
    ("Ana", "Fine. The budget then. The new microphones came in under the estimate, so we keep four hundred euros."),
    ("Ben", " ".join(SECOND_ROOM)),
    ("Chiara", "I would rather wait for the figures of November before we promise anything to anybody."),
    ("Ana", "Then let us decide it next week, with the figures. Ben, will you ask for an offer until then?"),
    ("Ben", "I will. Two offers, in fact."),
    ("Dušan", "Sorry, I was muted. I have the figures here already: we are nine percent below the plan."),
    ("Ana", "Even better. Next: the move to the new building, and who carries the piano."),
)


def spoken(count: int) -> Iterator[tuple[float, float, str, str]]:
    """Yield start, end, name, and text of `count` turns."""
    at = 3.0
    for name, text in itertools.islice(itertools.cycle(SAID), count):
        length = 1.0 + len(text) / 16
        yield at, at + length, name, text
        at += length + 0.8


def caption_events(count: int, *, interim: bool = False) -> list[ev.Event]:
    """Return the final captions of `count` turns; with `interim` the last one is still being spoken."""
    events: list[ev.Event] = []
    for number, (start, end, _, text) in enumerate(spoken(count)):
        events.append(ev.CaptionFinal(item=f"1:{number}", start=start, end=end, text=text, at=end))
    if interim and isinstance(last := events[-1], ev.CaptionFinal):
        text = last.text[: len(last.text) * 2 // 3]
        events[-1] = ev.CaptionInterim(item=last.item, start=last.start, end=last.end, text=text, at=last.end)
    return events


def started(title: str = "Weekly sync", *, simulated: bool = False, tracks: tuple[str, ...] = ("mic",)) -> ev.Event:
    return ev.RecordingStarted(
        id="2026-11-20T14-05-33-weekly-sync",
        folder="/srv/work/meetings",
        title=title,
        tracks=tracks,
        simulated=simulated,
        captions_model="gpt-live-transcribe",
        minutes_model="gpt-4o-transcribe-diarize",
        device="Built-in microphone",
    )


def live_events(count: int = 6, *, level: float = -22.0, interim: bool = True, **begin: Any) -> list[ev.Event]:
    """Return the events of a recording in good health, `count` turns in, with a mark and a note."""
    said = caption_events(count, interim=interim)
    events: list[ev.Event] = [
        started(**begin),
        ev.DiskChanged(state="ok", minutes_left=312.0),
        ev.LinkChanged(state="live"),
        ev.AudioSignal(state="normal"),
        *said,
    ]
    last = said[-1].at
    if count >= 4:
        events.append(ev.MarkAdded(at=said[2].at + 0.5))
        events.append(ev.NoteAdded(at=said[3].at + 0.2, text="ask Chiara for the November figures"))
    events.append(ev.AudioLevel(at=last + 1.4, rms=level, peak=level + 9))
    return events


def transcript(turns: int = 10, *, named: bool = True, gaps: tuple[Gap, ...] = ()) -> Transcript:
    """Return a transcript of `turns` turns by up to four people."""
    order: list[str] = []
    segments = []
    for number, (start, end, name, text) in enumerate(spoken(turns)):
        if name not in order:
            order.append(name)
        doubt = "overlapping voices" if number == 7 else ""
        segments.append(Segment(number, start, end, f"S{order.index(name) + 1}", text, doubt=doubt))
    speakers = tuple(
        Speaker(f"S{number}", name if named else f"Speaker {number}", named) for number, name in enumerate(order, 1)
    )
    duration = segments[-1].end + 4 if segments else 0.0
    return Transcript(tuple(segments), speakers, gaps, duration=duration, model="gpt-4o-transcribe-diarize")


def document(
    title: str = "Weekly sync", *, days_ago: int = 0, duration: float | None = None, state: SessionState = "finished",
    problem: str = "", words: Transcript | None = None, captions: int = 0, simulated: bool = False,
) -> Document:  # fmt: skip
    """Return one session; `captions` of them stand in where there is no transcript."""
    at = START - timedelta(days=days_ago, minutes=37 * days_ago)
    session = Session(
        id=f"{at:%Y-%m-%dT%H-%M-%S}-{title.lower().replace(' ', '-')}", title=title, started_at=at, simulated=simulated,
    )  # fmt: skip
    drafts = tuple(Caption(str(n), start, end, text, True) for n, (start, end, _, text) in enumerate(spoken(captions)))
    length = duration if duration is not None else (words.duration if words else drafts[-1].end + 3 if drafts else 0.0)
    has_words = bool(words and words.segments) or bool(drafts)
    return Document(
        session=session, state=state, duration=length, transcript=words, captions=drafts, problem=problem,
        marks=(Remark(24.0, ""),) if has_words else (),
        notes=(Remark(44.0, "ask Chiara for the November figures"),) if has_words else (),
    )  # fmt: skip


def shelf() -> list[Document]:
    """Return a library with a session in each state."""
    return [
        document("Weekly sync", words=transcript(), duration=1262.0),
        document(
            "Budget call with the foundation",
            days_ago=1,
            state="recorded",
            problem="no key",
            captions=8,
            duration=2410.0,
        ),
        document("Interview: Dr. Nakamura-Oyelaran on tide tables", days_ago=2, words=transcript(6), duration=5112.0),
        document("Stand-up", days_ago=3, words=transcript(3, named=False), duration=431.0),
        document("Board meeting", days_ago=7, state="failed", problem="the audio file is damaged", duration=0.0),
        document("meetrec demo", days_ago=8, words=transcript(9), duration=95.0, simulated=True),
        document("Retrospective", days_ago=9, words=transcript(5), duration=3725.0),
        document("Hiring: second round", days_ago=12, state="finishing", captions=5, duration=1822.0),
    ]
