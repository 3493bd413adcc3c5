"""Both families of models, on real speech, at a rate that must be converted, over links that break."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest
import soundfile

from meetrec.audio.resample import Resampler, to_pcm16
from meetrec.audio.vad import VoiceDetector
from meetrec.core.captions import CaptionTrack
from meetrec.core.models import find_model
from meetrec.core.settings import CaptionsSettings, KeysSettings, ProviderSettings
from meetrec.demo.faults import Faults, LinkFaults
from meetrec.demo.meeting import load_sample
from meetrec.demo.service import DemoService
from meetrec.demo.truth import Truth
from meetrec.provider.auth import sign_in
from meetrec.provider.endpoints import find_endpoint
from meetrec.provider.live_captions import LiveCaptions

RATE = 44_100
SPEED = 25.0


class Tape:
    """The sample meeting at 44.1 kHz, growing."""

    def __init__(self, path: Path) -> None:
        samples, rate = soundfile.read(path, dtype="float32")
        converter = Resampler(rate, RATE)
        self.pcm = converter.feed(to_pcm16(np.asarray(samples))) + converter.flush()
        self.rate = RATE
        self.written = 0

    def read(self, start_frame: int, frames: int) -> bytes:
        end = min(start_frame + frames, self.written)
        return self.pcm[2 * start_frame : 2 * end] if end > start_frame else b""


async def played(live: LiveCaptions, tape: Tape) -> CaptionTrack:
    async def play() -> None:
        while tape.written < len(tape.pcm) // 2:
            tape.written = min(len(tape.pcm) // 2, tape.written + RATE // 10)
            live.advanced(tape.written)
            await asyncio.sleep(0.1 / SPEED)
        live.finish()

    track = CaptionTrack()
    async with asyncio.TaskGroup() as group:
        group.create_task(play())
        async for event in live.run():
            track.apply(event)
    return track


def words(texts: list[str]) -> list[str]:
    return " ".join(texts).split()


def spoken(truth: Truth, start: float, end: float) -> list[str]:
    """Return the words whose middle is in this stretch."""
    return [word.text for segment in truth.segments for word in segment.words if start <= word.middle <= end]


@pytest.fixture(scope="module")
def truth() -> Truth:
    return load_sample()


@pytest.mark.parametrize("model", ["gpt-live-transcribe", "gpt-4o-transcribe", "gpt-transcribe"])
async def test_every_word_is_captioned_once_in_its_place_though_links_break(model: str, truth: Truth) -> None:
    faults = Faults(
        links=(
            LinkFaults(drop_after=17.0, out_of_order=True, malformed_every=3),
            LinkFaults(expire_after=12.0, duplicate=True, unknown_events=True),
        )
    )
    tape = Tape(truth.audio)
    async with DemoService([truth], faults=faults) as service:
        endpoint = find_endpoint(ProviderSettings(base_url=service.base_url), {})
        live = LiveCaptions(
            endpoint,
            sign_in(endpoint, KeysSettings(), {"OPENAI_API_KEY": "sk-test"}),
            CaptionsSettings(),
            find_model(model),
            reader=tape,
            resampler=lambda: Resampler(RATE, 24_000),
            detector=lambda: VoiceDetector(RATE),
            replay_speed=30.0,
        )
        track = await played(live, tape)
        assert len(service.links) >= 3
    assert words([one.text for one in track]) == words([one.text for one in truth.segments])
    assert all(one.final and not one.uncertain for one in track)
    for caption in track:  # a turn ends up to a second after its voice, and may hold the next word
        surely, perhaps = (spoken(truth, caption.start + margin, caption.end - margin) for margin in (1.0, -1.0))
        assert set(surely) <= set(caption.text.split()) <= set(perhaps), caption


@pytest.mark.parametrize("model", ["gpt-live-transcribe", "gpt-4o-transcribe"])
@pytest.mark.parametrize("after_ms", [50, 300, 600, 900])
async def test_stopped_at_any_moment_after_a_word_it_is_captioned_and_no_error_is_shown(
    model: str, after_ms: int, truth: Truth
) -> None:
    """Around the end of a turn the service's own commit and the last one of meetrec meet; one of them is then empty."""
    first = truth.segments[0]
    tape = Tape(truth.audio)
    tape.pcm = tape.pcm[: 2 * round((first.end + after_ms / 1000) * RATE)]
    async with DemoService([truth]) as service:
        endpoint = find_endpoint(ProviderSettings(base_url=service.base_url), {})
        live = LiveCaptions(
            endpoint,
            sign_in(endpoint, KeysSettings(), {"OPENAI_API_KEY": "sk-test"}),
            CaptionsSettings(),
            find_model(model),
            reader=tape,
            resampler=lambda: Resampler(RATE, 24_000),
            detector=lambda: VoiceDetector(RATE),
            replay_speed=30.0,
        )
        track = await played(live, tape)
    said = words([one.text for one in track])
    assert said[: len(first.text.split())] == first.text.split()
