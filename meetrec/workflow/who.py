"""Who is who across the parts: reference clips for the next part, and the roll call at the end."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Sequence

from meetrec.core.errors import MeetrecError
from meetrec.core.events import Event, Notice
from meetrec.core.speakers import Clip
from meetrec.core.stitch import PartAnswer, RollCall, gather, nodes_of
from meetrec.core.transcript import clean_segments
from meetrec.core.voices import PAUSE_S, ROLL_S, Reference, references, roll, roll_call
from meetrec.workflow.finish_job import FinishJob

_MOST_ROLL_CALLS = 2


def known_voices(job: FinishJob, answers: Sequence[PartAnswer], duration: float) -> list[Reference]:
    """Return clips of the people heard so far, to go with the next part."""
    if not job.model.speakers or not answers:
        return []
    return references(gather(answers, duration), nodes_of(answers, duration))


async def compare_voices(job: FinishJob, answers: Sequence[PartAnswer], duration: float) -> AsyncIterator[Event]:
    """Ask, with one short request, which voices that no part has together are the same; keep what it says.

    Where that contradicts what the parts say, it is asked again with more of each voice. Without an answer the
    transcript is made all the same: a person may then appear as two speakers.
    """
    if not job.model.speakers or len(answers) < 2:
        return
    for _ in range(_MOST_ROLL_CALLS):
        earlier = await asyncio.to_thread(job.files.load_roll_call) or RollCall()
        clips = roll(gather(answers, duration, earlier), nodes_of(answers, duration))
        if len(clips) <= earlier.clips:
            return
        yield Notice(at=duration, what=f"comparing {len({clip.node for clip in clips})} voices across the parts")
        try:
            called = await _call(job, clips)
        except MeetrecError as error:
            hint = "speakers may appear twice; give both the same name"
            yield Notice(at=duration, what=f"the voices of the parts could not be compared: {error.message}", hint=hint)
            return
        paid = called.billed_seconds + earlier.billed_seconds
        await asyncio.to_thread(job.files.save_roll_call, dataclasses.replace(called, billed_seconds=paid))


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
