"""The library: each key, each state, and what it asks of its port."""

from __future__ import annotations

from typing import Any

import pytest

from meetrec.core.document import Document
from meetrec.core.errors import BusyError
from meetrec.tui.app import Start
from meetrec.tui.screens.library import LibraryScreen
from meetrec.tui.screens.record import RecordScreen
from meetrec.tui.screens.review import ReviewScreen
from meetrec.tui.widgets.session_list import SessionList
from tests.tui import material as made
from tests.tui.fakes import FakeLibrary, FakeRecorder, FakeRunning
from tests.tui.looking import Look, looking
from tests.tui.scenes import RUNNING_ID, Stage


def stage(*documents: Document, **more: Any) -> Stage:
    return Stage(library=FakeLibrary(documents or made.shelf()), **more)


async def cursor_on(look: Look, title: str) -> None:
    listed = look.app.screen.query_one(SessionList)
    await look.until(lambda: listed.picked is not None and listed.picked.title == title)


async def test_an_empty_library_says_in_three_lines_how_to_begin() -> None:
    async with looking(Stage()) as look:
        await look.see("Press r to record", "Press s to stop", "meetrec demo")


async def test_a_simulated_app_says_that_nothing_leaves_the_machine() -> None:
    async with looking(Stage(simulated=True)) as look:
        await look.see("Simulated service: built-in demo, nothing leaves this machine")


async def test_sessions_are_listed_with_date_length_and_state_in_words() -> None:
    async with looking(stage(), (160, 45)) as look:
        await look.see(
            "8 sessions", "Fri 20 Nov 2026, 14:05 · 21 min · Ana, Ben +2", "✓ minutes", "! no minutes", "× failed"
        )


async def test_the_preview_follows_the_cursor() -> None:
    async with looking(stage()) as look:
        await look.see("✓ Minutes ready", "● Ana")
        await look.press("down")
        await look.see("! Recorded, minutes not made")
        await look.press("k")
        await look.see("✓ Minutes ready")


async def test_r_records_at_once() -> None:
    recorder = FakeRecorder(FakeRunning(RUNNING_ID, made.live_events(2)))
    async with looking(stage(recorder=recorder)) as look:
        await look.see("8 sessions")
        await look.press("r")
        await look.see("● REC")
        assert recorder.calls == [("start", "")]


async def test_enter_opens_the_session_and_escape_comes_back_to_it() -> None:
    async with looking(stage()) as look:
        await look.see("8 sessions")
        await look.press("down", "down", "enter")
        await look.until(lambda: isinstance(look.app.screen, ReviewScreen))
        await look.see("Interview: Dr. Nakamura-Oyelaran on tide tables", "1 h 25 min")
        await look.press("escape")
        await look.until(lambda: isinstance(look.app.screen, LibraryScreen))
        await cursor_on(look, "Interview: Dr. Nakamura-Oyelaran on tide tables")


async def test_enter_on_a_session_at_work_attaches_to_it() -> None:
    working = made.document("Planning day", state="recording", captions=3)
    recorder = FakeRecorder(FakeRunning(RUNNING_ID, made.live_events(2)))
    async with looking(stage(working, recorder=recorder)) as look:
        await look.see("Recording now: Planning day. Press a to attach.")
        await look.press("enter")
        await look.see("● REC")
        assert recorder.calls == [("attach", working.session.id)]


async def test_n_renames() -> None:
    async with looking(stage()) as look:
        await look.see("8 sessions")
        await look.press("n")
        await look.see("Rename the session")
        await look.type("Monday: [b]plan[/b]")
        await look.press("enter")
        await look.see("Monday: [b]plan[/b]")
        assert look.library.calls.count(("rename", RUNNING_ID, "Monday: [b]plan[/b]")) == 1


async def test_escape_renames_nothing() -> None:
    async with looking(stage()) as look:
        await look.see("8 sessions")
        await look.press("f2")
        await look.see("Rename the session")
        await look.press("x", "escape")
        await look.see_no_more("Rename the session")
        assert not [call for call in look.library.calls if call[0] == "rename"]


async def test_d_asks_and_y_deletes() -> None:
    async with looking(stage()) as look:
        await look.see("8 sessions")
        await look.press("d")
        await look.see("Delete “Weekly sync”?", "gone for good")
        await look.press("y")
        await look.see("7 sessions")
        assert ("delete", RUNNING_ID) in look.library.calls
        await cursor_on(look, "Budget call with the foundation")


