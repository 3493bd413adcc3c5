from __future__ import annotations

import asyncio
import base64
import dataclasses
import random
import time
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web

from meetrec.core.captions import CaptionTrack
from meetrec.core.events import CaptionFinal, CaptionInterim, Event, LinkChanged, Notice, RequestSent
from meetrec.core.settings import CaptionsSettings
from meetrec.provider import live_captions
from meetrec.provider import passage as passage_module
from meetrec.provider.backoff import Backoff
from tests.provider.loopback import (
    RATE,
    TRANSCRIPTION,
    Conversation,
    CountingService,
    Hook,
    Recording,
    captions,
    maybe,
    record,
    whole_run,
)
from tests.proxy import Proxy
from tests.waiting import until

PAUSES = 3.0  # the recordings of these tests repeat 2 s of speech and 1 s of pause


def stretches(events: list[Event]) -> list[tuple[int, int]]:
    """Return which frames the captions say they hold, in spoken order."""
    track = CaptionTrack()
    for event in events:
        track.apply(event)
    assert all(one.final for one in track)
    return [(int(start), int(end)) for start, end in (one.text.split("-") for one in track)]


def assert_each_frame_once(events: list[Event], recording: Recording) -> None:
    """Every frame is in exactly one caption; only pauses may be in none."""
    end = 0
    for start, stop in [*stretches(events), (recording.frames, recording.frames)]:
        assert start >= end, f"frames {start} to {end} are there twice"
        assert recording.is_pause(end, start), f"frames {end} to {start} are missing"
        end = stop


def states(events: list[Event]) -> list[str]:
    """Return the states of the link, each once in a row."""
    seen: list[str] = []
    for event in events:
        if isinstance(event, LinkChanged) and (not seen or seen[-1] != event.state):
            seen.append(event.state)
    return seen


def drop_at(*seconds: float) -> Callable[[Conversation, dict[str, Any]], bool]:
    """Return a hook that resets the n-th connection after so many seconds of audio."""

    def hook(talk: Conversation, _event: dict[str, Any]) -> bool:
        if talk.number <= len(seconds) and talk.heard >= seconds[talk.number - 1] * RATE * 2:
            talk.reset()
            return False
        return True

    return hook


async def test_every_frame_is_captioned_once_and_what_is_sent_is_as_the_official_package_says() -> None:
    recording = Recording(12)
    async with CountingService(recording) as service:
        rows: list[RequestSent] = []
        events = await whole_run(captions(service.port, recording, ledger=rows.append), recording, speed=5)
    assert_each_frame_once(events, recording)
    assert states(events) == ["connecting", "live", "off"]
    assert service.complaints == []
    assert len(service.conversations) == 1
    request = service.conversations[0].request
    assert request.query_string == "intent=transcription"
    assert request.headers["Authorization"] == "Bearer sk-test"
    assert "OpenAI-Beta" not in request.headers
    (row,) = rows
    assert (row.purpose, row.status) == ("captions", 101)
    assert row.bytes == service.conversations[0].heard


async def test_turns_end_in_the_pauses_and_captions_carry_the_times_of_the_voice() -> None:
    recording = Recording(15)
    async with CountingService(recording) as service:
        events = await whole_run(captions(service.port, recording), recording)
    finals = [event for event in events if isinstance(event, CaptionFinal)]
    assert [one.start for one in finals] == pytest.approx([0, 3, 6, 9, 12], abs=0.15)
    assert [one.end for one in finals] == pytest.approx([2, 5, 8, 11, 14], abs=0.15)


@pytest.mark.parametrize("seed", range(3))
async def test_after_resets_at_random_moments_every_frame_is_captioned_once(seed: int) -> None:
    recording = Recording(40, seed=seed)
    rng = random.Random(seed)
    cuts = [rng.uniform(0.5, 8) for _ in range(3)]
    async with CountingService(recording, drop_at(*cuts)) as service:
        events = await whole_run(captions(service.port, recording), recording, speed=10)
    assert_each_frame_once(events, recording)
    assert len(service.conversations) >= 4


