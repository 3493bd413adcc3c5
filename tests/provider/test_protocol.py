from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from meetrec.core.captions import CaptionTrack
from meetrec.core.events import CaptionFinal, CaptionInterim
from meetrec.core.models import find_model
from meetrec.core.settings import CaptionsSettings
from meetrec.provider.link_events import (
    Degraded,
    Expired,
    LinkEvent,
    LinkState,
    Ready,
    Refused,
    Transient,
    Usage,
)
from meetrec.provider.protocol import LinkProtocol
from meetrec.provider.session_config import link_config
from meetrec.provider.timeline import RATE, Span
from tests.wire import check_client_event

TRANSCRIPTION = "conversation.item.input_audio_transcription"


def link(model: str = "gpt-live-transcribe", *, start: float = 0.0, ready: bool = True) -> LinkProtocol:
    protocol = LinkProtocol(link_config(CaptionsSettings(), find_model(model)), number=3, start=start)
    if ready:
        protocol.connected()
        say(protocol, "session.updated")
        protocol.messages_to_send()
        protocol.events_received()
    return protocol


def say(protocol: LinkProtocol, kind: str, **fields: Any) -> list[LinkEvent]:
    """Let the service say something; returns what it meant."""
    protocol.receive(json.dumps({"type": kind, "event_id": "event_1", **fields}))
    return protocol.events_received()


def sent(protocol: LinkProtocol) -> list[dict[str, Any]]:
    events = [json.loads(message) for message in protocol.messages_to_send()]
    for event in events:
        assert check_client_event(event) == []
    return events


def speak(protocol: LinkProtocol, seconds: float) -> None:
    protocol.send_audio(b"\1\0" * round(seconds * RATE))


def error(protocol: LinkProtocol, **fields: Any) -> list[LinkEvent]:
    return say(protocol, "error", error={"message": "no", "type": "invalid_request_error", **fields})


# -- opening -----------------------------------------------------------------------------------------------------


def test_a_link_is_configured_first_and_ready_when_that_is_answered() -> None:
    protocol = link(ready=False)
    states = [protocol.state]
    assert protocol.messages_to_send() == []
    protocol.connected()
    states.append(protocol.state)
    assert [event["type"] for event in sent(protocol)] == ["session.update"]
    assert say(protocol, "session.created", session={"expires_at": 1_800_000_000}) == []
    assert protocol.expires_at == 1_800_000_000
    assert say(protocol, "session.updated") == [Ready()]
    assert say(protocol, "session.updated") == []
    assert [*states, protocol.state] == [LinkState.CONNECTING, LinkState.CONFIGURING, LinkState.STREAMING]


def test_names_of_the_beta_are_understood() -> None:
    protocol = link(ready=False)
    protocol.connected()
    assert say(protocol, "transcription_session.updated") == [Ready()]


def test_audio_is_refused_before_the_link_is_ready() -> None:
    with pytest.raises(RuntimeError):
        link(ready=False).send_audio(b"\0\0")
    with pytest.raises(ValueError, match="half a sample"):
        link().send_audio(b"\0")


def test_a_server_that_never_answers_the_settings_is_taken_to_agree() -> None:
    protocol = link(ready=False)
    protocol.connected()
    protocol.assume_ready()
    assert protocol.events_received() == [Ready()]


# -- sending -----------------------------------------------------------------------------------------------------


def test_audio_is_appended_as_base64() -> None:
    protocol = link()
    protocol.send_audio(b"\1\2\3\4")
    protocol.commit()
    protocol.clear()
    append, commit, clear = sent(protocol)
    assert base64.b64decode(append["audio"]) == b"\1\2\3\4"
    assert commit["type"] == "input_audio_buffer.commit"
    assert clear["type"] == "input_audio_buffer.clear"
    assert commit["event_id"] != clear["event_id"]
    assert protocol.messages_to_send() == []


def test_the_end_settles_what_was_not_committed() -> None:
    protocol = link()
    speak(protocol, 1)
    protocol.commit()
    speak(protocol, 1)
    protocol.end()
    assert protocol.state is LinkState.ENDING
    assert not protocol.settled
    assert protocol.unsettled() == [Span(0, 1)]
    say(protocol, f"{TRANSCRIPTION}.completed", item_id="a", transcript="x")
    assert protocol.settled


# -- captions of models whose client cuts the turns ---------------------------------------------------------------


