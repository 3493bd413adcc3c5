from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from meetrec.core.turn_cutter import Cut, TurnCutter
from meetrec.provider.listener import Listener

RATE = 16_000
STEP_S = 0.032
STEP_BYTES = 1024
BLOCK_BYTES = 3200


class Scripted:
    """Hears voice in the samples that are not zero, and counts how often it is asked."""

    step_s = STEP_S

    def __init__(self) -> None:
        self.times_asked = 0
        self._held = b""

    def feed(self, pcm: bytes) -> list[bool]:
        self.times_asked += 1
        self._held += pcm
        whole = len(self._held) // STEP_BYTES * STEP_BYTES
        steps, self._held = self._held[:whole], self._held[whole:]
        return [steps[at] != 0 for at in range(0, whole, STEP_BYTES)]


def cutter() -> TurnCutter:
    return TurnCutter(pause_ms=350, min_voice_ms=300, max_turn_s=8.0)


def sound(runs: list[int]) -> bytes:
    """Return voice and silence by turns, each so many steps long."""
    return b"".join(bytes([index % 2]) * STEP_BYTES * steps for index, steps in enumerate(runs))


def blocks(pcm: bytes) -> list[bytes]:
    return [pcm[at : at + BLOCK_BYTES] for at in range(0, len(pcm), BLOCK_BYTES)]


def cuts_of_each_block(pcm: bytes) -> list[Cut]:
    """Return what a listener does that hears each block at once; after a cut the rest of the block is let go."""
    detector, decider, cuts = Scripted(), cutter(), []
    for block in blocks(pcm):
        decisions = (decider.feed(STEP_S, voiced) for voiced in detector.feed(block))
        cuts.append(next((cut for cut in decisions if cut is not Cut.NOTHING), Cut.NOTHING))
    return cuts


@given(st.lists(st.integers(0, 120), max_size=30))
def test_turns_end_at_the_same_blocks_as_if_each_block_were_heard_at_once(runs: list[int]) -> None:
    pcm = sound(runs)
    listener = Listener(cutter(), Scripted(), RATE)
    assert [listener.hear(block, 0) for block in blocks(pcm)] == cuts_of_each_block(pcm)


def test_it_asks_the_detector_for_about_every_third_block() -> None:
    detector = Scripted()
    listener = Listener(cutter(), detector, RATE)
    for block in blocks(sound([60, 12, 90, 40, 30, 100])):
        listener.hear(block, 0)
    assert detector.times_asked < 50


def test_text_of_the_service_is_noticed_at_once_where_nothing_was_heard() -> None:
    listener = Listener(cutter(), Scripted(), RATE)
    silence = blocks(bytes(BLOCK_BYTES * 12))
    for block in silence[:11]:
        listener.hear(block, 0)
    assert listener.idle
    listener.hear(silence[11], 4)
    assert not listener.idle


def test_what_is_kept_is_heard_before_the_turn_is_ended() -> None:
    listener = Listener(cutter(), Scripted(), RATE)
    listener.hear(sound([0, 3]), 0)
    assert listener.idle
    listener.catch_up(0)
    assert listener.end() is Cut.COMMIT