async def test_twenty_resets_at_random_moments_cost_no_frame_and_are_answered_soon(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Links of both lanes, young and old, are hit. Their clock runs 25 times as fast, as the recording does."""
    rng, speed = random.Random(20), 25.0
    recording = Recording(180, seed=20)
    ages = [rng.choice([rng.uniform(0.3, 3), rng.uniform(10, 13)]) for _ in range(20)]
    waits: list[tuple[bool, float]] = []

    class Watched(Backoff):
        first = True

        def reset(self) -> None:
            self.first = True
            super().reset()

        def delay(self, *, limit: float, asked: float | None = None) -> float:
            wait = super().delay(limit=limit, asked=asked)
            waits.append((self.first, wait))
            self.first = False
            return wait

    monkeypatch.setattr(live_captions, "Backoff", Watched)
    async with CountingService(recording) as service, Proxy(service.port) as proxy:
        live = captions(
            proxy.port,
            recording,
            clock=lambda: time.monotonic() * speed,
            sleep=lambda seconds: asyncio.sleep(seconds / speed),
            jitter=rng.random,
        )

        async def reset_again_and_again() -> None:
            while ages:
                await until(lambda: proxy.carries)
                await recording.reaches(min(recording.written / RATE + ages[-1], 179.0))
                if proxy.carries:
                    ages.pop()
                    proxy.reset_all()

        resets = asyncio.create_task(reset_again_and_again())
        events = await whole_run(live, recording, speed=speed)
        resets.cancel()
    assert ages == []
    assert_each_frame_once(events, recording)
    assert states(events)[-1] == "off"
    assert max(wait for first, wait in waits if first) <= 0.5
    assert max(wait for _, wait in waits) <= 30
    assert len({wait for _, wait in waits}) == len(waits)  # no two alike: that is the jitter


async def test_what_a_dead_link_showed_is_taken_back_when_another_link_captions_it() -> None:
    recording = Recording(12)

    async def half(talk: Conversation, event: dict[str, Any]) -> bool:
        if talk.number == 1 and event["type"] == "input_audio_buffer.append" and talk.heard == RATE * 2:
            await talk.say("conversation.item.input_audio_transcription.delta", item_id="x", delta="half a ")
        return drop_at(1.5)(talk, event)

    async with CountingService(recording, half) as service:
        events = await whole_run(captions(service.port, recording), recording)
    assert any(isinstance(event, CaptionFinal) and event.item == "1:x" and event.text == "" for event in events)
    assert_each_frame_once(events, recording)


async def test_a_network_gone_from_the_start_costs_no_frame() -> None:
    recording = Recording(20)
    async with CountingService(recording) as service, Proxy(service.port) as proxy:
        proxy.accepts = False
        live = captions(proxy.port, recording, jitter=lambda: 0.0)

        async def come_back() -> None:
            await recording.reaches(6)
            proxy.accepts = True

        back = asyncio.create_task(come_back())
        events = await whole_run(live, recording, speed=5)
        await back
    assert_each_frame_once(events, recording)
    assert states(events) == ["connecting", "offline", "behind", "live", "off"]
    offline = next(event for event in events if isinstance(event, LinkChanged) and event.state == "offline")
    assert offline.why


async def test_after_a_long_break_the_newest_speech_is_captioned_first() -> None:
    recording = Recording(45)
    async with CountingService(recording) as service, Proxy(service.port) as proxy:
        live = captions(proxy.port, recording, replay_speed=20.0, jitter=lambda: 0.0)

        async def lose_the_network() -> None:
            await recording.reaches(6)
            proxy.accepts = False
            proxy.reset_all()
            await recording.reaches(24)
            proxy.accepts = True

        loss = asyncio.create_task(lose_the_network())
        events = await whole_run(live, recording, speed=10)
        await loss
    assert_each_frame_once(events, recording)
    texts = [event.text for event in events if isinstance(event, CaptionFinal) and event.text]
    begins = [int(text.split("-")[0]) / RATE for text in texts]
    assert begins != sorted(begins), "what was said last did not come first"


async def test_a_link_that_ages_is_relieved_in_a_pause_before_it_ends() -> None:
    recording = Recording(45)
    now = 1_000_000.0
    open_before: list[bool] = []

    async def age(talk: Conversation, event: dict[str, Any]) -> bool:
        if event["type"] == "session.update":
            open_before.append(talk.number == 1 or not service.conversations[talk.number - 2].ws.closed)
            # each link may live so long that it is relieved after about a second
            await talk.say("session.created", session={"expires_at": now + 2.0})
        return True

    async with CountingService(recording, age) as service:
        live = captions(service.port, recording, wall=lambda: now)
        events = await whole_run(live, recording, speed=15)
    assert_each_frame_once(events, recording)
    assert len(service.conversations) >= 3
    assert all(open_before), "the next link was made before the one before it ended"
    assert "offline" not in states(events)
    assert service.completed == sorted(service.completed)


async def test_a_service_that_takes_audio_and_never_answers_is_asked_again_then_given_up() -> None:
    recording = Recording(6)

    def mute(talk: Conversation, event: dict[str, Any]) -> bool:
        return not (talk.number == 1 and event["type"] == "input_audio_buffer.commit")

    async with CountingService(recording, mute) as service:
        events = await whole_run(captions(service.port, recording), recording)
    assert_each_frame_once(events, recording)
    assert len(service.conversations) == 2


async def test_a_service_that_never_answers_is_not_asked_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each stretch is sent three times at most; a link that only takes is given up and replaced."""
    monkeypatch.setattr(passage_module, "ANSWER_LIMIT_S", 0.5)
    recording = Recording(20)

    def deaf(_talk: Conversation, event: dict[str, Any]) -> bool:
        return bool(event["type"] == "session.update")

    async with CountingService(recording, deaf) as service:
        live = captions(service.port, recording, jitter=lambda: 0.0)
        events = await whole_run(live, recording, speed=5, patience_s=1.0)
    assert "offline" in states(events)
    assert any("does not answer" in event.why for event in events if isinstance(event, LinkChanged))
    last = events[-1]
    assert isinstance(last, LinkChanged)
    assert last.behind == pytest.approx(20, abs=1.5)


async def test_single_turns_the_service_forgets_are_sent_again_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passage_module, "OVERDUE_S", 10.0)
    recording = Recording(45)
    forgotten: list[int] = []

    async def forget(talk: Conversation, event: dict[str, Any]) -> bool:
        if event["type"] == "input_audio_buffer.commit" and talk.number == 1 and talk.turns in (1, 3):
            item = f"lost_{talk.turns}"
            talk.turns += 1
            talk.buffer.clear()
            await talk.say("input_audio_buffer.committed", item_id=item)
            await talk.say("conversation.item.input_audio_transcription.delta", item_id=item, delta="3-4")
            forgotten.append(recording.written)
            return False
        return True

    async with CountingService(recording, forget) as service:
        stream = whole_run(captions(service.port, recording), recording, speed=10)
        events = await stream
    assert_each_frame_once(events, recording)
    assert len(forgotten) == 2
    again = [event.at for event in events if isinstance(event, CaptionFinal) and event.item.startswith("2:")]
    assert again
    assert max(again) < 40, "they waited for the end"