def test_text_while_speaking_then_final_text() -> None:
    protocol = link(start=100.0)
    speak(protocol, 1)
    protocol.mark_voice(0.25, 1.0)
    (interim,) = say(protocol, f"{TRANSCRIPTION}.delta", item_id="a", delta="Good")
    assert interim == CaptionInterim(item="3:a", start=100.25, end=101.0, text="Good")
    speak(protocol, 1)
    (interim,) = say(protocol, f"{TRANSCRIPTION}.delta", item_id="a", delta=" morning")
    assert isinstance(interim, CaptionInterim)
    assert (interim.text, interim.end) == ("Good morning", 102.0)
    protocol.mark_voice(0.25, 1.5)
    protocol.commit()
    say(protocol, "input_audio_buffer.committed", item_id="a", previous_item_id=None)
    final, usage = say(
        protocol,
        f"{TRANSCRIPTION}.completed",
        item_id="a",
        transcript=" Good morning. ",
        usage={"type": "duration", "seconds": 6},
    )
    assert final == CaptionFinal(item="3:a", start=100.25, end=101.5, text="Good morning.")
    assert isinstance(usage, Usage)
    assert (usage.seconds, usage.cost) == pytest.approx((6, 0.0017))
    assert protocol.unsettled() == []


def test_completions_out_of_order_keep_their_places() -> None:
    protocol, track = link(), CaptionTrack()
    for item in "abc":
        speak(protocol, 1)
        protocol.commit()
        say(protocol, "input_audio_buffer.committed", item_id=item)
    for item in "cab":
        for event in say(protocol, f"{TRANSCRIPTION}.completed", item_id=item, transcript=item):
            track.apply(event) if isinstance(event, CaptionFinal) else None
    assert [(one.text, one.start) for one in track] == [("a", 0), ("b", 1), ("c", 2)]


def test_a_completion_repeated_is_ignored_and_the_first_wins() -> None:
    protocol = link()
    speak(protocol, 1)
    protocol.commit()
    assert len(say(protocol, f"{TRANSCRIPTION}.completed", item_id="a", transcript="yes")) == 2
    assert say(protocol, f"{TRANSCRIPTION}.completed", item_id="a", transcript="no") == []
    assert say(protocol, f"{TRANSCRIPTION}.delta", item_id="a", delta="more") == []


def test_the_same_words_twice_are_two_captions() -> None:
    protocol = link()
    finals = []
    for item in "ab":
        speak(protocol, 1)
        protocol.commit()
        finals += say(protocol, f"{TRANSCRIPTION}.completed", item_id=item, transcript="yes")
    assert len([one for one in finals if isinstance(one, CaptionFinal)]) == 2


def test_a_failed_turn_keeps_its_text_and_is_marked() -> None:
    protocol = link()
    speak(protocol, 1)
    say(protocol, f"{TRANSCRIPTION}.delta", item_id="a", delta="maybe")
    protocol.commit()
    (final,) = say(protocol, f"{TRANSCRIPTION}.failed", item_id="a", error={"code": "audio_unintelligible"})
    assert final == CaptionFinal(item="3:a", start=0, end=1, text="maybe", uncertain=True)
    assert protocol.unsettled() == []
    ((spans, shown),) = protocol.take_failed()
    assert [(one.start, one.end) for one in spans] == [(0, 1)]
    assert shown.text == "maybe"
    assert protocol.take_failed() == []


@pytest.mark.parametrize("transcript", ["", " ", None, 7, ["x"]])
def test_a_completion_without_words_after_words_were_shown_keeps_them_and_counts_as_failed(transcript: object) -> None:
    protocol = link()
    speak(protocol, 1)
    say(protocol, f"{TRANSCRIPTION}.delta", item_id="a", delta="the last words")
    protocol.commit()
    final = say(protocol, f"{TRANSCRIPTION}.completed", item_id="a", transcript=transcript)[0]
    assert isinstance(final, CaptionFinal)
    assert (final.text, final.uncertain) == ("the last words", True)
    assert len(protocol.take_failed()) == 1


def test_an_empty_completion_of_which_nothing_was_shown_is_silence() -> None:
    protocol = link()
    speak(protocol, 1)
    protocol.commit()
    final = say(protocol, f"{TRANSCRIPTION}.completed", item_id="a", transcript="")[0]
    assert isinstance(final, CaptionFinal)
    assert (final.text, final.uncertain) == ("", False)
    assert protocol.take_failed() == []


