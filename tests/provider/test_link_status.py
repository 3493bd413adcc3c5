from __future__ import annotations

from meetrec.core.events import LinkChanged
from meetrec.provider.link_status import LinkStatus


class Told:
    def __init__(self) -> None:
        self.now = 0.0
        self.events: list[LinkChanged] = []
        self.status = LinkStatus(self.events.append, lambda: self.now)

    @property
    def states(self) -> list[tuple[str, float]]:
        return [(event.state, event.behind) for event in self.events]


def test_the_same_state_is_told_once() -> None:
    told = Told()
    told.status.connecting()
    for _ in range(100):
        told.status.streaming(0.1)
    assert told.states == [("connecting", 0), ("live", 0)]


def test_being_behind_is_told_with_seconds_and_ends_only_when_caught_up() -> None:
    told = Told()
    for behind in (0.0, 2.9, 3.1, 2.0, 1.6, 1.4):
        told.now += 3
        told.status.streaming(behind)
    assert [state for state, _ in told.states] == ["live", "behind", "behind", "live"]


def test_a_growing_lag_is_told_now_and_then() -> None:
    told = Told()
    for tenth in range(600):
        told.now = tenth / 10
        told.status.streaming(10 + tenth / 10)
    assert 20 < len(told.events) <= 31


def test_a_repeated_failure_does_not_flood() -> None:
    told = Told()
    for second in range(600):
        told.now = float(second)
        told.status.offline(float(second), "the network is gone")
    assert len(told.events) <= 10
    told.status.offline(600.0, "the service is in trouble")
    assert told.events[-1].why == "the service is in trouble"


def test_off_is_the_last_word() -> None:
    told = Told()
    told.status.off(0.0, "the cap is reached")
    told.status.off(0.0, "")
    assert [event.why for event in told.events] == ["the cap is reached"]