def cannot(*links: int, say: str = "failed", shown: str = "1-2", **fields: Any) -> Hook:
    """Return a hook: the first turn of these links is shown in part and then not transcribed."""

    async def hook(talk: Conversation, event: dict[str, Any]) -> bool:
        if event["type"] != "input_audio_buffer.commit" or talk.number not in links or talk.turns:
            return True
        talk.turns += 1
        talk.buffer.clear()
        item = f"failed_{talk.number}"
        await talk.say("input_audio_buffer.committed", item_id=item)
        if shown:
            await talk.say(f"{TRANSCRIPTION}.delta", item_id=item, delta=shown)
        await talk.say(f"{TRANSCRIPTION}.{say}", item_id=item, **fields)
        return False

    return hook


@pytest.mark.parametrize(
    ("say", "fields"), [("failed", {"error": {"type": "server_error"}}), ("completed", {"transcript": ""})]
)
@pytest.mark.parametrize("seconds", [3, 12], ids=["the last turn", "the first of many"])
async def test_a_turn_the_service_could_not_transcribe_is_sent_once_more_and_captioned(
    say: str, fields: dict[str, Any], seconds: float
) -> None:
    recording = Recording(seconds)
    async with CountingService(recording, cannot(1, say=say, **fields)) as service:
        events = await whole_run(captions(service.port, recording), recording, speed=5)
    assert_each_frame_once(events, recording)
    doubtful = [event for event in events if isinstance(event, CaptionFinal) and event.uncertain]
    assert doubtful[0].text == "1-2"  # until it was captioned again, what was known of it stood
    assert len(service.conversations) == 2


