"""The record screen: each key, each end, and that leaving never stops the recording."""

from __future__ import annotations

from meetrec.core import events as ev
from meetrec.core.errors import AudioDeviceError, BusyError
from meetrec.tui.app import GOES_ON, Start
from meetrec.tui.screens.library import LibraryScreen
from meetrec.tui.screens.record import RecordScreen
from meetrec.tui.screens.review import ReviewScreen
from tests.tui import material as made
from tests.tui.fakes import FakeLibrary, FakeRecorder, FakeRunning
from tests.tui.looking import looking, recording
from tests.tui.scenes import RUNNING_ID, Stage

FINISHED = made.document(words=made.transcript())


async def test_the_first_screen_is_already_the_recording() -> None:
    async with recording(*made.live_events(3)) as look:
        assert look.recorder.calls == [("start", "Weekly sync")]
        await look.see("● REC   Weekly sync", "hearing you", "Good morning everybody")


async def test_m_marks_the_moment() -> None:
    async with recording(*made.live_events(3)) as look:
        await look.press("m")
        await look.see("◆ Mark")
        assert look.running.sent == [("mark", "")]


async def test_n_takes_a_note_and_typing_it_presses_no_other_key() -> None:
    async with recording(*made.live_events(3)) as look:
        await look.press("n")
        await look.see("A note, at this moment")
        await look.type("stop spam nmpsq?")
        await look.press("enter")
        await look.see("▸ Note: stop spam nmpsq?")
        assert look.running.sent == [("note", "stop spam nmpsq?")]
        await look.press("m")
        await look.until(lambda: look.running.sent[-1] == ("mark", ""))


async def test_an_empty_note_is_none_and_escape_leaves_the_line_not_the_screen() -> None:
    async with recording(*made.live_events(3)) as look:
        await look.press("i")
        await look.see("A note, at this moment")
        await look.press("enter")
        await look.see_no_more("A note, at this moment")
        await look.press("n")
        await look.see("A note, at this moment")
        await look.press("escape")
        await look.see_no_more("A note, at this moment")
        assert isinstance(look.app.screen, RecordScreen)
        assert look.running.sent == []


async def test_space_pauses_and_goes_on() -> None:
    async with recording(*made.live_events(3)) as look:
        await look.see("Space Pause")
        await look.press("space")
        await look.see("PAUSED", "paused, nothing is recorded", "Space Go on")
        await look.press("p")
        await look.see("REC")
        assert look.running.sent == [("pause", ""), ("resume", "")]


async def test_s_stops_and_the_minutes_open_when_they_are_ready() -> None:
    async with recording(*made.live_events(6), library=FakeLibrary([FINISHED])) as look:
        await look.press("s")
        await look.see("STOPPED, making the minutes", "getting ready")
        look.running.push(ev.MinutesStarted(parts=2))
        look.running.push(ev.PartDone(part=0, of=2, start=0, end=1, took=30))
        await look.see("1 of 2 parts done, 30 s left", "kept as a first draft")
        look.running.push(ev.MinutesReady(path="/x"))
        await look.until(lambda: isinstance(look.app.screen, ReviewScreen))
        await look.see("● Ana", "4 speakers")


async def test_minutes_that_cannot_be_made_open_the_draft_with_the_reason() -> None:
    draft = made.document(state="recorded", problem="no key", captions=6)
    async with recording(*made.live_events(6), library=FakeLibrary([draft])) as look:
        await look.press("s")
        look.running.push(ev.MinutesFailed(why="no key", hint="set OPENAI_API_KEY"))
        look.running.push(ev.JobEnded(code=3))
        look.running.hang_up()
        await look.see("First draft from live captions; minutes not made: no key")


async def test_keys_that_make_no_sense_do_nothing() -> None:
    async with recording(*made.live_events(3)) as look:
        await look.press("s")
        await look.see("STOPPED")
        await look.press("m", "n", "space", "p", "s")
        await look.pilot.pause()
        assert look.running.sent == [("stop", "")]


