"""The report says exactly what of a recording arrived, what is missing and what came twice."""

from __future__ import annotations

from meetrec.demo.locate import Piece
from meetrec.demo.records import coverage
from meetrec.demo.truth import Truth, TruthSegment, TruthWord

WORDS = tuple(TruthWord(f"w{n}", float(n), n + 1.0) for n in range(10))
TRUTH = Truth("m", "M", None, 10.0, ("A",), (TruthSegment("A", 0.0, 10.0, "", WORDS),))  # type: ignore[arg-type]


def pieces(*spans: tuple[float, float]) -> list[Piece]:
    return [Piece(0.0, end - start, TRUTH, start, end) for start, end in spans]


def test_all_of_it_once() -> None:
    found = coverage(TRUTH, pieces((4.0, 10.0), (0.0, 4.0005)))
    assert (found.missing, found.repeated, len(found.arrived)) == ([], [], 1)


def test_holes_and_repeats() -> None:
    found = coverage(TRUTH, pieces((1.0, 4.0), (3.0, 6.0), (8.0, 9.0), (8.6, 8.7)))
    assert found.missing == [(0.0, 1.0), (6.0, 8.0), (9.0, 10.0)]
    assert found.repeated == [(3.0, 4.0), (8.6, 8.7)]
    assert found.missing_words(TRUTH) == ["w0", "w6", "w7", "w9"]
    assert found.repeated_words(TRUTH) == ["w3"]


def test_nothing_at_all() -> None:
    assert coverage(TRUTH, []).missing == [(0.0, 10.0)]