async def test_a_turn_that_fails_twice_keeps_what_was_shown_marked_and_is_not_asked_for_again() -> None:
    recording = Recording(12)
    async with CountingService(recording, cannot(1, 2, 3)) as service:
        events = await whole_run(captions(service.port, recording), recording, speed=5)
    track = CaptionTrack()
    for event in events:
        track.apply(event)
    first, *others = track
    assert (first.text, first.final, first.uncertain) == ("1-2", True, True)
    assert [one.uncertain for one in others] == [False] * 3
    assert len(service.conversations) == 2
    last = events[-1]
    assert isinstance(last, LinkChanged)
    assert last.behind == 0


async def test_a_turn_that_is_empty_when_asked_again_keeps_what_was_shown_of_it() -> None:
    recording = Recording(3)

    async def hook(talk: Conversation, event: dict[str, Any]) -> bool:
        if talk.number == 1:
            return bool(await maybe(cannot(1)(talk, event)))
        return bool(await maybe(cannot(2, say="completed", shown="", transcript="")(talk, event)))

    async with CountingService(recording, hook) as service:
        events = await whole_run(captions(service.port, recording), recording, speed=5)
    track = CaptionTrack()
    for event in events:
        track.apply(event)
    assert [(one.text, one.uncertain) for one in track] == [("1-2", True)]


@pytest.mark.parametrize("lost", [False, True], ids=["live", "replayed"])
async def test_no_turn_goes_on_beyond_a_pause_of_the_recording(lost: bool) -> None:
    recording = Recording(12, speech_s=12.0)
    async with CountingService(recording, drop_at(8.0) if lost else None) as service:
        live = captions(service.port, recording)

        async def play() -> None:
            for paused_at in (60_700, 150_000):
                while recording.written < paused_at:
                    recording.grow(min(0.1, (paused_at - recording.written) / RATE))
                    live.advanced(recording.written)
                    await asyncio.sleep(0.005)
                live.interrupted(paused_at)
                live.interrupted(paused_at)  # paused again at once
            await record(live, recording)
            live.finish(30.0)

        async with asyncio.TaskGroup() as group:
            group.create_task(play())
            events = [event async for event in live.run()]
    assert_each_frame_once(events, recording)
    borders = {edge for stretch in stretches(events) for edge in stretch}
    assert {60_700, 150_000} <= borders


async def test_called_again_with_no_patience_the_end_is_waited_for_no_longer() -> None:
    recording = Recording(6)

    async def mute(talk: Conversation, event: dict[str, Any]) -> bool:
        if event["type"] != "input_audio_buffer.commit":
            return True
        await talk.say(f"{TRANSCRIPTION}.delta", item_id="x", delta="the last words")
        return False

    async with CountingService(recording, mute) as service:
        live = captions(service.port, recording)
        events: list[Event] = []
        recording.written = recording.frames
        live.advanced(recording.frames)
        live.finish(3600.0)
        async with asyncio.timeout(60):
            async for event in live.run():
                events.append(event)
                if isinstance(event, CaptionInterim):
                    live.finish(0.0)
    finals = [event for event in events if isinstance(event, CaptionFinal)]
    assert finals
    assert all(one.uncertain and one.text.startswith("the last words") for one in finals)


@pytest.mark.parametrize("model", ["gpt-live-transcribe", "gpt-4o-transcribe"])
async def test_a_pause_of_the_recording_makes_the_last_words_final(model: str) -> None:
    recording = Recording(6, speech_s=6.0)
    async with CountingService(recording) as service:
        live = captions(service.port, recording, model=model)
        stream = live.run()
        recording.grow(2.0)
        live.advanced(recording.written)
        async with asyncio.timeout(60):
            async for event in stream:
                if isinstance(event, CaptionFinal):
                    break
        assert event.text == f"0-{2 * RATE}"
        await stream.aclose()


async def test_the_end_is_not_waited_for_for_ever() -> None:
    recording = Recording(6)

    def mute(_talk: Conversation, event: dict[str, Any]) -> bool:
        return bool(event["type"] != "input_audio_buffer.commit")

    async with CountingService(recording, mute) as service:
        live = captions(service.port, recording)
        started = asyncio.get_running_loop().time()
        recording.written = recording.frames
        live.advanced(recording.frames)
        live.finish(patience_s=0.4)
        events = [event async for event in live.run()]
    assert asyncio.get_running_loop().time() - started < 30  # what it has to say is nothing, at any time
    last = events[-1]
    assert isinstance(last, LinkChanged)
    assert last.state == "off"
    assert last.behind > 0


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_key_turns_captions_off_with_a_sentence(status: int) -> None:
    recording = Recording(3)
    async with CountingService(recording) as service:
        service.refuse = [web.Response(status=status) for _ in range(5)]
        events = [event async for event in captions(service.port, recording).run()]
        assert len(service.refuse) == 4
    assert states(events) == ["connecting", "off"]
    last = events[-1]
    assert isinstance(last, LinkChanged)
    assert f"HTTP {status}" in last.why
    assert last.hint


