"""The minutes are made step by step, go on after any interruption, and pay for nothing twice."""

from __future__ import annotations

import asyncio
import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest

from meetrec.core.errors import MeetrecError, RefusedError, TooLongError, UnavailableError
from meetrec.core.events import Event, MinutesFailed, MinutesReady, MinutesStarted, PartDone, PartFailed, PartSent
from meetrec.core.models import find_model
from meetrec.core.settings import MinutesSettings
from meetrec.core.stitching.parts import Part
from meetrec.core.stitching.speakers import Clip
from meetrec.core.stitching.voices import Reference
from meetrec.core.transcript import Transcript
from meetrec.storage.part_files import PartFiles
from meetrec.workflow.finish import Finish
from meetrec.workflow.finish_job import LEVEL_STEP_S, FinishJob
from tests.core.meeting_model import TrueService, Utterance, levels, meeting
from tests.waiting import until

SECONDS = 600.0
Spans = list[tuple[float, float]]


@dataclasses.dataclass
class Given:
    """What a request was answered with."""

    segments: Sequence[Mapping[str, Any]]
    billed_seconds: float
    unanswered: int = 0


class Bench:
    """A meeting, a service that never errs unless told to, and real part files."""

    def __init__(self, folder: Path, utterances: list[Utterance] | None = None, seconds: float = SECONDS) -> None:
        self.utterances = meeting(Random(5), seconds=seconds, speakers=3) if utterances is None else utterances
        self.seconds = seconds
        self.service = TrueService(self.utterances)
        self.files = PartFiles(folder / "parts")
        self.folder = folder
        self.sent: list[tuple[float, float]] = []
        self.rolled: list[Spans] = []
        """The clips of each roll call."""
        self.last_answer: asyncio.Event | None = None
        """Where set, the answer to the last part waits for it; a roll call sets it."""
        self.errors: list[MeetrecError] = []
        self.asked_after: list[int] = []
        """How many requests without an answer each one was told of."""
        self.longest = 10_000.0
        self.transcript: Transcript | None = None
        self._spans: dict[Path, Spans] = {}
        self._names: dict[bytes, tuple[float, float]] = {}

    # -- the audio port --------------------------------------------------------------------------------------------

    def levels(self) -> Sequence[float]:
        return levels(self.utterances, self.seconds, LEVEL_STEP_S)

    def encode(self, start: float, end: float, upload: str, target: Path) -> int:
        self._spans[target] = [(start, end)]
        target.write_bytes(b"audio")
        return 5

    def clip(self, start: float, end: float) -> bytes:
        return f"{start} {end}".encode()

    def encode_clips(self, spans: Sequence[tuple[float, float]], pause_s: float, target: Path) -> int:
        self._spans[target] = list(spans)
        target.write_bytes(b"clips")
        return 5

    # -- the service -----------------------------------------------------------------------------------------------

    async def transcribe(
        self, path: Path, seconds: float, known: Sequence[tuple[str, bytes]], unanswered: int = 0
    ) -> Given:
        await asyncio.sleep(0)
        spans = self._spans[path]
        self.asked_after.append(unanswered)
        if self.errors:
            raise self.errors.pop(0)
        if seconds > self.longest:
            raise TooLongError("too long", limit_seconds=self.longest)
        if path.name.startswith("upload-voices"):
            self.rolled.append(spans)
            if self.last_answer is not None:
                self.last_answer.set()
            return Given(self.service.roll([Clip((0, ""), *span) for span in spans]), seconds)
        self.sent.append(spans[0])
        if self.last_answer is not None and spans[0][1] == self.seconds:
            await self.last_answer.wait()
        references = [Reference(name, Clip((0, ""), *map(float, wav.split()))) for name, wav in known]
        answer = self.service.answer(Part(0, *spans[0], spans[0][0]), references)
        return Given([dict(one) for one in answer.segments if isinstance(one, dict)], seconds)

    def publish(self, transcript: Transcript) -> Path:
        self.transcript = transcript
        return self.folder / "minutes.md"

    def run(self, **settings: Any) -> Finish:
        given: dict[str, Any] = {"max_part_seconds": 100.0, "parallel": 1, **settings}
        return Finish(
            FinishJob(
                settings=dataclasses.replace(MinutesSettings(), **given),
                model=find_model("gpt-4o-transcribe-diarize"),
                audio=self,
                files=self.files,
                transcribe=self.transcribe,
                publish=self.publish,
            )
        )

    async def finish(self, **settings: object) -> list[Event]:
        run = self.run(**settings)
        run.complete(self.seconds)
        return [event async for event in run.run()]

    def check(self) -> None:
        """Every word is there once, in order, and each person is one speaker."""
        assert self.transcript is not None
        words = [word for segment in self.transcript.segments for word in segment.text.split()]
        assert words == [word for one in self.utterances for word in one.words]
        assert len(self.transcript.speakers) == len({one.speaker for one in self.utterances})


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@pytest.mark.parametrize("parallel", [1, 4])
async def test_a_long_recording_is_sent_in_parts_and_joined_without_a_flaw(bench: Bench, parallel: int) -> None:
    events = await bench.finish(parallel=parallel)
    bench.check()
    kinds = Counter(type(event) for event in events)
    assert isinstance(events[0], MinutesStarted)
    assert events[0].parts == kinds[PartSent] == kinds[PartDone] == len(bench.sent) >= 6
    assert isinstance(events[-1], MinutesReady)
    assert not list((bench.folder / "parts").glob("upload-*"))


