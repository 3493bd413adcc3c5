from __future__ import annotations

import dataclasses

from hypothesis import given
from hypothesis import strategies as st

from meetrec.core import events as ev
from meetrec.tui.live import Live
from meetrec.tui.live_words import advice_words, empty_captions_words, heading_words, progress_words, statuses
from tests.tui import material as made


def live(*events: ev.Event) -> Live:
    state = Live()
    for event in events:
        state.apply(event)
    return state


def words(*events: ev.Event) -> dict[str, str]:
    return {one.label: one.words for one in statuses(live(*events))}


STARTED = made.started()
STOPPED = ev.RecordingStopped(at=60, duration=60, frames=1)

any_event = st.sampled_from(
    [
        *made.live_events(5),
        ev.RecordingStopping(at=60),
        STOPPED,
        ev.RecordingPaused(at=5),
        ev.RecordingResumed(at=5),
        ev.LinkChanged(state="behind", behind=3),
        ev.LinkChanged(state="offline", why="x"),
        ev.AudioSignal(state="zero"),
        ev.AudioSignal(track="system", state="zero"),
        ev.AudioGap(seconds=1, why="x"),
        ev.DiskChanged(state="full", minutes_left=0),
        ev.RecordingRescued(at=5, folder="/elsewhere/x-rescued", why="x", missing=1),
        ev.MinutesStarted(parts=3, done=1),
        ev.PartSent(part=1, of=3, start=0, end=1),
        ev.PartDone(part=1, of=3, start=0, end=1, took=4),
        ev.PartFailed(part=2, of=3, start=0, end=1, why="x"),
        ev.MinutesReady(path="x"),
        ev.MinutesFailed(why="x", hint="y"),
        ev.JobEnded(code=1),
        ev.UnknownEvent(),
    ]
)


@given(st.lists(any_event, max_size=30))
def test_whatever_comes_in_whatever_order_can_be_told_in_words(events: list[ev.Event]) -> None:
    state = live(*events)
    told = [*(one.words for one in statuses(state)), heading_words(state)[1], progress_words(state)]
    assert all(told)
    assert empty_captions_words(state)
    advice_words(state)
    assert 0 <= state.progress <= 1
    assert state.seconds_left is None or state.seconds_left >= 0


def test_the_clock_is_the_recording_s_own() -> None:
    assert live(STARTED, ev.AudioLevel(at=12.3, rms=-20, peak=-9), ev.MarkAdded(at=4)).clock == 12.3
    assert live(STARTED, STOPPED).clock == 60


def test_stopping_is_shown_before_the_sound_is_closed() -> None:
    state = live(STARTED, ev.AudioLevel(at=1, rms=-20, peak=-9), ev.RecordingStopping(at=60))
    assert heading_words(state)[1] == "STOPPING"
    assert not state.is_recording
    assert not state.levels
    state.apply(ev.MinutesStarted(parts=2, done=1))
    assert heading_words(state)[1] == "STOPPING"
    state.apply(STOPPED)
    assert heading_words(state)[1] == "STOPPED, making the minutes"


def test_a_paused_recording_shows_no_level() -> None:
    state = live(STARTED, ev.AudioLevel(at=1, rms=-20, peak=-9), ev.RecordingPaused(at=2))
    assert state.phase == "paused"
    assert not state.levels
    state.apply(ev.AudioLevel(at=2, rms=-20, peak=-9))
    assert not state.levels


def test_each_state_of_the_link_has_its_words() -> None:
    told = {
        "connecting": "connecting",
        "live": "live",
        "behind": "12 s behind, catching up",
        "offline": "offline, the recording goes on",
        "off": "off",
    }
    for state, expected in told.items():
        assert words(STARTED, ev.LinkChanged(state=state, behind=12.3))["Captions"] == expected  # type: ignore[arg-type]


def test_the_disk_says_how_long_it_lasts() -> None:
    assert words(STARTED, ev.DiskChanged(state="ok", minutes_left=312))["Disk"] == "safe on disk, 5 h left"
    assert words(STARTED, ev.DiskChanged(state="low", minutes_left=42))["Disk"] == "safe, but only 42 min left"
    assert words(STARTED, ev.DiskChanged(state="critical", minutes_left=7))["Disk"] == "nearly full, 7 min left"


