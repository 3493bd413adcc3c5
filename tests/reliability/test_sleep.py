"""The machine sleeps in the middle of a recording: the gap is known, and the link is a new one at once."""

from __future__ import annotations

import asyncio

from tests.provider.loopback import CountingService, Recording, captions, whole_run
from tests.provider.test_live_captions import assert_each_frame_once, states


async def test_after_sleep_another_link_is_opened_and_every_frame_is_captioned_once() -> None:
    recording = Recording(20)
    async with CountingService(recording) as service:
        live = captions(service.port, recording, jitter=lambda: 0.0)

        async def sleep() -> None:
            await recording.reaches(8)
            live.renew()

        asleep = asyncio.create_task(sleep())
        events = await whole_run(live, recording, speed=5)
        await asleep
    assert_each_frame_once(events, recording)
    assert len(service.conversations) >= 2
    assert states(events)[:3] == ["connecting", "live", "offline"]
    assert "live" in states(events)[3:]


async def test_without_a_link_sleep_is_nothing_to_the_captions() -> None:
    recording = Recording(3)
    async with CountingService(recording) as service:
        live = captions(service.port, recording)
        live.renew()
        assert_each_frame_once(await whole_run(live, recording), recording)
