"""Make the minutes: parts, answers, transcript. A step runs only where its result is missing.

It may begin while the recording runs: each part is sent as soon as the recording has gone far enough beyond it, and
after stop only the last remains. Run again after any interruption, it goes on where it was: the plan is kept before
anything is sent and each answer as soon as it is there, so that no part is paid for twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

from meetrec.core.errors import MeetrecError, TooLongError
from meetrec.core.events import (
    Event,
    MinutesFailed,
    MinutesReady,
    MinutesStarted,
    PartDone,
    PartFailed,
    PartSent,
)
from meetrec.core.stitching.parts import (
    SHORTEST_LIMIT_S,
    Part,
    balanced_limit,
    last_part,
    next_part,
    part_limit,
    split_part,
)
from meetrec.core.stitching.stitch import PartAnswer, stitch
from meetrec.workflow.failures import Failures
from meetrec.workflow.finish_job import LEVEL_STEP_S, FinishJob
from meetrec.workflow.who import compare_voices, known_voices

LIVE_PART_S = 660.0
"""The longest part that is sent while recording. What remains after stop is no longer than that, so that the minutes
of a long meeting take hardly longer than those of a short one (a service takes about a tenth of the sound's length)."""
SILENCE_DB = -75.0
SHORTEST_S = 0.1
"""The service refuses shorter audio."""
BYTES_PER_SECOND = {"wav": 48_000.0, "flac": 48_000.0, "mp3": 9_500.0}
"""At most, at 24 kHz: FLAC saves half of speech and nothing of noise."""


class Finish:
    """One run. `run` yields its events; `advanced` and `complete` are called from the same event loop."""

    def __init__(self, job: FinishJob) -> None:
        self._job = job
        self._duration = 0.0
        self._complete = asyncio.Event()
        self._grown = asyncio.Event()
        self._events: asyncio.Queue[Event | None] = asyncio.Queue()
        self._gate = asyncio.Semaphore(job.settings.parallel)
        self._plan: list[Part] = []
        self._answers: dict[int, PartAnswer] = {}
        self._failures = Failures(job.model)
        self._longest = min(job.settings.max_part_seconds, job.model.max_request_seconds)

    def advanced(self, duration: float) -> None:
        """The recording holds `duration` seconds."""
        self._duration = duration
        self._grown.set()

    def complete(self, duration: float) -> None:
        """The recording holds `duration` seconds and will not grow."""
        self._complete.set()
        self.advanced(duration)

    async def run(self) -> AsyncIterator[Event]:
        """Yield what happens. Ends with `minutes.ready` or `minutes.failed` once the recording is complete."""
        work = asyncio.create_task(self._work())
        work.add_done_callback(lambda _: self._events.put_nowait(None))
        try:
            while (event := await self._events.get()) is not None:
                yield event
            yield await work
        except MeetrecError as error:
            yield MinutesFailed(at=self._duration, why=error.message, hint=error.hint)
        finally:
            work.cancel()

    # -- the steps -------------------------------------------------------------------------------------------------

    async def _work(self) -> Event:
        files = self._job.files
        self._plan = await asyncio.to_thread(files.load_plan)
        self._answers = await asyncio.to_thread(files.load_answers)
        await self._while_it_grows()
        await self._plan_the_rest()
        missing = [part for part in self._plan if part.number not in self._answers]
        self._tell(
            MinutesStarted(
                at=self._duration,
                parts=len(self._plan),
                done=len(self._plan) - len(missing),
                model=self._job.model.name,
            )
        )
        self._failures.forget_all_but_charged()
        missing = [part for part in missing if part.number not in self._failures]
        with _one_error():
            async with asyncio.TaskGroup() as group:
                # Of what is back, while the rest is on its way.
                group.create_task(self._compare_voices(complete=not missing and not self._failures))
                group.create_task(self._settle_missing(missing))
        if missing and not self._failures:
            await self._compare_voices(complete=True)
        return await asyncio.to_thread(self._publish)

    async def _settle_missing(self, missing: list[Part]) -> None:
        while missing:
            await self._settle_all(missing)
            missing = await self._split_too_long()

    async def _compare_voices(self, *, complete: bool) -> None:
        async for event in compare_voices(self._job, self._ordered(), self._duration, complete=complete):
            self._tell(event)

    async def _while_it_grows(self) -> None:
        """Send each part as soon as it is complete; what fails now is tried again at the end."""
        with _one_error():
            async with asyncio.TaskGroup() as sending:
                while not self._complete.is_set():
                    await self._grown.wait()
                    self._grown.clear()
                    while not self._complete.is_set() and (part := await self._next_live_part()) is not None:
                        await self._add(part)
                        sending.create_task(self._settle(part))
        self._failures.refused = None

    async def _plan_the_rest(self) -> None:
        """Plan what follows the last part. A recording that went on after it was finished once gets further parts."""
        if self._plan and self._duration - self._plan[-1].end < SHORTEST_S:
            return
        rest = self._duration - (self._plan[-1].end if self._plan else 0.0)
        limit = balanced_limit(rest, self._limit(self._format()), self._job.settings.parallel)
        while (part := await self._next_part(limit)) is not None:
            await self._add(part)
        await self._add(self._numbered(last_part(self._duration, self._plan[-1] if self._plan else None)))

    async def _next_live_part(self) -> Part | None:
        return await self._next_part(min(self._limit("mp3"), LIVE_PART_S))

    async def _next_part(self, limit: float) -> Part | None:
        before = self._plan[-1] if self._plan else None
        if self._duration - (before.end if before else 0.0) < limit / 2:
            return None  # not worth reading the levels
        levels = await asyncio.to_thread(self._job.audio.levels)
        part = next_part(levels, LEVEL_STEP_S, self._duration, limit, before)
        return None if part is None else self._numbered(part)

    def _numbered(self, part: Part) -> Part:
        """Give a part a number of its own: after a split they do not follow one another."""
        number = max((one.number for one in self._plan), default=-1) + 1
        return Part(number, part.start, part.end, part.cut)

    async def _add(self, *parts: Part) -> None:
        self._plan = sorted([*self._plan, *parts], key=lambda part: part.start)
        await asyncio.to_thread(self._job.files.save_plan, self._plan)

    def _limit(self, upload: str) -> float:
        return part_limit(self._longest, self._job.model.max_request_bytes, BYTES_PER_SECOND[upload])

    def _format(self) -> str:
        """Return the format of uploads: as it is while one request holds the whole recording, else compressed."""
        upload = self._job.settings.upload
        if upload != "auto":
            return upload
        fits = self._duration <= self._limit("wav") and len(self._plan) <= 1 and self._complete.is_set()
        return "wav" if fits else "mp3"

    # -- one part --------------------------------------------------------------------------------------------------

    async def _settle_all(self, parts: Sequence[Part]) -> None:
        with _one_error():
            async with asyncio.TaskGroup() as group:
                for part in parts:
                    group.create_task(self._settle(part))

    async def _settle(self, part: Part) -> None:
        """Get the answer to one part and keep it, or remember why not."""
        async with self._gate:
            try:
                if self._failures.refused is not None:
                    raise self._failures.refused
                await self._request(part)
                self._failures.pop(part.number, None)
            except MeetrecError as error:
                self._tell(PartFailed(**self._of(part), **self._failures.note(part, error)))

    async def _request(self, part: Part) -> None:
        job = self._job
        began = time.monotonic()
        if part.seconds < SHORTEST_S or await asyncio.to_thread(self._is_silent, part):
            await self._keep(PartAnswer(part=part, model=job.model.name), began)
            return
        known = known_voices(job, self._ordered(), self._duration)
        clips = [(one.name, await asyncio.to_thread(job.audio.clip, one.clip.start, one.clip.end)) for one in known]
        upload = self._format()
        path = await asyncio.to_thread(job.files.upload_path, f"{part.number:03d}.{upload}")
        try:
            size = await asyncio.to_thread(job.audio.encode, part.start, part.end, upload, path)
            self._tell(PartSent(**self._of(part), bytes=size))
            began = time.monotonic()
            answer = await job.transcribe(path, part.seconds, clips, self._failures.unanswered[part.number])
        finally:
            await asyncio.to_thread(path.unlink, missing_ok=True)
        stored = PartAnswer(
            part=part,
            segments=answer.segments,
            model=job.model.name,
            billed_seconds=answer.billed_seconds,
            known={one.name: one.clip.node for one in known},
        )
        await self._keep(stored, began, answer.unanswered)

    def _of(self, part: Part) -> dict[str, Any]:
        """Return what every event about a part says."""
        where = {"part": part.number, "of": len(self._plan), "start": part.start, "end": part.end}
        return {"at": self._duration, **where}

    async def _keep(self, answer: PartAnswer, began: float, unanswered: int = 0) -> None:
        await asyncio.to_thread(self._job.files.save_answer, answer)
        self._answers[answer.part.number] = answer
        took = time.monotonic() - began
        done = PartDone(**self._of(answer.part), segments=len(answer.segments), took=took, unanswered=unanswered)
        self._tell(done)

    def _is_silent(self, part: Part) -> bool:
        """Tell whether the part holds nothing at all: the service invents text for silence, and charges for it."""
        levels = self._job.audio.levels()
        window = levels[int(part.start / LEVEL_STEP_S) : int(part.end / LEVEL_STEP_S) + 1]
        return all(level < SILENCE_DB for level in window)

    async def _split_too_long(self) -> list[Part]:
        """Divide the parts that the service found too long, remember its limit, and return the pieces."""
        pieces: list[Part] = []
        for part in [part for part in self._plan if isinstance(self._failures.get(part.number), TooLongError)]:
            error = self._failures[part.number]
            named = error.limit_seconds if isinstance(error, TooLongError) else None
            limit = min(part.seconds / 2 + 6.0, self._longest, (named or part.seconds) - 1.0)
            if limit < SHORTEST_LIMIT_S:
                continue
            self._longest = limit
            levels = await asyncio.to_thread(self._job.audio.levels)
            number = max(one.number for one in self._plan) + 1
            new = split_part(part, levels, LEVEL_STEP_S, limit, number)
            self._plan.remove(part)
            del self._failures[part.number]
            await self._add(*new)
            pieces += new
        return pieces

    # -- the result ------------------------------------------------------------------------------------------------

    def _ordered(self) -> list[PartAnswer]:
        return [self._answers[part.number] for part in self._plan if part.number in self._answers]

    def _publish(self) -> Event:
        """Stitch what there is; a part without an answer is named in the minutes. Blocks."""
        if self._plan and not self._answers:
            first = self._failures[min(self._failures)]
            return MinutesFailed(at=self._duration, why=first.message, hint=first.hint)
        settled = [
            self._answers.get(part.number) or PartAnswer(part=part, failure=self._failures[part.number].message)
            for part in self._plan
        ]
        transcript = stitch(
            settled,
            duration=self._duration,
            tells_speakers=self._job.model.speakers,
            roll_calls=self._job.files.load_roll_calls(),
        )
        path = self._job.publish(transcript)
        return MinutesReady(
            at=self._duration,
            path=str(path),
            segments=len(transcript.segments),
            speakers=len(transcript.speakers),
            missing=sum(1 for one in settled if one.failure),
        )

    def _tell(self, event: Event) -> None:
        self._events.put_nowait(event)


@contextlib.contextmanager
def _one_error() -> Iterator[None]:
    """Raise the first error of a group of tasks; the others are its echoes."""
    try:
        yield
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None
