"""Documents for the tests of the exports: one that has everything, and texts that want to be more than text."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta, timezone

from hypothesis import strategies as st

from meetrec.core.captions import Caption
from meetrec.core.document import Cost, Document, Remark
from meetrec.core.session import Session
from meetrec.core.transcript import Gap, Segment, Speaker, Transcript

STARTED = datetime(2026, 11, 20, 14, 5, 33, tzinfo=timezone(timedelta(hours=1)))

HOSTILE = (
    '": \n---\nevil: true',
    "a\u2028b\u2029c\x85d",
    "=cmd|' /C calc'!A0",
    "+1-1",
    "@SUM(A1)",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "![](http://evil.example/x.png)",
    "[[wikilink]] and ![[embed]]",
    "[click](javascript:alert(1))",
    "[@click=app.quit]x[/]",
    "http://evil.example www.evil.example me@evil.example",
    "00:00:01,000 --> 00:00:02,000",
    "{\\an8}up {b}",
    "# heading",
    "- item",
    "1. item",
    "> quote",
    "```\ncode\n```",
    "~~~",
    "*a* _b_ **c** __d__ `e` ~~f~~ $g$ ==h== %%i%% ^j",
    "&lt;b&gt; &#60;",
    "***",
    "---",
    "    indented",
    "\x1b]52;c;aGk=\x07\x1b[31mred\x9b31m",
    "\u202eevil\u202c",
    "\ud800 half",
    "trailing \\",
    "<% tp.x %> {{ x }}",
    "a | b\n--|--\n1 | 2",
    "\u200f\u0645\u0631\u062d\u0628\u0627 👩\u200d👩\u200d👧 e\u0301",
    "<!-- comment",
    "NOTE\n\nSTYLE",
)

SESSION = Session(
    id="2026-11-20T14-05-33-weekly-sync",
    title="Weekly sync",
    started_at=STARTED,
    tracks=("mic", "system"),
    captions_model="gpt-live-transcribe",
    minutes_model="gpt-4o-transcribe-diarize",
    names={"S1": "Ana"},
    attendees=("Ana", "Ben"),
    tags=("weekly", "team a"),
)
CAPTIONS = (
    Caption("1:a", 0.4, 3.1, "Good afternoon everybody.", final=True),
    Caption("1:b", 3.4, 6.0, "shall we begin", final=True, uncertain=True),
)
TRANSCRIPT = Transcript(
    segments=(
        Segment(0, 0.4, 3.1, "S1", "Good afternoon, everybody."),
        Segment(1, 3.2, 6.0, "S2", "Shall we begin? It's 3*4 = 12, and $5 for snake_case & co."),
        Segment(2, 60.5, 75.0, "S1", "Yes. " + "This is a rather long sentence that no screen can hold at once. " * 3),
        Segment(3, 74.0, 76.0, "S3", "Wait!", doubt="two people speak at once"),
        Segment(4, 1932.0, 1932.0, "S2", "Thank you.", unsure="the live captions heard nobody there"),
    ),
    speakers=(Speaker("S1", "Ana", named=True), Speaker("S2", "Speaker 2"), Speaker("S3", "Speaker 3")),
    gaps=(Gap(1200.0, 1930.0, "the service could not be reached"),),
    duration=3601.2,
    model="gpt-4o-transcribe-diarize",
    billed_seconds=2880.0,
)
FULL = Document(
    session=SESSION,
    state="finished",
    duration=3601.2,
    transcript=TRANSCRIPT,
    version=1,
    captions=CAPTIONS,
    marks=(Remark(61.0, ""), Remark(1931.0, "decision")),
    notes=(Remark(75.5, "ask Ben for the figures"),),
    faults=(Remark(30.1, "0.5 s of sound are missing: the sound card was not read in time"),),
    cost=Cost(estimated=1.380445, billed=0.288),
)
DRAFT = dataclasses.replace(
    FULL,
    transcript=None,
    version=0,
    state="failed",
    problem="no key is set",
    session=dataclasses.replace(FULL.session, simulated=True),
)

anything = st.one_of(st.text(), st.sampled_from(HOSTILE), st.tuples(st.text(), st.sampled_from(HOSTILE)).map("".join))
seconds = st.floats(0, 40_000, allow_nan=False)


def saying(text: str, name: str = "Ana", title: str = "Weekly sync", note: str = "") -> Document:
    """Return a short finished document with that text, speaker, title and note."""
    return Document(
        session=Session(id="2026-11-20T14-05-33", title=title, started_at=STARTED, minutes_model=name),
        state="finished",
        duration=10.0,
        transcript=Transcript(
            segments=(Segment(0, 1.0, 3.0, "S1", text), Segment(1, 4.0, 5.0, "S2", "Bye.")),
            speakers=(Speaker("S1", name, named=True), Speaker("S2", "Speaker 2")),
            gaps=(Gap(6.0, 7.0, note),),
            duration=10.0,
        ),
        marks=(Remark(2.0, note),),
        notes=(Remark(3.5, note),),
    )


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Draw a document whose segments may overlap, stand still, or end at once."""
    segments = []
    for number, start in enumerate(sorted(draw(st.lists(seconds, max_size=12)))):
        length = draw(st.one_of(st.just(0.0), st.floats(0, 60)))
        segments.append(Segment(number, start, start + length, f"S{draw(st.integers(1, 3))}", draw(anything)))
    speakers = tuple(Speaker(f"S{number}", draw(anything), named=True) for number in (1, 2, 3))
    transcript = Transcript(tuple(segments), speakers, duration=50_000.0, tells_speakers=draw(st.booleans()))
    remarks = st.lists(st.builds(Remark, seconds, anything), max_size=3)
    return Document(
        session=Session(id="2026-11-20T14-05-33", title=draw(anything), started_at=STARTED),
        duration=50_000.0,
        transcript=draw(st.sampled_from((transcript, None))),
        captions=tuple(Caption(f"1:{n}", n * 2.0, n * 2.0 + 1, draw(anything), final=True) for n in range(3)),
        marks=draw(remarks),
        notes=draw(remarks),
    )
