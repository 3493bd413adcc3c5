"""With a service that never errs, any meeting's transcript is perfect; what it errs, stitching does not multiply."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meetrec.core.stitching.parts import Part, plan_parts
from meetrec.core.stitching.speakers import Clip
from meetrec.core.stitching.stitch import PartAnswer, RollCall, gather, nodes_of, stitch
from meetrec.core.stitching.voices import PAUSE_S, references, roll, roll_call, thorough_roll
from meetrec.core.transcript import Transcript, clean_segments
from tests.core.meeting_model import ErringService, TrueService, Utterance, levels, meeting

STEP = 0.1


def batches(parts: list[Part], size: int) -> list[list[Part]]:
    """Return the parts in groups of `size`."""
    return [parts[start : start + size] for start in range(0, len(parts), size)]


def transcribed(
    utterances: list[Utterance], seconds: float, limit: float, *, at_once: int, service: TrueService | None = None
) -> Transcript:
    """Go the way of the finish workflow: `at_once` parts, references from those before them, roll calls at the end."""
    service = service or TrueService(utterances)
    answers: list[PartAnswer] = []
    called: list[RollCall] = []
    *before, last = batches(plan_parts(levels(utterances, seconds, STEP), STEP, seconds, limit), at_once)
    for batch in before:
        answers += sent(service, batch, answers, seconds)
    of_the_last = sent(service, last, answers, seconds)
    called = compared(service, answers, seconds, called, complete=False)  # while the last ones are on their way
    answers += of_the_last
    called = compared(service, answers, seconds, called, complete=True)
    return stitch(answers, duration=seconds, tells_speakers=True, roll_calls=called)


def sent(service: TrueService, parts: list[Part], answers: list[PartAnswer], seconds: float) -> list[PartAnswer]:
    """Return the answers to parts that are sent at once."""
    known = references(gather(answers, seconds), nodes_of(answers, seconds))
    return [service.answer(part, known) for part in parts]


def compared(
    service: TrueService, answers: list[PartAnswer], seconds: float, called: list[RollCall], *, complete: bool
) -> list[RollCall]:
    """Return the roll calls once what is open was asked for."""
    if len(answers) < 2:
        return called
    said = nodes_of(answers, seconds)
    if clips := roll(gather(answers, seconds, called), said, {node for one in called for node in one.asked}):
        called = [*called, call(service, clips)]
    if complete and (clips := thorough_roll(gather(answers, seconds, called), said)):
        called = [call(service, clips)]
    return called


def call(service: TrueService, clips: list[Clip]) -> RollCall:
    """Return what the service says of the clips."""
    length = sum(clip.seconds + PAUSE_S for clip in clips)
    return roll_call(clips, clean_segments(service.roll(clips), start=0, end=length), 0.0)


def errors(transcript: Transcript, utterances: list[Utterance]) -> tuple[list[str], int]:
    """Return the words as stitched, and how many words stand with a speaker who is not the person who said them."""
    said_by = {word: one.speaker for one in utterances for word in one.words}
    person: dict[str, str] = {}
    wrong = 0
    for segment in transcript.segments:
        for word in segment.text.split():
            wrong += person.setdefault(segment.speaker, said_by[word]) != said_by[word]
    split = len(transcript.speakers) - len(set(person.values()))
    return [word for segment in transcript.segments for word in segment.text.split()], wrong + split


@pytest.mark.parametrize("at_once", [1, 3, 100])
@pytest.mark.parametrize("speakers", [2, 4, 6, 9])
def test_no_word_is_lost_doubled_or_given_to_another(speakers: int, at_once: int) -> None:
    utterances = meeting(Random(speakers), seconds=3600, speakers=speakers)
    transcript = transcribed(utterances, 3600, 400, at_once=at_once)
    words, wrong = errors(transcript, utterances)
    assert words == [word for one in utterances for word in one.words]
    assert wrong == 0
    assert len(transcript.speakers) == len({one.speaker for one in utterances})


def misplaced(transcript: Transcript, utterances: list[Utterance]) -> float:
    """Return the share of words with another speaker than most words of the person who said them, one to one."""
    said_by = {word: one.speaker for one in utterances for word in one.words}
    together: Counter[tuple[str, str]] = Counter()
    for segment in transcript.segments:
        together.update((segment.speaker, said_by[word]) for word in segment.text.split())
    right, taken = 0, set[str]()
    for (speaker, person), words in together.most_common():
        if not taken & {speaker, f"said by {person}"}:
            taken |= {speaker, f"said by {person}"}
            right += words
    return 1 - right / together.total()


@pytest.mark.parametrize(
    ("speakers", "seconds", "limit", "at_once"),
    [(2, 3600, 300, 1), (4, 1200, 300, 1), (4, 1200, 120, 4), (6, 3600, 400, 2), (9, 7200, 700, 2)],
)
def test_what_the_service_gets_wrong_does_not_grow_by_stitching(
    speakers: int, seconds: int, limit: int, at_once: int
) -> None:
    shares, spare = [], 0
    for seed in range(8):
        utterances = meeting(Random(seed), seconds=seconds, speakers=speakers)
        service = ErringService(utterances, Random(seed + 100), 0.05)
        transcript = transcribed(utterances, seconds, limit, at_once=at_once, service=service)
        shares.append(misplaced(transcript, utterances))
        spare += max(0, len(transcript.speakers) - speakers)
    assert sum(shares) / len(shares) < 0.08  # 0.05 without any seam
    assert max(shares) < 0.16
    assert spare <= 4


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    speakers=st.integers(1, 7),
    limit=st.floats(25, 120),
    longest=st.integers(1, 80),
    gap=st.floats(0.2, 8.0),
    at_once=st.sampled_from([1, 2, 4, 100]),
)
def test_words_survive_any_cut_even_through_long_speech(
    seed: int, speakers: int, limit: float, longest: int, gap: float, at_once: int
) -> None:
    utterances = meeting(Random(seed), seconds=300, speakers=speakers, longest=longest, gap=gap)
    transcript = transcribed(utterances, 300, limit, at_once=at_once)
    assert errors(transcript, utterances)[0] == [word for one in utterances for word in one.words]


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), limit=st.floats(60, 150), together=st.floats(0.1, 0.5))
def test_words_survive_where_people_talk_at_once(seed: int, limit: float, together: float) -> None:
    utterances = meeting(Random(seed), seconds=600, speakers=4, together=together)
    transcript = transcribed(utterances, 600, limit, at_once=1)
    assert sorted(errors(transcript, utterances)[0]) == sorted(word for one in utterances for word in one.words)


def test_a_part_that_failed_leaves_a_gap_of_what_nobody_heard() -> None:
    utterances = meeting(Random(3), seconds=300, speakers=2)
    service = TrueService(utterances)
    parts = plan_parts(levels(utterances, 300, STEP), STEP, 300, 110)
    answers = [service.answer(part) for part in parts]
    answers[1] = PartAnswer(part=parts[1], failure="HTTP 500")
    gap = stitch(answers, duration=300, tells_speakers=True).gaps[0]
    assert (gap.start, gap.end) == (parts[0].end, parts[2].start)


def test_an_empty_recording_is_an_empty_transcript() -> None:
    only = PartAnswer(part=Part(0, 0, 10, 0), segments=[])
    transcript = stitch([only], duration=10, tells_speakers=True)
    assert not transcript.segments
    assert not transcript.speakers