def test_a_commit_found_empty_counts_as_silence() -> None:
    protocol = link()
    speak(protocol, 1)
    protocol.commit()
    commit_id = sent(protocol)[-1]["event_id"]
    (final,) = error(protocol, code="input_audio_buffer_commit_empty", event_id=commit_id)
    assert isinstance(final, CaptionFinal)
    assert protocol.unsettled() == []
    assert protocol.take_failed() == []


def test_a_slow_service_is_waited_for_and_no_text_slides_to_another_turn() -> None:
    """Sent faster than life, much audio follows a turn before its commit is answered."""
    protocol = link()
    for item in "abc":
        speak(protocol, 2)
        say(protocol, f"{TRANSCRIPTION}.delta", item_id=item, delta=item)
        protocol.commit()
    assert protocol.take_overdue(1.0) == ([], [])
    for item in "abc":
        say(protocol, "input_audio_buffer.committed", item_id=item, event_id=f"event_{item}")
    spans, shown = protocol.take_overdue(3.0)
    assert [(one.start, one.end) for one in spans] == [(0, 2)]
    assert [one.text for one in shown] == ["a"]
    finals = [
        event
        for item in "abc"
        for event in say(protocol, f"{TRANSCRIPTION}.completed", item_id=item, transcript=item)
        if isinstance(event, CaptionFinal)
    ]
    assert [(one.start, one.end, one.text) for one in finals] == [(2, 4, "b"), (4, 6, "c")]


def test_text_of_the_service_is_harmless_and_bounded() -> None:
    protocol = link()
    speak(protocol, 1)
    for _ in range(50):
        say(protocol, f"{TRANSCRIPTION}.delta", item_id="a", delta="\x1b[2J\u202e" + "x" * 5000)
    text = protocol.open_captions()[0].text
    assert len(text) <= 20_000
    assert text.isprintable()


def test_only_what_is_not_settled_is_left_for_the_next_link() -> None:
    protocol = link(start=50.0)
    for item in "abc":
        speak(protocol, 2)
        protocol.commit()
        say(protocol, "input_audio_buffer.committed", item_id=item)
    say(protocol, f"{TRANSCRIPTION}.completed", item_id="b", transcript="b")
    speak(protocol, 1)
    assert protocol.unsettled() == [Span(50, 52), Span(54, 57)]
    protocol.clear()
    assert protocol.unsettled() == [Span(50, 52), Span(54, 56)]


def test_audio_from_several_stretches_keeps_its_times() -> None:
    protocol = link()
    protocol.seek(10.0)
    speak(protocol, 1)
    protocol.commit()
    protocol.seek(500.0)
    speak(protocol, 1)
    protocol.commit()
    first = say(protocol, f"{TRANSCRIPTION}.completed", item_id="a", transcript="a")[0]
    second = say(protocol, f"{TRANSCRIPTION}.completed", item_id="b", transcript="b")[0]
    assert isinstance(first, CaptionFinal)
    assert isinstance(second, CaptionFinal)
    assert (first.start, first.end, second.start, second.end) == (10, 11, 500, 501)
    assert protocol.position == 501


# -- captions of models whose service cuts the turns --------------------------------------------------------------


def test_milliseconds_of_the_service_become_seconds_of_the_recording() -> None:
    protocol = link("gpt-4o-transcribe", start=60.0)
    speak(protocol, 5)
    say(protocol, "input_audio_buffer.speech_started", item_id="a", audio_start_ms=1000)
    assert protocol.speaking
    say(protocol, "input_audio_buffer.speech_stopped", item_id="a", audio_end_ms=3500)
    say(protocol, "input_audio_buffer.committed", item_id="a")
    final = say(protocol, f"{TRANSCRIPTION}.completed", item_id="a", transcript="hi", usage={"type": "tokens"})[0]
    assert final == CaptionFinal(item="3:a", start=61.0, end=63.5, text="hi")
    assert protocol.unsettled() == [Span(63.5, 65.0)]
    protocol.forget()
    assert protocol.unsettled() == []


# -- errors ------------------------------------------------------------------------------------------------------


def test_a_refused_parameter_is_dropped_said_once_and_the_rest_sent_again() -> None:
    protocol = link(ready=False)
    protocol.connected()
    assert "delay" in sent(protocol)[0]["session"]["audio"]["input"]["transcription"]
    param = "session.audio.input.transcription.delay"
    (degraded,) = error(protocol, code="unknown_parameter", param=param)
    assert isinstance(degraded, Degraded)
    assert degraded.param == param
    assert "delay" not in sent(protocol)[0]["session"]["audio"]["input"]["transcription"]
    assert error(protocol, code="unknown_parameter", param=param) == []
    assert say(protocol, "session.updated") == [Ready()]