async def test_other_refusals_are_tried_again() -> None:
    recording = Recording(12)
    html = web.Response(status=502, text="<html>bad gateway</html>", content_type="text/html")
    moved = web.Response(status=307, headers={"Location": "https://evil.example/"})
    slow = web.Response(status=429, headers={"Retry-After": "0"})
    async with CountingService(recording) as service:
        service.refuse = [html, moved, slow, web.Response(status=404), web.Response(status=500)]
        events = await whole_run(captions(service.port, recording, jitter=lambda: 0.0), recording, speed=4)
    assert_each_frame_once(events, recording)
    assert states(events)[:2] == ["connecting", "offline"]
    whys = {event.why for event in events if isinstance(event, LinkChanged) and event.state == "offline"}
    assert len(whys) == 5


@pytest.mark.parametrize("kind", ["openai", "azure"])
async def test_a_redirected_handshake_takes_the_key_nowhere(kind: Any) -> None:
    recording = Recording(3)
    async with CountingService(recording) as thief, CountingService(recording) as service:
        url = f"http://127.0.0.1:{thief.port}/v1/realtime"
        service.refuse = [web.Response(status=code, headers={"Location": url}) for code in (301, 302, 303, 307, 308)]
        events = await whole_run(captions(service.port, recording, kind=kind, jitter=lambda: 0.0), recording, speed=2)
        assert thief.conversations == []
    whys = [event.why for event in events if isinstance(event, LinkChanged) and event.state == "offline"]
    assert all("sends on to another address" in why for why in whys)
    assert whys
    assert service.refuse == []
    assert_each_frame_once(events, recording)


@pytest.mark.parametrize("code", [1000, 1001, 1006, 1008, 1011, 1012, 1013, 4000])
async def test_whatever_code_a_link_ends_with_nothing_is_lost(code: int) -> None:
    recording = Recording(15)

    async def close(talk: Conversation, _event: dict[str, Any]) -> bool:
        if talk.number == 1 and talk.heard >= 4 * RATE * 2:
            if code == 1006:
                talk.reset()
            else:
                await talk.ws.close(code=code, message=b"because")
            return False
        return True

    async with CountingService(recording, close) as service:
        events = await whole_run(captions(service.port, recording), recording, speed=10)
    assert_each_frame_once(events, recording)


@pytest.mark.parametrize(
    ("fields", "ends"),
    [
        ({"code": "session_expired", "type": "invalid_request_error"}, False),
        ({"type": "server_error", "code": None}, False),
        ({"code": "insufficient_quota", "type": "insufficient_quota"}, True),
        ({"code": "invalid_api_key", "type": "invalid_request_error"}, True),
    ],
)
async def test_error_events_are_obeyed_by_their_class(fields: dict[str, Any], ends: bool) -> None:
    recording = Recording(12)

    async def fail(talk: Conversation, event: dict[str, Any]) -> bool:
        if talk.number == 1 and talk.heard == 4 * RATE * 2 and "audio" in event:
            await talk.say("error", error={"message": "so it is", **fields})
        return True

    async with CountingService(recording, fail) as service:
        events = await whole_run(captions(service.port, recording), recording, speed=10)
    last = events[-1]
    assert isinstance(last, LinkChanged)
    if ends:
        assert last.state == "off"
        assert last.why
    else:
        assert_each_frame_once(events, recording)


async def test_a_refused_parameter_is_told_once_and_stays_dropped_on_the_next_link() -> None:
    recording = Recording(15)

    async def picky(talk: Conversation, event: dict[str, Any]) -> bool:
        if event["type"] == "session.update" and "delay" in event["session"]["audio"]["input"]["transcription"]:
            param = "session.audio.input.transcription.delay"
            await talk.say("error", error={"message": "no", "code": "unknown_parameter", "param": param})
            return False
        return drop_at(5)(talk, event)

    async with CountingService(recording, picky) as service:
        events = await whole_run(captions(service.port, recording), recording, speed=10)
    assert_each_frame_once(events, recording)
    assert [event.what for event in events if isinstance(event, Notice)] == ["the service does not take delay"]
    second = service.conversations[1]
    assert [event["type"] for event in second.events].count("session.update") == 1


