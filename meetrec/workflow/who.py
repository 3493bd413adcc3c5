"""Who is who across the parts: reference clips for the next part, and roll calls at the end."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Sequence

from meetrec.core.errors import MeetrecError
from meetrec.core.events import Event, Notice
from meetrec.core.stitching.speakers import Clip
from meetrec.core.stitching.stitch import PartAnswer, RollCall, gather, nodes_of
from meetrec.core.stitching.voices import PAUSE_S, ROLL_S, Reference, references, roll, roll_call, thorough_roll
from meetrec.core.transcript import clean_segments
from meetrec.workflow.finish_job import FinishJob


def known_voices(job: FinishJob, answers: Sequence[PartAnswer], duration: float) -> list[Reference]:
    """Return clips of the people heard so far, to go with the next part."""
    if not job.model.speakers or not answers:
        return []
    return references(gather(answers, duration), nodes_of(answers, duration))


async def compare_voices(
    job: FinishJob, answers: Sequence[PartAnswer], duration: float, *, complete: bool
) -> AsyncIterator[Event]:
    """Ask, with one short request, which voices that no part has together are the same; keep what it says.

    Called again when there are more answers, it asks for what is new. Where what is known then contradicts itself and
    the answers are `complete`, all voices are compared again, with more of each. Without an answer the transcript is
    made all the same: a person may then appear as two speakers.
    """
    if not job.model.speakers or len(answers) < 2:
        return
    said = nodes_of(answers, duration)
    called = await asyncio.to_thread(job.files.load_roll_calls)
    try:
        if clips := roll(gather(answers, duration, called), said, {node for one in called for node in one.asked}):
            yield _comparing(clips, duration)
            called = [*called, await _call(job, clips)]
            await asyncio.to_thread(job.files.save_roll_calls, called)
        if (
            complete
            and not any(one.thorough for one in called)
            and (clips := thorough_roll(gather(answers, duration, called), said))
        ):
            yield _comparing(clips, duration)
            again = await _call(job, clips)
            paid = sum(one.billed_seconds for one in [*called, again])
            called = [dataclasses.replace(again, thorough=True, billed_seconds=paid)]
            await asyncio.to_thread(job.files.save_roll_calls, called)
    except MeetrecError as error:
        hint = "speakers may appear twice; give both the same name"
        yield Notice(at=duration, what=f"the voices of the parts could not be compared: {error.message}", hint=hint)


def _comparing(clips: Sequence[Clip], duration: float) -> Notice:
    return Notice(at=duration, what=f"comparing {len({clip.node for clip in clips})} voices across the parts")


async def _call(job: FinishJob, clips: Sequence[Clip]) -> RollCall:
    """Send the clips in one request. Raises MeetrecError."""
    seconds = sum(clip.seconds + PAUSE_S for clip in clips)
    upload = "wav" if seconds <= ROLL_S else "mp3"
    path = await asyncio.to_thread(job.files.upload_path, f"voices.{upload}")
    try:
        spans = [(clip.start, clip.end) for clip in clips]
        await asyncio.to_thread(job.audio.encode_clips, spans, PAUSE_S, path)
        answer = await job.transcribe(path, seconds, [])
    finally:
        await asyncio.to_thread(path.unlink, missing_ok=True)
    said = clean_segments(answer.segments, start=0.0, end=seconds)
    return roll_call(clips, said, answer.billed_seconds)
