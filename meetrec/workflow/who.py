"""Who is who across the parts: reference clips for the next part, and the roll call at the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from meetrec.core.errors import MeetrecError
from meetrec.core.events import Event, Notice
from meetrec.core.stitch import PartAnswer, gather, nodes_of
from meetrec.core.transcript import clean_segments
from meetrec.core.voices import PAUSE_S, Reference, references, roll, roll_call
from meetrec.workflow.finish_job import FinishJob


def known_voices(job: FinishJob, answers: Sequence[PartAnswer], duration: float) -> list[Reference]:
    """Return clips of the people heard so far, to go with the next part."""
    if not job.model.speakers or not answers:
        return []
    return references(gather(answers, duration), nodes_of(answers, duration))


async def compare_voices(job: FinishJob, answers: Sequence[PartAnswer], duration: float) -> AsyncIterator[Event]:
    """Ask, with one short request, which voices that no part has together are the same; keep what it says.

    Without an answer the transcript is made all the same: a person may then appear as two speakers.
    """
    if not job.model.speakers or len(answers) < 2:
        return
    clips = roll(gather(answers, duration), nodes_of(answers, duration))
    earlier = await asyncio.to_thread(job.files.load_roll_call)
    if not clips or (earlier is not None and {clip.node for clip in clips} <= set(earlier.heard)):
        return
    yield Notice(at=duration, what=f"comparing {len(clips)} voices across the parts")
    path = await asyncio.to_thread(job.files.upload_path, "voices.wav")
    seconds = sum(clip.seconds + PAUSE_S for clip in clips)
    try:
        spans = [(clip.start, clip.end) for clip in clips]
        await asyncio.to_thread(job.audio.encode_clips, spans, PAUSE_S, path)
        answer = await job.transcribe(path, seconds, [])
    except MeetrecError as error:
        hint = "speakers may appear twice; give both the same name"
        yield Notice(at=duration, what=f"the voices of the parts could not be compared: {error.message}", hint=hint)
        return
    finally:
        await asyncio.to_thread(path.unlink, missing_ok=True)
    said = clean_segments(answer.segments, start=0.0, end=seconds)
    await asyncio.to_thread(job.files.save_roll_call, roll_call(clips, said, answer.billed_seconds))