@pytest.mark.parametrize("key", ["n", "escape"])
async def test_d_asks_and_anything_else_keeps(key: str) -> None:
    async with looking(stage()) as look:
        await look.see("8 sessions")
        await look.press("d")
        await look.see("gone for good")
        await look.press("enter")
        await look.press(key)
        await look.see_no_more("gone for good")
        assert not [call for call in look.library.calls if call[0] == "delete"]


async def test_a_session_at_work_is_neither_deleted_nor_exported() -> None:
    async with looking(stage(made.document("Now", state="recording", captions=2))) as look:
        await look.see("Recording now")
        await look.press("d", "e")
        await look.pilot.pause()
        assert not [call for call in look.library.calls if call[0] in ("delete", "export")]
        assert "Delete" not in look.text


async def test_e_exports_markdown_and_says_where() -> None:
    async with looking(stage()) as look:
        await look.see("8 sessions")
        await look.press("e")
        await look.see("Exported as Markdown", "/srv/work/Meetings/")
        assert ("export", RUNNING_ID, "md") in look.library.calls


async def test_f_makes_the_minutes_that_are_missing() -> None:
    recorder = FakeRecorder(FakeRunning(RUNNING_ID, made.live_events(2)))
    async with looking(stage(recorder=recorder)) as look:
        await look.see("8 sessions")
        await look.press("f")  # the first session has its minutes: nothing to do
        await look.press("down", "f")
        await look.until(lambda: recorder.calls)
        assert recorder.calls == [("finish", "2026-11-19T13-28-33-budget-call-with-the-foundation")]
        assert isinstance(look.app.screen, RecordScreen)


async def test_a_refusal_is_told_and_changes_nothing() -> None:
    async with looking(stage()) as look:
        await look.see("8 sessions")
        look.library.refusal = BusyError("another process holds the session", "close it there")
        await look.press("e")
        await look.see("another process holds the session", "close it there")


async def test_a_library_that_cannot_be_read_says_why() -> None:
    library = FakeLibrary()
    library.refusal = BusyError("the folder is locked", "close the other meetrec")
    async with looking(Stage(library=library)) as look:
        await look.see("The library cannot be read", "The folder is locked", "Close the other meetrec")


async def test_a_slow_disk_blocks_no_key() -> None:
    library = FakeLibrary(made.shelf())
    library.gate.clear()
    async with looking(Stage(library=library)) as look:
        await look.see("Reading the library")
        await look.press("question_mark")
        await look.see("Keys")
        await look.press("escape")
        library.gate.set()
        await look.see("8 sessions")


async def test_a_click_picks_and_another_opens() -> None:
    async with looking(stage()) as look:
        await look.see("8 sessions")
        listed = look.app.screen.query_one(SessionList)
        await look.pilot.click(SessionList, offset=(5, 3))
        await cursor_on(look, "Budget call with the foundation")
        assert listed.cursor == 1
        await look.pilot.click(SessionList, offset=(5, 4))
        await look.until(lambda: isinstance(look.app.screen, ReviewScreen))


async def test_ten_thousand_sessions_are_listed_and_only_those_in_sight_are_painted() -> None:
    documents = [
        made.document(f"Meeting {number}", days_ago=number, words=made.transcript(1)) for number in range(10_000)
    ]
    async with looking(stage(*documents)) as look:
        await look.see("10,000 sessions")
        await look.until(lambda: look.app.screen.query_one(SessionList).item_count() == 10_000)
        await look.press("G")
        await look.see("Meeting 9999")
        assert len(look.app.screen.query_one(SessionList)._painted) < 40


async def test_q_quits() -> None:
    async with looking(stage()) as look:
        await look.see("8 sessions")
        await look.press("q")
        await look.until(lambda: look.app._exit)
    assert look.app.return_code == 0
    assert look.app.farewell == ""


async def test_at_a_narrow_screen_the_list_has_it_all() -> None:
    async with looking(stage(start=Start()), (60, 20)) as look:
        await look.see("Weekly sync", "✓ minutes", "q Quit")
        assert "Good morning" not in look.text


async def test_p_pins_a_session_to_the_top_and_lets_it_go_again() -> None:
    async with looking(stage()) as look:
        await look.see("8 sessions")
        await look.press("down", "down", "p")
        listed = look.app.screen.query_one(SessionList)
        await look.until(lambda: listed.sessions[0].pinned)
        await look.see("pinned")
        await look.press("p")
        await look.until(lambda: not any(one.pinned for one in listed.sessions))
        await look.see_no_more("pinned")