async def test_garbage_of_the_service_disturbs_nothing() -> None:
    recording = Recording(12)

    async def noisy(talk: Conversation, event: dict[str, Any]) -> bool:
        if "audio" in event:
            await talk.ws.send_str("{" * 50_000)
            await talk.ws.send_bytes(b"\0\1\2")
            await talk.say("conversation.item.input_audio_transcription.completed", item_id=[1], transcript={})
            await talk.say("unheard.of", usage=float("nan"))
        return True

    async with CountingService(recording, noisy) as service:
        events = await whole_run(captions(service.port, recording), recording)
    finals = [event for event in events if isinstance(event, CaptionFinal) and event.text]
    assert finals
    assert states(events)[-1] == "off"


async def test_a_message_beyond_all_measure_ends_the_link_not_the_captions() -> None:
    recording = Recording(12)

    async def huge(talk: Conversation, event: dict[str, Any]) -> bool:
        if talk.number == 1 and talk.heard == 3 * RATE * 2:
            await talk.ws.send_str("x" * (17 * 1024 * 1024))
        return True

    async with CountingService(recording, huge) as service:
        events = await whole_run(captions(service.port, recording), recording, speed=4)
    assert_each_frame_once(events, recording)
    assert len(service.conversations) >= 2


async def test_the_cap_on_cost_turns_captions_off() -> None:
    recording = Recording(60)
    settings = CaptionsSettings(max_cost_per_session=0.002)
    async with CountingService(recording) as service:
        live = captions(service.port, recording, settings=settings)
        events = await whole_run(live, recording)
    last = events[-1]
    assert isinstance(last, LinkChanged)
    assert last.state == "off"
    assert "cap of $0.002" in last.why
    assert 0.002 <= live.cost < 0.004
    assert service.conversations[0].heard < recording.frames * 2


async def test_without_a_voice_detector_turns_are_cut_by_time_alone() -> None:
    recording = Recording(30)
    settings = dataclasses.replace(CaptionsSettings(), max_turn_s=5.0)
    async with CountingService(recording) as service:
        events = await whole_run(captions(service.port, recording, detector=None, settings=settings), recording)
    assert_each_frame_once(events, recording)


async def test_a_long_silence_is_cleared_and_the_word_after_it_is_whole() -> None:
    recording = Recording(40, speech_s=4.0, pause_s=16.0)
    settings = dataclasses.replace(CaptionsSettings(), max_turn_s=6.0)
    async with CountingService(recording) as service:
        events = await whole_run(captions(service.port, recording, settings=settings), recording)
    assert any(event["type"] == "input_audio_buffer.clear" for event in service.conversations[0].events)
    held = stretches(events)
    for begin in (0, 20):
        assert any(start <= begin * RATE and stop >= (begin + 4) * RATE for start, stop in held)


async def test_a_program_error_turns_captions_off_and_raises_nothing() -> None:
    recording = Recording(6)

    def broken(start_frame: int, frames: int) -> bytes:
        raise ZeroDivisionError(start_frame, frames)

    recording.read = broken  # type: ignore[method-assign]
    async with CountingService(recording) as service:
        events = await whole_run(captions(service.port, recording), recording)
    last = events[-1]
    assert isinstance(last, LinkChanged)
    assert last.state == "off"
    assert "ZeroDivisionError" in last.why


async def test_leaving_the_stream_closes_the_links() -> None:
    recording = Recording(6)
    async with CountingService(recording) as service:
        live = captions(service.port, recording)
        stream = live.run()
        async for event in stream:
            if isinstance(event, LinkChanged) and event.state == "connecting":
                break
        task = asyncio.create_task(record(live, recording))
        await stream.aclose()
        await task
    names = {task.get_name() for task in asyncio.all_tasks()}
    assert not [name for name in names if name.startswith(("link", "ping", "live"))]


async def test_what_is_sent_is_what_is_on_disk() -> None:
    recording = Recording(10)
    heard = bytearray()

    def listen(_talk: Conversation, event: dict[str, Any]) -> bool:
        heard.extend(base64.b64decode(event.get("audio", "")))
        return True

    async with CountingService(recording, listen) as service:
        await whole_run(captions(service.port, recording), recording)
    assert bytes(heard) == recording.pcm
