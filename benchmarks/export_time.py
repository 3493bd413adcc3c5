"""The export of a long day in each format: 8 hours, 20,000 segments, from the document in memory to the whole file."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from meetrec.core.document import Document, Remark
from meetrec.core.session import Session
from meetrec.core.transcript import Segment, Speaker, Transcript
from meetrec.export.formats import FORMATS

SEGMENTS = 20_000
HOURS = 8
SPEAKERS = 6
SENTENCE = "I would rather look at the figures of the second quarter again before we tell anybody, including José. "
ROUNDS = 3


def main() -> None:
    """Render each format three times and print the best; the first also loads what it needs."""
    document = long_day()
    for name, form in FORMATS.items():
        times = []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            size = len(form.render(document))
            times.append(time.perf_counter() - began)
        best = f"{min(times):.2f} s the best of {ROUNDS}"
        print(f"  {name:5} {times[0]:.2f} s at first, {best} ({size / 1e6:.1f} MB; at most 2 s)")


def long_day() -> Document:
    """Return a day of talk in which speakers change every few segments, with marks and notes."""
    step = HOURS * 3600 / SEGMENTS
    segments = tuple(
        Segment(number, number * step, number * step + 1.3, f"S{number // 3 * 7 % SPEAKERS + 1}", SENTENCE)
        for number in range(SEGMENTS)
    )
    speakers = tuple(Speaker(f"S{number}", f"Speaker {number}") for number in range(1, SPEAKERS + 1))
    return Document(
        session=Session(id="day", title="A long day", started_at=datetime(2026, 11, 20, 9, tzinfo=UTC)),
        state="finished",
        duration=HOURS * 3600.0,
        transcript=Transcript(segments, speakers, duration=HOURS * 3600.0),
        marks=tuple(Remark(at * 300.0, "") for at in range(1, 90)),
        notes=tuple(Remark(at * 700.0, "a note") for at in range(1, 40)),
    )