async def test_a_short_recording_is_one_request(tmp_path: Path) -> None:
    bench = Bench(tmp_path, seconds=80.0)
    await bench.finish()
    assert bench.sent == [(0.0, 80.0)]


async def test_interrupted_at_any_event_it_goes_on_and_sends_no_answered_part_again(tmp_path: Path) -> None:
    whole = Bench(tmp_path / "whole")
    length = len(await whole.finish())
    for stop_after in range(1, length):
        bench = Bench(tmp_path / str(stop_after))
        run = bench.run()
        run.complete(SECONDS)
        events = run.run()
        for _ in range(stop_after):
            await anext(events)
        await events.aclose()
        answered = {(one.part.start, one.part.end) for one in bench.files.load_answers().values()}
        before = len(bench.sent)
        await bench.finish()
        bench.check()
        assert not answered & set(bench.sent[before:])
        assert bench.transcript == whole.transcript


async def test_run_again_when_all_is_there_it_asks_for_nothing(bench: Bench) -> None:
    await bench.finish()
    requests = len(bench.sent), len(bench.rolled)
    await bench.finish()
    assert (len(bench.sent), len(bench.rolled)) == requests
    bench.check()


async def test_while_the_recording_grows_parts_go_out_and_only_the_last_remains(bench: Bench) -> None:
    run = bench.run()
    events: list[Event] = []

    async def collect() -> None:
        events.extend([event async for event in run.run()])

    collecting = asyncio.create_task(collect())
    for second in range(0, 560, 10):
        run.advanced(float(second))
        await asyncio.sleep(0)
    await until(lambda: len(bench.sent) >= 4)
    sent_before = len(bench.sent)
    run.complete(SECONDS)
    await asyncio.wait_for(collecting, 60)
    started = next(event for event in events if isinstance(event, MinutesStarted))
    assert started.done >= sent_before
    assert started.parts - started.done <= 2
    bench.check()


async def test_who_is_who_in_earlier_parts_is_asked_while_the_last_part_is_on_its_way(tmp_path: Path) -> None:
    bench = Bench(tmp_path, meeting(Random(5), seconds=SECONDS, speakers=8))
    run = bench.run()
    run.advanced(SECONDS - 1)
    growing = aiter(run.run())
    while len(bench.files.load_answers()) < 5:
        await anext(growing)
    bench.last_answer = asyncio.Event()
    run.complete(SECONDS)
    async with asyncio.timeout(60):
        while not isinstance(await anext(growing), MinutesReady):
            pass
    bench.check()
    first, *later = bench.rolled
    assert all(len(spans) < len(first) for spans in later)  # what was compared is not compared again


async def test_a_part_that_fails_while_recording_is_tried_again_at_the_end(bench: Bench) -> None:
    bench.errors = [UnavailableError("the service is down")]
    run = bench.run()
    run.advanced(300.0)
    events: list[Event] = []

    async def collect() -> None:
        async for event in run.run():
            events.append(event)
            if isinstance(event, PartFailed):
                run.complete(SECONDS)

    await asyncio.wait_for(collect(), 60)
    assert isinstance(events[-1], MinutesReady)
    assert events[-1].missing == 0
    bench.check()


def lost(unanswered: int) -> UnavailableError:
    """Return the error for requests whose answers never came."""
    error = UnavailableError("the service does not answer")
    error.unanswered = unanswered
    return error