def test_refused_voice_detection_makes_meetrec_cut_the_turns() -> None:
    protocol = link("gpt-4o-transcribe", ready=False)
    protocol.connected()
    sent(protocol)
    error(
        protocol,
        code="invalid_value",
        message="Turn detection is not supported for this transcription model.",
        param="session.audio.input.turn_detection",
    )
    assert protocol.config.client_cuts
    assert sent(protocol)[0]["session"]["audio"]["input"]["turn_detection"] is None


def test_settings_refused_for_something_indispensable_are_fatal() -> None:
    protocol = link(ready=False)
    protocol.connected()
    (refused,) = error(protocol, code="invalid_value", param="session.audio.input.transcription.model")
    assert isinstance(refused, Refused)


@pytest.mark.parametrize(
    ("fields", "meaning"),
    [
        ({"code": "session_expired"}, Expired),
        ({"code": "insufficient_quota"}, Refused),
        ({"code": "invalid_api_key"}, Refused),
        ({"type": "server_error"}, Transient),
    ],
)
def test_errors_are_told_by_what_they_ask_for(fields: dict[str, str], meaning: type) -> None:
    protocol = link()
    (event,) = error(protocol, **fields)
    assert isinstance(event, meaning)
    assert protocol.state is LinkState.STREAMING


def test_an_error_may_be_a_text_and_unknown_ones_are_ignored() -> None:
    protocol = link()
    assert say(protocol, "error", error="boom") == []
    assert error(protocol, code="something_new") == []
    assert say(protocol, "rate_limits.updated", rate_limits=[]) == []


def test_nothing_is_heard_of_a_closed_link() -> None:
    protocol = link()
    speak(protocol, 1)
    protocol.closed()
    assert say(protocol, f"{TRANSCRIPTION}.completed", item_id="a", transcript="late") == []
    assert protocol.unsettled() == [Span(0, 1)]


# -- laws --------------------------------------------------------------------------------------------------------

IDS = st.sampled_from(["a", "b", "c", "", "\x1b[2J", "x" * 200]) | st.text(max_size=5)
NUMBERS = st.integers(-5, 20_000) | st.floats() | st.just(10**40)
JUNK = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
KINDS = [
    "session.created",
    "session.updated",
    "input_audio_buffer.speech_started",
    "input_audio_buffer.speech_stopped",
    "input_audio_buffer.committed",
    "input_audio_buffer.cleared",
    "conversation.item.added",
    f"{TRANSCRIPTION}.delta",
    f"{TRANSCRIPTION}.completed",
    f"{TRANSCRIPTION}.failed",
    "error",
    "unknown.type",
]
CODES = ["session_expired", "invalid_value", "input_audio_buffer_commit_empty", "invalid_api_key", "server_error", None]
MESSAGES = st.fixed_dictionaries(
    {"type": st.sampled_from(KINDS)},
    optional={
        "event_id": IDS,
        "item_id": IDS | JUNK,
        "item": st.fixed_dictionaries({"id": IDS | JUNK}) | JUNK,
        "audio_start_ms": NUMBERS | JUNK,
        "audio_end_ms": NUMBERS | JUNK,
        "delta": st.text(max_size=20) | JUNK,
        "transcript": st.text(max_size=20) | JUNK,
        "usage": st.fixed_dictionaries({"type": JUNK, "seconds": NUMBERS | JUNK}) | JUNK,
        "session": st.fixed_dictionaries({"expires_at": NUMBERS | JUNK}) | JUNK,
        "error": st.fixed_dictionaries(
            {"code": st.sampled_from(CODES), "param": st.sampled_from(["session.audio.input.turn_detection", None])},
            optional={"event_id": st.sampled_from(["commit_2", "update_1"]), "message": JUNK},
        )
        | JUNK,
    },
).map(json.dumps)
GARBAGE = st.text(max_size=40) | st.binary(max_size=40).map(lambda raw: raw.decode("latin-1")) | JUNK.map(json.dumps)


