"""A document is put together from a session's events, transcript and prices."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from meetrec.core.document import Cost, Document, Remark, cost_of, happened
from meetrec.core.events import (
    AudioGap,
    CaptionFinal,
    CaptionInterim,
    Fault,
    MarkAdded,
    NoteAdded,
    PartDone,
    PartFailed,
)
from meetrec.core.session import Session
from meetrec.core.transcript import Transcript

SESSION = Session(
    id="x",
    title="x",
    started_at=datetime(2026, 11, 20, tzinfo=UTC),
    captions_model="gpt-live-transcribe",
    minutes_model="gpt-4o-transcribe-diarize",
)


def test_events_become_captions_marks_notes_and_faults_in_order_of_time() -> None:
    told = happened(
        [
            MarkAdded(at=9.0, text="later"),
            CaptionFinal(at=5.0, item="1:b", start=3.0, end=4.0, text="world"),
            CaptionFinal(at=6.0, item="1:a", start=1.0, end=2.0, text="hello"),
            CaptionInterim(at=7.0, item="1:c", start=5.0, end=6.0, text="not yet"),
            MarkAdded(at=2.0),
            NoteAdded(at=2.5, text="note"),
            Fault(at=3.0, what="broken"),
            AudioGap(at=1.0, seconds=0.5, why="the sound card was not read in time"),
        ]
    )
    assert [one.text for one in told.captions] == ["hello", "world"]
    assert told.marks == [Remark(2.0, ""), Remark(9.0, "later")]
    assert told.notes == [Remark(2.5, "note")]
    assert [one.text for one in told.faults] == [
        "0.5 s of sound are missing: the sound card was not read in time",
        "broken",
    ]
    assert told.last == 9.0


def test_marks_and_notes_divide_turns() -> None:
    assert Document(session=SESSION, marks=[Remark(3, "")], notes=[Remark(1, "a")]).breaks == [1, 3]


def test_a_document_is_a_draft_until_there_is_a_transcript() -> None:
    assert Document(session=SESSION).is_draft
    assert not Document(session=SESSION, transcript=Transcript()).is_draft


def test_the_estimate_is_the_price_of_both_models_and_billed_is_what_the_service_counted() -> None:
    cost = cost_of(SESSION, 600.0, Transcript(model="gpt-4o-transcribe-diarize", billed_seconds=300.0))
    assert cost.estimated == pytest.approx(0.17 + 0.06)
    assert cost.billed == pytest.approx(0.03)


def test_what_was_sent_without_an_answer_may_be_charged_as_well() -> None:
    events = [
        PartFailed(part=0, start=0.0, end=300.0, why="no answer", unanswered=2),
        PartDone(part=0, start=0.0, end=300.0),
        PartDone(part=1, start=300.0, end=600.0, unanswered=1),
    ]
    assert happened(events).unanswered == 900.0
    cost = cost_of(SESSION, 600.0, Transcript(billed_seconds=600.0), 900.0)
    assert (cost.billed, cost.maybe) == (pytest.approx(0.06), pytest.approx(0.09))
    assert cost_of(SESSION, 600.0, None, 900.0).maybe == pytest.approx(0.09)
    assert cost_of(SESSION, 600.0, None).maybe == 0.0


def test_a_price_nobody_knows_is_none() -> None:
    unpriced = Session(id="x", title="x", started_at=SESSION.started_at, minutes_model="acme")
    assert cost_of(unpriced, 600.0, None) == Cost(estimated=None, billed=None)


def test_a_simulated_session_costs_nothing() -> None:
    demo = Session(id="x", title="x", started_at=SESSION.started_at, minutes_model="acme", simulated=True)
    assert cost_of(demo, 600.0, Transcript(billed_seconds=600)) == Cost(estimated=0.0, billed=0.0)