async def recorded_while_a_part_fails(bench: Bench) -> list[Event]:
    """Record until a part failed, then stop; return what happened."""
    run = bench.run()
    run.advanced(150.0)
    events: list[Event] = []

    async def collect() -> None:
        async for event in run.run():
            events.append(event)
            if isinstance(event, PartFailed):
                run.complete(SECONDS)

    await asyncio.wait_for(collect(), 60)
    return events


async def test_a_part_that_may_have_been_charged_twice_is_sent_again_only_when_somebody_asks(bench: Bench) -> None:
    bench.errors = [lost(2)]
    events = await recorded_while_a_part_fails(bench)
    (failed,) = (event for event in events if isinstance(event, PartFailed))
    assert failed.unanswered == 2
    assert failed.why.startswith(
        "the service does not answer; it may have been charged all the same (2 requests, about $"
    )
    assert isinstance(events[-1], MinutesReady)
    assert events[-1].missing == 1
    assert (failed.start, failed.end) not in bench.sent
    await bench.finish()
    assert (failed.start, failed.end) in bench.sent
    bench.check()


async def test_what_was_lost_while_recording_counts_when_a_part_is_sent_again_after_stop(bench: Bench) -> None:
    bench.errors = [lost(1)]
    events = await recorded_while_a_part_fails(bench)
    assert isinstance(events[-1], MinutesReady)
    assert events[-1].missing == 0
    assert sorted(bench.asked_after, reverse=True)[:2] == [1, 0]
    bench.check()


async def test_a_refusal_after_a_lost_answer_charges_the_other_parts_with_nothing(bench: Bench) -> None:
    refused = RefusedError("there is no key")
    refused.unanswered = 1
    bench.errors = [refused]
    events = await bench.finish()
    assert [event.unanswered for event in events if isinstance(event, PartFailed)][:3] == [1, 0, 0]


async def test_a_part_that_failed_stays_named_while_another_is_cut_smaller(bench: Bench) -> None:
    bench.errors = [UnavailableError("the service is down"), TooLongError("too long", limit_seconds=60.0)]
    events = await bench.finish()
    assert isinstance(events[-1], MinutesReady)
    assert events[-1].missing == 1
    await bench.finish()
    bench.check()


async def test_a_failed_part_is_named_and_the_rest_is_there(bench: Bench) -> None:
    bench.errors = [UnavailableError("the service is down")]
    events = await bench.finish()
    assert isinstance(events[-1], MinutesReady)
    assert events[-1].missing == 1
    assert bench.transcript is not None
    assert [gap.why for gap in bench.transcript.gaps] == ["the service is down"]
    await bench.finish()
    bench.check()


async def test_a_refusal_ends_the_run_without_asking_for_every_part(bench: Bench) -> None:
    bench.errors = [RefusedError("there is no key", "set OPENAI_API_KEY")] * 100
    events = await bench.finish()
    assert isinstance(events[-1], MinutesFailed)
    assert (events[-1].why, events[-1].hint) == ("there is no key", "set OPENAI_API_KEY")
    assert len(bench.errors) == 99


async def test_what_is_too_long_for_the_service_is_cut_smaller(bench: Bench) -> None:
    bench.longest = 40.0
    events = await bench.finish()
    assert isinstance(events[-1], MinutesReady)
    assert events[-1].missing == 0
    assert all(end - start <= 40.0 for start, end in bench.sent)
    bench.check()


async def test_silence_is_not_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(tmp_path, utterances=[], seconds=300.0)
    monkeypatch.setattr(bench, "levels", lambda: [-120.0] * 3000)
    events = await bench.finish()
    assert isinstance(events[-1], MinutesReady)
    assert bench.sent == []


async def test_voices_that_no_part_has_together_are_compared_in_one_request(tmp_path: Path) -> None:
    first = [Utterance("Ana", 1.0 + 6 * n, tuple(f"a{n}w{k}" for k in range(10))) for n in range(16)]
    second = [Utterance("Ben", 101.0 + 6 * n, tuple(f"b{n}w{k}" for k in range(10))) for n in range(16)]
    third = [Utterance("Ana", 201.0 + 6 * n, tuple(f"c{n}w{k}" for k in range(10))) for n in range(15)]
    bench = Bench(tmp_path, utterances=[*first, *second, *third], seconds=300.0)
    await bench.finish(parallel=8)
    assert len(bench.rolled) == 1
    bench.check()