class AnyConversation(RuleBasedStateMachine):
    """Whatever the service says and meetrec does, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.track = CaptionTrack()
        self.protocol = link()
        self.sent_samples = 0

    @initialize(model=st.sampled_from(["gpt-live-transcribe", "gpt-4o-transcribe"]))
    def open(self, model: str) -> None:
        self.protocol = link(model, start=1000.0)

    @rule(message=MESSAGES | GARBAGE)
    def service_says(self, message: str) -> None:
        self.protocol.receive(message)

    @precondition(lambda self: self.protocol.state is LinkState.STREAMING)
    @rule(samples=st.integers(0, 5000), then=st.sampled_from(["commit", "clear", "forget", "", ""]))
    def audio(self, samples: int, then: str) -> None:
        self.protocol.send_audio(bytes(2 * samples))
        self.sent_samples += samples
        if then:
            getattr(self.protocol, then)()

    @precondition(lambda self: self.protocol.state is LinkState.STREAMING)
    @rule(begin=st.floats(0, 5), length=st.floats(0, 5))
    def voice(self, begin: float, length: float) -> None:
        self.protocol.mark_voice(begin, begin + length)

    @rule()
    def end(self) -> None:
        self.protocol.end()

    @invariant()
    def what_is_told_is_sound(self) -> None:
        end = 1000.0 + self.sent_samples / RATE
        for event in self.protocol.events_received():
            if isinstance(event, CaptionInterim | CaptionFinal):
                assert event.item.startswith("3:")
                assert event.item.isprintable()
                assert event.text.isprintable()
                assert 1000.0 <= event.start <= event.end <= end + 0.001
                self.track.apply(event)
            elif isinstance(event, Usage):
                assert 0 <= event.seconds <= 86_400
                assert event.cost >= 0
        spans = self.protocol.unsettled()
        assert all(1000.0 <= one.start < one.end <= end + 0.001 for one in spans)
        assert spans == sorted(spans)
        assert self.protocol.state in LinkState

    @invariant()
    def what_is_sent_is_as_the_official_package_says(self) -> None:
        sent(self.protocol)

    def teardown(self) -> None:
        items = [one.item for one in self.track]
        assert len(items) == len(set(items))


AnyConversation.TestCase.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
TestAnyConversation = AnyConversation.TestCase


@pytest.mark.parametrize(
    "message",
    [
        "",
        "null",
        "[]",
        "[" * 100_000,
        '{"a":' * 100_000,
        '{"type": "error", "error": NaN}',
        '{"type": ' + "9" * 10_000 + "}",
        '{"type": "session.created", "session": {"expires_at": 1e999}}',
        "\ud800",
        '{"type": "' + TRANSCRIPTION + '.delta", "item_id": "a", "delta": "\\ud800"}',
    ],
    ids=range(10),
)
def test_no_message_however_broken_raises(message: str) -> None:
    protocol = link()
    protocol.receive(message)
    assert protocol.state is LinkState.STREAMING
    assert protocol.expires_at is None


@st.composite
def conversations(draw: st.DrawFn) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Messages about up to 50 committed turns, shuffled, some repeated; and the text of each."""
    items = [f"item_{index}" for index in range(draw(st.integers(1, 50)))]
    messages: list[dict[str, Any]] = []
    texts = {}
    for item in items:
        if draw(st.booleans()):
            texts[item] = f"text of {item}"
            messages.append({"type": f"{TRANSCRIPTION}.delta", "item_id": item, "delta": "text "})
            messages.append({"type": f"{TRANSCRIPTION}.completed", "item_id": item, "transcript": texts[item]})
        else:
            texts[item] = ""
            messages.append({"type": f"{TRANSCRIPTION}.failed", "item_id": item, "error": {}})
    repeated = draw(st.lists(st.sampled_from(messages), max_size=10))
    return list(draw(st.permutations([*messages, *repeated]))), texts


def texts_after(messages: Sequence[dict[str, Any]], items: Sequence[str]) -> list[tuple[str, str]]:
    protocol, track = link(), CaptionTrack()
    for item in items:
        speak(protocol, 0.01)
        protocol.commit()
        say(protocol, "input_audio_buffer.committed", item_id=item)
    for message in messages:
        protocol.receive(json.dumps(message))
    for event in protocol.events_received():
        if isinstance(event, CaptionFinal):
            track.apply(event)
    assert protocol.unsettled() == []
    return [(one.item, one.text) for one in track]


@settings(max_examples=50, deadline=None)
@given(conversations())
def test_the_captions_are_the_same_for_every_order_and_repetition_of_completions(
    conversation: tuple[list[dict[str, Any]], dict[str, str]],
) -> None:
    messages, texts = conversation
    expected = [(f"3:{item}", text) for item, text in texts.items() if text]
    assert texts_after(messages, list(texts)) == expected
