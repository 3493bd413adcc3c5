from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any

import pytest

from meetrec.audio.resample import Resampler
from meetrec.core.models import find_model
from meetrec.core.settings import CaptionsSettings
from meetrec.core.turn_cutter import TurnCutter
from meetrec.provider.protocol import LinkProtocol
from meetrec.provider.sender import Sender
from meetrec.provider.session_config import link_config
from meetrec.provider.stretches import Stretch
from meetrec.provider.timeline import Span
from tests.provider.loopback import RATE, LoudDetector, Recording


def streaming(model: str = "gpt-live-transcribe") -> LinkProtocol:
    protocol = LinkProtocol(link_config(CaptionsSettings(), find_model(model)), number=1, start=0)
    protocol.connected()
    protocol.assume_ready()
    protocol.messages_to_send()
    return protocol


def sender(protocol: LinkProtocol, recording: Any, **options: Any) -> Sender:
    return Sender(protocol, recording, cutter=TurnCutter(), **{"detector": LoudDetector(), **options})


def recorded(seconds: float, **options: Any) -> Recording:
    recording = Recording(seconds, **options)
    recording.written = recording.frames
    return recording


def send_all(one: Sender, written: int) -> float:
    total = 0.0
    while seconds := one.step(written):
        total += seconds
    return total


def wire(protocol: LinkProtocol) -> list[tuple[str, bytes]]:
    """Return what went out: runs of audio joined, and the commits and clears between."""
    out: list[tuple[str, bytes]] = []
    for message in protocol.messages_to_send():
        event = json.loads(message)
        kind = event["type"].rpartition(".")[2]
        if kind == "append" and out and out[-1][0] == "append":
            out[-1] = ("append", out[-1][1] + base64.b64decode(event["audio"]))
        else:
            out.append((kind, base64.b64decode(event.get("audio", ""))))
    return out


def test_what_is_recorded_goes_out_in_pieces_of_at_most_100_ms() -> None:
    recording, protocol = recorded(1.05), streaming()
    one = sender(protocol, recording, live_from=0)
    assert send_all(one, recording.frames) == pytest.approx(1.05)
    sizes = [len(base64.b64decode(json.loads(message)["audio"])) for message in protocol.messages_to_send()]
    assert sizes == [4800] * 10 + [2400]
    assert not one.through
    assert one.step(recording.frames) == 0


def test_stretches_are_turns_of_their_own_and_come_in_order() -> None:
    recording, protocol = recorded(12, speech_s=12.0), streaming()
    one = sender(
        protocol, recording, stretches=[Stretch(0, 2 * RATE), Stretch(5 * RATE, 6 * RATE)], live_from=10 * RATE
    )
    send_all(one, 11 * RATE)
    assert [(kind, len(pcm) / 2 / RATE) for kind, pcm in wire(protocol)] == [
        ("append", 2.0),
        ("commit", 0.0),
        ("append", 1.0),
        ("commit", 0.0),
        ("append", 1.0),
    ]
    assert protocol.unsettled() == [Span(0, 2), Span(5, 6), Span(10, 11)]
    assert one.is_live
    assert one.unsent() == ([], 11 * RATE)


def test_what_is_left_is_known_at_any_time() -> None:
    recording, protocol = recorded(12), streaming()
    one = sender(protocol, recording, stretches=[Stretch(0, RATE), Stretch(2 * RATE, 3 * RATE)], live_from=10 * RATE)
    for _ in range(5):
        one.step(recording.frames)
    assert one.unsent() == ([Stretch(RATE // 2, RATE), Stretch(2 * RATE, 3 * RATE)], 10 * RATE)
    assert one.lag(12 * RATE) == RATE // 2 + RATE + 2 * RATE


def test_the_end_of_the_recording_ends_the_last_turn() -> None:
    recording, protocol = recorded(2, speech_s=3.0), streaming()
    one = sender(protocol, recording, live_from=0)
    one.end_at(recording.frames)
    send_all(one, recording.frames)
    one.step(recording.frames)
    assert one.through
    assert [kind for kind, _ in wire(protocol)] == ["append", "commit"]


def test_an_end_in_silence_commits_nothing() -> None:
    recording, protocol = recorded(4, speech_s=1.0, pause_s=3.0), streaming()
    one = sender(protocol, recording, live_from=0)
    one.end_at(recording.frames)
    send_all(one, recording.frames)
    assert [kind for kind, _ in wire(protocol)] == ["append", "commit", "append", "clear"]
    (turn,) = protocol.unsettled()
    assert (turn.start, round(turn.end, 1)) == (0, 1.7)


def test_silence_that_is_cleared_is_sent_again_for_its_last_third_of_a_second() -> None:
    recording, protocol = recorded(30, speech_s=0.0, pause_s=30.0), streaming()
    one = sender(protocol, recording, live_from=0)
    while not any(kind == "clear" for kind, _ in wire(protocol)):
        one.step(recording.frames)
    assert protocol.unsettled() == []
    one.step(recording.frames)
    (span,) = protocol.unsettled()
    assert 21.7 <= span.start <= 21.81
    assert span.seconds == pytest.approx(0.1)


def test_text_of_the_service_makes_a_turn_of_what_seemed_silent() -> None:
    recording, protocol = recorded(10, speech_s=0.0, pause_s=10.0), streaming()
    one = sender(protocol, recording, live_from=0)
    for _ in range(20):
        one.step(recording.frames)
    protocol.receive('{"type":"conversation.item.input_audio_transcription.delta","item_id":"a","delta":"psst"}')
    send_all(one, recording.frames)
    assert [kind for kind, _ in wire(protocol)].count("commit") == 1


class Silent:
    """Hears nothing, or everything."""

    step_s = 0.02

    def __init__(self, voiced: bool) -> None:
        self.voiced = voiced

    def feed(self, pcm: bytes) -> Sequence[bool]:
        return [self.voiced] * (len(pcm) // 2 // 480)


@pytest.mark.parametrize(("voiced", "kinds"), [(True, ["append", "commit"]), (False, ["append"])])
def test_where_the_service_cuts_only_a_voice_in_the_last_seconds_is_committed(voiced: bool, kinds: list[str]) -> None:
    recording, protocol = recorded(3), streaming("gpt-4o-transcribe")
    one = sender(protocol, recording, live_from=0, detector=Silent(voiced))
    one.end_at(recording.frames)
    send_all(one, recording.frames)
    assert [kind for kind, _ in wire(protocol)] == kinds
    protocol.end()
    assert protocol.settled is not voiced


class Sound(Recording):
    """The same noise, said to be of another rate."""

    def __init__(self, seconds: float, rate: int) -> None:
        super().__init__(seconds * rate / RATE)
        self.rate = rate
        self.written = self.frames


@pytest.mark.parametrize("rate", [8000, 16_000, 44_100, 48_000])
def test_other_rates_are_converted_and_no_sample_is_lost(rate: int) -> None:
    recording, protocol = Sound(10.0, rate), streaming()
    one = sender(protocol, recording, live_from=0, detector=None, resampler=lambda: Resampler(rate, RATE))
    for _ in range(50):
        one.step(recording.frames)
    # the resampler holds a little back: it counts as not sent
    assert one.unsent_from <= 5 * rate
    assert one.unsent_from > 4.9 * rate
    one.end_at(recording.frames)
    send_all(one, recording.frames)
    assert protocol.sent_seconds == pytest.approx(10.0, abs=0.001)
    assert protocol.position == pytest.approx(10.0, abs=0.001)
