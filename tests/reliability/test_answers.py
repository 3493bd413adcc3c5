"""Whatever the service answers to a part: what can be repaired is, the rest is named in the minutes and asked again."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from meetrec.demo.faults import Faults
from tests.e2e.meeting import cut, minutes_words, words_between, write_wav
from tests.e2e.program import meetrec, only_session, shown
from tests.e2e.served import Served

SPAN = (6.6, 22.7)
SECONDS = SPAN[1] - SPAN[0]
WORDS = words_between(*SPAN)


@pytest.fixture
def short(tmp_path: Path) -> Path:
    return write_wav(tmp_path / "short.wav", cut(*SPAN))


def imported(path: Path, served: Served, faults: Faults) -> int:
    served.faults = faults
    code = meetrec("import", str(path)).code
    served.faults = Faults()
    return code


@pytest.mark.parametrize(
    ("kind", "whole"),
    [
        ("missing", False),
        ("null_speaker", True),
        ("unsorted", True),
        ("overlapping", True),
        ("outside", False),
        ("many_speakers", True),
        ("empty_texts", False),
        ("bad_values", False),
        ("hostile", False),
    ],
)
def test_segments_of_any_kind_become_minutes_in_order_inside_the_recording(
    served: Served, short: Path, kind: str, whole: bool
) -> None:
    assert imported(short, served, Faults(every_answer=kind)) == 0
    document = shown()
    transcript = document["transcript"]["segments"] if "transcript" in document else document["segments"]
    assert transcript
    starts = [one["start"] for one in transcript]
    assert starts == sorted(starts)
    assert all(0 <= one["start"] <= one["end"] <= SECONDS + 0.2 for one in transcript)
    assert all(one["text"].strip() for one in transcript)
    if whole:
        assert minutes_words(document) == WORDS


@pytest.mark.parametrize("kind", ["none", "huge", "deep"])
def test_answers_without_segments_or_beyond_measure_end_in_minutes_or_a_sentence(
    served: Served, short: Path, kind: str
) -> None:
    code = imported(short, served, Faults(every_answer=kind))
    assert code in (0, 3)
    folder = only_session()
    if code == 3:
        assert meetrec("finish", folder.id).code == 0
        assert minutes_words(shown()) == WORDS
    assert sum(path.stat().st_size for path in folder.path.rglob("*") if path.suffix != ".wav") < 30_000_000
    json.dumps(shown())


@pytest.mark.parametrize("fault", ["empty", "html", "malformed", "cut", "reset", "redirect", "text-error", "detail"])
def test_a_part_without_an_answer_is_named_in_the_minutes_and_made_by_finishing_again(
    served: Served, short: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    monkeypatch.setenv("MEETREC_MINUTES_MAX_PART_SECONDS", "12")
    monkeypatch.setenv("MEETREC_MINUTES_PARALLEL", "1")
    code = imported(short, served, Faults(http=("ok",), every_http=fault))
    assert code == 3
    folder = only_session()
    text = folder.minutes.read_text("utf-8")
    assert "not transcribed" in text.lower()
    assert f"meetrec finish {folder.id}" in text
    before = len(served.uploads)
    assert meetrec("finish", folder.id).code == 0
    assert minutes_words(shown()) == WORDS
    text = folder.minutes.read_text("utf-8")
    assert "not transcribed" not in text.lower()
    assert len(served.uploads) - before <= 2  # the part that was missing, and who spoke in both


def test_answers_lost_while_recording_and_after_it_are_asked_for_once_more_in_all_until_somebody_asks(
    served: Served, short: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the machine is not too busy, the first part fails while the recording still runs."""
    monkeypatch.setenv("MEETREC_MINUTES_MAX_PART_SECONDS", "10")
    monkeypatch.setenv("MEETREC_MINUTES_PARALLEL", "1")
    served.faults = Faults(every_http="reset")
    done = meetrec("record", "--from", str(short), "--speed", "4", "--no-captions", "--headless", "--json")
    assert done.code == 3
    failed = [event for event in done.events if event["type"] == "part.failed"]
    assert len({event["part"] for event in failed}) >= 2
    asked = Counter((upload.seconds, upload.bytes) for upload in served.uploads)
    assert set(asked.values()) == {2}
    assert [event["unanswered"] for event in failed] == [2] * len(failed)
    assert all(
        "it may have been charged all the same (2 requests, less than $0.01)" in event["why"] for event in failed
    )
    assert ["may be charged" in line for line in meetrec("sent").out.splitlines() if "transcriptions" in line] == [
        True
    ] * (2 * len(failed))
    assert shown()["cost"]["maybe"] > 0
    served.faults = Faults()
    assert meetrec("finish", "latest").code == 0
    assert minutes_words(shown()) == WORDS


@pytest.mark.parametrize("limit", [Faults(max_seconds=12.0), Faults(max_bytes=400_000)], ids=["too long", "413"])
def test_a_part_that_is_too_large_for_the_service_is_cut_smaller_without_a_word_lost(
    served: Served, short: Path, limit: Faults
) -> None:
    assert imported(short, served, limit) == 0
    assert minutes_words(shown()) == WORDS