def test_until_the_recorder_judges_a_loud_block_is_somebody_speaking() -> None:
    quiet, loud = ev.AudioLevel(at=1, rms=-62, peak=-50), ev.AudioLevel(at=2, rms=-31, peak=-20)
    assert words(STARTED, quiet)["Microphone"] == "listening"
    assert words(STARTED, loud, quiet)["Microphone"] == "hearing you"
    assert words(STARTED, loud, ev.AudioSignal(state="zero"))["Microphone"] == "nothing at all arrives: muted?"


def test_a_silent_microphone_is_told_twice() -> None:
    state = live(STARTED, ev.AudioSignal(state="zero"))
    assert "muted?" in statuses(state)[-1].words
    assert advice_words(state).startswith("Nothing at all arrives from the microphone")


def test_a_silent_computer_is_no_alarm() -> None:
    state = live(made.started(tracks=("mic", "system")), ev.AudioSignal(track="system", state="zero"))
    assert statuses(state)[-1].words == "silent"
    assert advice_words(state) == ""


def test_an_offline_link_says_why_and_that_the_recording_is_safe() -> None:
    state = live(STARTED, ev.LinkChanged(state="offline", why="no route to the service", hint="check the network"))
    assert (
        advice_words(state)
        == "No captions for now: no route to the service. Check the network. The recording goes on and is safe."
    )


def test_the_time_left_is_judged_by_the_parts_done() -> None:
    sent = [ev.PartSent(part=n, of=4, start=0, end=1) for n in range(2)]
    done = ev.PartDone(part=0, of=4, start=0, end=1, took=20)
    state = live(STARTED, STOPPED, ev.MinutesStarted(parts=4), *sent)
    assert state.seconds_left is None
    assert progress_words(state) == "0 of 4 parts done"
    state.apply(done)
    assert state.seconds_left == 60
    assert progress_words(state) == "1 of 4 parts done, 1 min left"


def test_parts_done_while_recording_count_and_do_not_end_the_recording() -> None:
    state = live(STARTED, ev.MinutesStarted(parts=1), ev.PartDone(part=0, of=0, start=0, end=1, took=9))
    assert state.phase == "recording"
    state.apply(STOPPED)
    state.apply(ev.MinutesStarted(parts=3, done=1))
    assert (state.phase, len(state.parts_done), state.parts) == ("finishing", 1, 3)


def test_a_part_that_fails_and_then_succeeds_has_not_failed() -> None:
    state = live(ev.PartFailed(part=0, start=0, end=1, why="busy"), ev.PartDone(part=0, start=0, end=1))
    assert not state.parts_failed


def test_a_job_that_ends_without_minutes_says_why() -> None:
    state = live(STARTED, STOPPED, ev.MinutesFailed(why="no key", hint="set OPENAI_API_KEY"), ev.JobEnded(code=3))
    assert state.phase == "failed"
    assert advice_words(state) == "The minutes are not made: no key. Set OPENAI_API_KEY."


def test_nothing_begun_and_contact_lost_are_told_apart() -> None:
    nothing, lost = live(), live(STARTED)
    for state in (nothing, lost):
        state.fail("the recorder is gone", "look again")
    assert (nothing.phase, lost.phase) == ("failed", "lost")
    assert heading_words(nothing)[1] == "NOT RECORDING"
    assert heading_words(lost)[1] == "OUT OF TOUCH"


def test_a_rescued_recording_goes_on_as_the_session_it_is_now_and_says_where_and_what_is_missing() -> None:
    rescued = ev.RecordingRescued(at=12, folder="/state/rescued/2026-x-rescued", why="the folder was deleted")
    state = live(STARTED, rescued)
    assert (state.session_id, state.is_recording) == ("2026-x-rescued", True)
    (told,) = [one for one in state.moments if one.kind == "fault"]
    where = "the recording goes on in /state/rescued/2026-x-rescued, "
    assert (told.at, told.text) == (12, f"the folder was deleted; {where}with all that was recorded")
    state.apply(dataclasses.replace(rescued, missing=3.0))
    assert state.moments[-1].text.endswith(
        f"{where}3 s of what was recorded before could not be copied and are silence there"
    )


def test_where_no_captions_are_made_none_are_waited_for_and_none_kept() -> None:
    started = ev.RecordingStarted(id="x", folder="x", title="an import", device="meeting.flac")
    assert words(started)["Captions"] == "off"
    assert words(started, STOPPED)["Captions"] == "off"
    assert words(STARTED)["Captions"] == "connecting"
    assert words(STARTED, STOPPED)["Captions"] == "kept as a first draft"