async def test_escape_leaves_the_screen_and_the_recording_goes_on() -> None:
    shelf = FakeLibrary([made.document("Weekly sync", state="recording", captions=3)])
    async with recording(*made.live_events(3), library=shelf) as look:
        await look.press("escape")
        await look.see("Recording now: Weekly sync. Press a to attach.")
        assert look.running.sent == []
        await look.press("a")
        await look.until(lambda: look.recorder.calls[-1] == ("attach", shelf.list()[0].id))
        assert isinstance(look.app.screen, RecordScreen)


async def test_ctrl_c_asks_nothing_and_stops_nothing() -> None:
    async with recording(*made.live_events(3)) as look:
        await look.press("ctrl+c")
        await look.see("Ctrl+Q leaves the screen")
        assert look.running.sent == []
        assert isinstance(look.app.screen, RecordScreen)


async def test_ctrl_q_leaves_the_app_and_says_that_the_recording_goes_on() -> None:
    async with recording(*made.live_events(3)) as look:
        await look.press("ctrl+q")
        await look.until(lambda: look.app._exit)
    assert look.app.farewell == GOES_ON
    assert look.running.sent == []
    assert look.app.return_code == 0


async def test_what_the_recorder_refuses_is_told_and_nothing_else_happens() -> None:
    async with recording(*made.live_events(3)) as look:
        look.running.refusal = BusyError("the recorder is stopping already", "wait a moment")
        await look.press("m")
        await look.see("the recorder is stopping already", "wait a moment")


async def test_a_recording_that_cannot_start_says_why_and_r_tries_again() -> None:
    recorder = FakeRecorder(refusal=AudioDeviceError("no microphone was found", "plug one in"))
    async with looking(Stage(recorder=recorder, start=Start("record", ""))) as look:
        await look.see("NOT RECORDING", "No microphone was found", "Plug one in.")
        recorder.refusal = None
        recorder.running = FakeRunning(RUNNING_ID, made.live_events(2))
        await look.press("r")
        await look.see("REC", "Good morning")


async def test_attaching_to_nothing_says_so_and_escape_shows_the_library() -> None:
    async with looking(Stage(start=Start("attach", ""))) as look:
        await look.see("Nothing is being recorded now")
        await look.press("escape")
        await look.until(lambda: isinstance(look.app.screen, LibraryScreen))


async def test_a_recorder_that_falls_silent_is_told_and_looked_for_again() -> None:
    async with recording(*made.live_events(3), ev.MarkAdded(at=30)) as look:
        look.running.hang_up()
        await look.see("OUT OF TOUCH", "Press r to look")
        look.recorder.running = FakeRunning(RUNNING_ID, [*made.live_events(3), ev.MarkAdded(at=30)])
        await look.press("r")
        await look.see("REC", "hearing you", "◆ Mark")
        assert look.text.count("◆ Mark") == 1
        assert look.text.count("Good morning everybody") == 1


async def test_captions_come_while_the_dashboard_stays_as_it_is() -> None:
    async with recording(*made.live_events(2)) as look:
        await look.see("hearing you")
        screen = look.app.screen
        assert isinstance(screen, RecordScreen)
        heights = [widget.region for widget in screen.query("#dashboard, #captions")]
        for event in made.caption_events(40):
            look.running.push(event)
        await look.until(look.running.queue.empty)
        assert [widget.region for widget in screen.query("#dashboard, #captions")] == heights


async def test_the_clock_and_the_meter_paint_only_what_changed() -> None:
    async with recording(*made.live_events(2)) as look:
        await look.see("hearing you")
        screen = look.app.screen
        assert isinstance(screen, RecordScreen)
        screen.show_state()
        shown = [screen.query_one(selector).shown for selector in ("#clock", "#meter", "#status", "#heading")]  # type: ignore[attr-defined]
        for widget in screen.query("#clock, #meter, #status, #heading"):
            assert not widget.show_value(widget.shown)  # type: ignore[attr-defined]
        look.running.push(ev.AudioLevel(at=screen.live.clock + 0.1, rms=-22.1, peak=-9))
        await look.until(look.running.queue.empty)
        screen.show_state()
        assert [screen.query_one(s).shown for s in ("#status", "#heading")] == shown[2:]  # type: ignore[attr-defined]