async def test_t_gives_tags() -> None:
    async with looking(stage(), (160, 45)) as look:
        await look.see("8 sessions")
        await look.press("t")
        await look.see("Separate them by commas")
        await look.type("planning, q3")
        await look.press("enter")
        await look.see("#planning #q3")


async def test_the_list_is_filtered_and_escape_shows_all() -> None:
    async with looking(stage()) as look:
        await look.see("8 sessions")
        await look.press("F")
        await look.see("Show only")
        await look.type("before:2026-11-13")
        await look.press("enter")
        await look.see("3 of 8 sessions", "before:2026-11-13", "Esc shows all", "meetrec demo")
        await look.press("escape")
        await look.see("8 sessions", "Your meetings, newest first")


async def test_a_filter_that_makes_no_sense_is_told_and_changes_nothing() -> None:
    async with looking(stage()) as look:
        await look.see("8 sessions")
        await look.press("F")
        await look.type("after:soon")
        await look.press("enter")
        await look.see("soon is no date", "8 sessions")


async def test_the_list_is_sorted_by_title_and_by_length() -> None:
    async with looking(stage()) as look:
        await look.see("8 sessions")
        listed = look.app.screen.query_one(SessionList)
        await look.press("S")
        await look.see("by title")
        assert [one.title for one in listed.sessions] == sorted(
            (one.title for one in listed.sessions), key=str.casefold
        )
        await look.press("S")
        await look.see("longest first")
        assert [one.duration for one in listed.sessions] == sorted(
            (one.duration for one in listed.sessions), reverse=True
        )
        await look.press("S")
        await look.see("newest first")


async def test_v_hides_the_preview_and_shows_it_below_the_list_where_it_is_narrow() -> None:
    async with looking(stage()) as look:
        await look.see("● Ana")
        await look.press("v")
        await look.see_no_more("Good morning")
        await look.press("v")
        await look.see("Good morning")
    async with looking(stage(), (60, 20)) as look:
        await look.see("8 sessions")
        assert "Good morning" not in look.text
        await look.press("v")
        await look.see("Good morning", "Weekly sync", "8 sessions")


async def test_the_sound_alone_can_be_deleted_and_what_will_be_gone_is_told() -> None:
    async with looking(stage()) as look:
        await look.see("8 sessions")
        await look.press("D")
        await look.see("Delete the sound of “Weekly sync”?", "58 MB of sound", "captions and notes stay")
        await look.press("y")
        await look.until(lambda: ("delete_audio", RUNNING_ID) in look.library.calls)
        await look.see("8 sessions")


async def test_o_says_where_the_folder_is_where_there_is_no_desktop() -> None:
    async with looking(stage()) as look:
        await look.see("8 sessions")
        await look.press("o")
        await look.see("/srv/work/meetings/")


async def test_what_changed_behind_our_back_is_found() -> None:
    async with looking(stage()) as look:
        await look.see("8 sessions")
        look.library.rename(RUNNING_ID, "Renamed elsewhere")
        screen = look.app.screen
        assert isinstance(screen, LibraryScreen)
        screen._freshen()
        await look.see("Renamed elsewhere")
        del look.library.documents[RUNNING_ID]
        screen._freshen()
        await look.see_no_more("Renamed elsewhere")
        await look.see("7 sessions")
        look.library.documents[RUNNING_ID] = made.document("Back again", words=made.transcript(2))
        look.library.changed = True
        screen._look_soon()
        await look.see("8 sessions")
        listed = look.app.screen.query_one(SessionList)
        await look.until(lambda: "Back again" in [one.title for one in listed.sessions])


async def test_scrolling_looks_again_at_what_comes_into_sight() -> None:
    documents = [made.document(f"Meeting {number}", days_ago=number) for number in range(300)]
    async with looking(stage(*documents)) as look:
        listed = look.app.screen.query_one(SessionList)
        await look.until(lambda: listed.item_count() == 300)
        look.library.rename(documents[-1].session.id, "Changed meanwhile")
        await look.press("G")
        await look.see("Changed meanwhile")


async def test_a_low_and_narrow_screen_keeps_the_keys_that_matter() -> None:
    async with looking(stage(), (40, 12)) as look:
        await look.see("r Record", "Enter Open", "/ Search")
