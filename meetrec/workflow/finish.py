"""Finish a recording: parts, answers, transcript, minutes. A step runs only where its result is missing.

Run again after any interruption, it goes on where it was: the plan is kept before the first request and each answer as
soon as it is there, so that no part is paid for twice.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace

from meetrec.core.errors import MeetrecError, RefusedError, TooLongError
from meetrec.core.events import Event, MinutesFailed, MinutesReady, MinutesStarted, PartDone, PartFailed, PartSent
from meetrec.core.models import Model
from meetrec.core.parts import Part, part_limit, plan_parts
from meetrec.core.settings import MinutesSettings
from meetrec.core.stitch import PartAnswer, stitch
from meetrec.workflow.ports import Encode, PartFiles, Publish, Transcribe

LEVEL_STEP_S = 0.1
SILENCE_DB = -75.0
SHORTEST_S = 0.1
"""The service refuses shorter audio."""
BYTES_PER_SECOND = {"wav": 48_000.0, "flac": 40_000.0, "mp3": 9_500.0}


@dataclass(frozen=True, kw_only=True)
class FinishJob:
    """What there is to finish, and with what."""

    duration: float
    rate: int
    settings: MinutesSettings
    model: Model
    files: PartFiles
    levels: Callable[[], Sequence[float]]
    """Loudness in dB of each 0.1 s of the recording. Blocks."""
    encode: Encode
    transcribe: Transcribe
    publish: Publish


async def finish(job: FinishJob) -> AsyncIterator[Event]:
    """Make what is missing of the minutes, yielding what happens. Ends with `minutes.ready` or `minutes.failed`."""
    run = _Run(job)
    try:
        async for event in run.events():
            yield event
    except MeetrecError as error:
        yield MinutesFailed(at=job.duration, why=error.message, hint=error.hint)


class _Run:
    """One run of `finish`."""

    def __init__(self, job: FinishJob) -> None:
        self._job = job
        self._queue: asyncio.Queue[Event | None] = asyncio.Queue()
        self._gate = asyncio.Semaphore(job.settings.parallel)
        self._failures: dict[int, MeetrecError] = {}
        self._refused: MeetrecError | None = None

    async def events(self) -> AsyncIterator[Event]:
        job = self._job
        levels = await asyncio.to_thread(job.levels)
        parts = await self._plan(levels)
        answers = await asyncio.to_thread(job.files.load_answers)
        missing = [part for part in parts if part.number not in answers]
        yield MinutesStarted(
            at=job.duration, parts=len(parts), done=len(parts) - len(missing), model=job.model.name
        )
        sending = asyncio.create_task(self._send_all(missing, len(parts), levels))
        try:
            while (event := await self._queue.get()) is not None:
                yield event
            await sending
        finally:
            sending.cancel()
        yield await asyncio.to_thread(self._publish, parts)

    async def _plan(self, levels: Sequence[float]) -> list[Part]:
        """Return the plan of the earlier run, prolonged where the recording went on, or a new one."""
        job = self._job
        parts = await asyncio.to_thread(job.files.load_plan)
        planned = parts[-1].end if parts else 0.0
        if job.duration - planned < SHORTEST_S:
            return parts
        upload = self._upload_format()
        limit = part_limit(
            min(job.settings.max_part_seconds, job.model.max_request_seconds),
            job.model.max_request_bytes,
            BYTES_PER_SECOND[upload],
        )
        new = plan_parts(levels, LEVEL_STEP_S, job.duration, limit, start=planned)
        parts += [replace(part, number=len(parts) + part.number) for part in new]
        await asyncio.to_thread(job.files.save_plan, parts)
        return parts

    def _upload_format(self) -> str:
        """Return the format of the uploads: as it is while one request holds the recording, else compressed."""
        job = self._job
        if job.settings.upload != "auto":
            return job.settings.upload
        fits = job.duration * BYTES_PER_SECOND["wav"] <= job.model.max_request_bytes
        return "wav" if fits else "mp3"

    async def _send_all(self, parts: Sequence[Part], of: int, levels: Sequence[float]) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                for part in parts:
                    group.create_task(self._settle(part, of, levels))
        finally:
            self._queue.put_nowait(None)

    async def _settle(self, part: Part, of: int, levels: Sequence[float]) -> None:
        """Get the answer to one part and keep it, or remember why not."""
        async with self._gate:
            if self._refused is not None:
                self._failures[part.number] = self._refused
                return
            try:
                if part.seconds < SHORTEST_S or _is_silent(part, levels):
                    await self._keep(PartAnswer(part=part, model=self._job.model.name), of, took=0.0)
                else:
                    await self._request(part, of)
            except MeetrecError as error:
                self._failures[part.number] = error
                if isinstance(error, RefusedError) and not isinstance(error, TooLongError):
                    self._refused = error
                self._queue.put_nowait(
                    PartFailed(
                        at=self._job.duration,
                        part=part.number,
                        of=of,
                        start=part.start,
                        end=part.end,
                        why=error.message,
                        hint=error.hint,
                    )
                )

    async def _request(self, part: Part, of: int) -> None:
        job = self._job
        upload = self._upload_format()
        path = await asyncio.to_thread(job.files.upload_path, part, upload)
        try:
            size = await asyncio.to_thread(job.encode, part.start, part.end, upload, path)
            self._queue.put_nowait(
                PartSent(at=job.duration, part=part.number, of=of, start=part.start, end=part.end, bytes=size)
            )
            began = time.monotonic()
            answer = await job.transcribe(path, part.seconds)
        finally:
            await asyncio.to_thread(path.unlink, missing_ok=True)
        stored = PartAnswer(
            part=part, segments=answer.segments, model=job.model.name, billed_seconds=answer.billed_seconds
        )
        await self._keep(stored, of, took=time.monotonic() - began)

    async def _keep(self, answer: PartAnswer, of: int, took: float) -> None:
        await asyncio.to_thread(self._job.files.save_answer, answer)
        part = answer.part
        self._queue.put_nowait(
            PartDone(
                at=self._job.duration,
                part=part.number,
                of=of,
                start=part.start,
                end=part.end,
                segments=len(answer.segments),
                took=took,
            )
        )

    def _publish(self, parts: Sequence[Part]) -> Event:
        """Stitch what there is; a part without an answer is named in the minutes. Blocks."""
        job = self._job
        answers = job.files.load_answers()
        if parts and not answers:
            first = self._failures[min(self._failures)]
            return MinutesFailed(at=job.duration, why=first.message, hint=first.hint)
        settled = [
            answers.get(part.number) or PartAnswer(part=part, failure=self._failures[part.number].message)
            for part in parts
        ]
        transcript = stitch(settled, duration=job.duration, tells_speakers=job.model.speakers)
        path = job.publish(transcript)
        return MinutesReady(
            at=job.duration,
            path=str(path),
            segments=len(transcript.segments),
            speakers=len(transcript.speakers),
            missing=len(parts) - len(answers),
        )


def _is_silent(part: Part, levels: Sequence[float]) -> bool:
    """Tell whether the part holds nothing at all: the service invents text for silence, and it would be paid for."""
    window = levels[int(part.start / LEVEL_STEP_S) : int(part.end / LEVEL_STEP_S) + 1]
    return all(level < SILENCE_DB for level in window)
