"""How the answers to parts become one transcript."""

from __future__ import annotations

from meetrec.core.stitching.parts import Part
from meetrec.core.stitching.stitch import PartAnswer, stitch


def segment(start: object, end: object, speaker: object, text: object) -> dict[str, object]:
    return {
        "type": "transcript.text.segment",
        "id": "seg_0",
        "start": start,
        "end": end,
        "speaker": speaker,
        "text": text,
    }


def answer(number: int, start: float, end: float, *segments: object) -> PartAnswer:
    return PartAnswer(part=Part(number, start, end, start), segments=segments, model="m", billed_seconds=end - start)


def test_segments_are_cleaned_sorted_and_put_inside_the_recording() -> None:
    raw = answer(
        0,
        0,
        10,
        segment(5.0, 7.0, "B", "  second"),
        segment(0.5, 2.0, "A", " first "),
        segment(3.0, 4.0, "A", "   "),
        segment(9.0, 99.0, "A", "past the end"),
        segment(float("nan"), "x", None, "no times, no speaker"),
        segment(8.0, 7.0, "A", "backwards"),
        "not a segment",
        segment(1, 2, "A", 5),
    )
    transcript = stitch([raw], duration=10, tells_speakers=True)
    assert [one.text for one in transcript.segments] == [
        "no times, no speaker",
        "first",
        "second",
        "backwards",
        "past the end",
    ]
    assert all(0 <= one.start <= one.end <= 10 for one in transcript.segments)
    assert [one.id for one in transcript.segments] == [0, 1, 2, 3, 4]


def test_speakers_are_numbered_by_appearance() -> None:
    transcript = stitch(
        [answer(0, 0, 10, segment(0, 1, "B", "x"), segment(1, 2, "A", "y"))], duration=10, tells_speakers=True
    )
    assert [(one.id, one.name) for one in transcript.speakers] == [("S1", "Speaker 1"), ("S2", "Speaker 2")]
    assert [one.speaker for one in transcript.segments] == ["S1", "S2"]


def test_times_of_later_parts_count_from_the_beginning_of_the_recording() -> None:
    transcript = stitch(
        [answer(1, 10, 20, segment(0, 1, "A", "later")), answer(0, 0, 10, segment(0, 1, "A", "first"))],
        duration=20,
        tells_speakers=True,
    )
    assert [(one.start, one.text) for one in transcript.segments] == [(0, "first"), (10, "later")]


def test_nothing_is_lost_where_two_speak_at_once_a_minute_before_a_seam() -> None:
    """Who began first ended after the moment from which on nothing is looked at again, who broke in ended before."""
    first = answer(
        0, 0, 106, segment(35.0, 41.0, "A", "first to begin and last to end"), segment(36.0, 37.0, "B", "broke in")
    )
    second = answer(1, 100, 200, segment(110.0, 112.0, "A", "later"))
    texts = [one.text for one in stitch([first, second], duration=200, tells_speakers=True).segments]
    assert texts == ["first to begin and last to end", "broke in", "later"]


def test_a_part_without_an_answer_is_a_gap_that_says_why() -> None:
    failed = PartAnswer(part=Part(1, 10, 20, 10), failure="the service is down")
    transcript = stitch([answer(0, 0, 10, segment(0, 1, "A", "x")), failed], duration=20, tells_speakers=True)
    assert [(one.start, one.end, one.why) for one in transcript.gaps] == [(10, 20, "the service is down")]


def test_an_answer_survives_its_file() -> None:
    one = answer(3, 5.25, 9.5, segment(0, 1, "A", " x"))
    assert (
        PartAnswer.from_dict(3, one.to_dict()) == one
        or PartAnswer.from_dict(3, one.to_dict()).to_dict() == one.to_dict()
    )
