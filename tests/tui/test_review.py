"""The review screen: reading, naming, exporting, and captions standing in."""

from __future__ import annotations

import dataclasses
import functools
import gc
from typing import Any

from meetrec.core.errors import StorageError
from meetrec.tui.app import Start
from meetrec.tui.screens.library import LibraryScreen
from meetrec.tui.screens.record import RecordScreen
from meetrec.tui.widgets.turns_view import TurnsView
from tests.tui import material as made
from tests.tui.fakes import FakeLibrary, FakeRecorder, FakeRunning
from tests.tui.looking import Look, looking
from tests.tui.scenes import RUNNING_ID, Stage


def reviewing(document: Any, **more: Any) -> Stage:
    return Stage(library=FakeLibrary([document]), start=Start("open", document.session.id), **more)


UNNAMED = made.document(words=made.transcript(30, named=False))


def picked(look: Look) -> str:
    line = look.app.screen.query_one(TurnsView).picked
    return line.text if line else ""


async def test_turns_have_a_shape_a_name_and_a_time() -> None:
    async with looking(reviewing(made.document(words=made.transcript()))) as look:
        await look.see("● Ana", "00:00:03", "■ Ben", "▲ Chiara", "◆ Mark", "4 speakers")


async def test_s_names_the_speaker_of_the_turn_and_all_their_turns_follow() -> None:
    async with looking(reviewing(UNNAMED)) as look:
        await look.see("● Speaker 1")
        await look.press("j", "s")
        await look.see("Who is Speaker 2?")
        await look.type("Ben")
        await look.press("enter")
        await look.see("■ Ben")
        assert "Speaker 2" not in look.text
        assert ("act", RUNNING_ID, "S2 named Ben") in look.library.calls


async def test_a_number_names_that_speaker() -> None:
    async with looking(reviewing(UNNAMED), (160, 45)) as look:
        await look.see("3 ▲ Speaker 3")
        await look.press("3")
        await look.see("Who is Speaker 3?")
        await look.type("Chiara")
        await look.press("enter")
        await look.see("▲ Chiara")
        assert ("act", RUNNING_ID, "S3 named Chiara") in look.library.calls


async def test_a_number_nobody_has_does_nothing() -> None:
    async with looking(reviewing(UNNAMED)) as look:
        await look.see("● Speaker 1")
        await look.press("9")
        await look.pilot.pause()
        assert "Who is" not in look.text


async def test_escape_names_nobody() -> None:
    async with looking(reviewing(UNNAMED)) as look:
        await look.see("● Speaker 1")
        await look.press("1")
        await look.see("Who is")
        await look.press("x", "escape")
        await look.see_no_more("Who is")
        assert not [call for call in look.library.calls if call[0] == "act"]


async def test_the_cursor_goes_by_keys_and_stays_in_sight() -> None:
    async with looking(reviewing(made.document(words=made.transcript(300)))) as look:
        await look.see("● Ana")
        view = look.app.screen.query_one(TurnsView)
        last = len(view.entries) - 1
        for key, expected in (
            ("j", 1),
            ("down", 2),
            ("k", 1),
            ("up", 0),
            ("G", last),
            ("g g", 0),
            ("end", last),
            ("home", 0),
        ):
            await look.press(*key.split())
            await look.until(functools.partial(lambda wanted: view.cursor == wanted, expected))
            top, bottom = view.lines_of(expected)
            first = view.scroll_offset.y
            assert first <= top < bottom <= first + view.size.height + 1
        await look.press("pagedown", "pagedown")
        await look.until(lambda: view.cursor is not None and view.cursor > 4)
        await look.press("pageup", "pageup", "pageup")
        await look.until(lambda: view.cursor == 0)


async def test_e_asks_for_the_format_and_the_file_and_says_where_it_is() -> None:
    async with looking(reviewing(UNNAMED)) as look:
        await look.see("● Speaker 1")
        await look.press("e")
        await look.see("Export as …", "Markdown")
        await look.press("enter")
        await look.see("Write to which file?", f"{RUNNING_ID}.md")
        await look.press("enter")
        await look.see("Exported as Markdown")
        assert ("export", RUNNING_ID, "md", f"/srv/work/Meetings/{RUNNING_ID}.md", "False") in look.library.calls


async def test_f2_renames_the_session() -> None:
    async with looking(reviewing(UNNAMED)) as look:
        await look.see("● Speaker 1")
        await look.press("f2")
        await look.see("Rename the session")
        await look.type("Plans")
        await look.press("enter")
        await look.see("Plans")


async def test_captions_stand_in_as_a_draft_and_f_makes_the_minutes() -> None:
    draft = made.document(state="recorded", problem="no key", captions=5)
    recorder = FakeRecorder(FakeRunning(RUNNING_ID, made.live_events(5)))
    async with looking(reviewing(draft, recorder=recorder)) as look:
        await look.see("First draft from live captions; minutes not made: no key. Press f", "Good morning")
        await look.press("s", "1", "enter")  # nobody to name yet, nothing to edit
        await look.press("f")
        await look.until(lambda: recorder.calls == [("finish", draft.session.id)])
        assert isinstance(look.app.screen, RecordScreen)


async def test_finished_minutes_are_not_made_again() -> None:
    async with looking(reviewing(UNNAMED)) as look:
        await look.see("● Speaker 1")
        await look.press("f")
        await look.pilot.pause()
        assert look.recorder.calls == []


async def test_speakers_stand_beside_the_text_where_there_is_room() -> None:
    async with looking(reviewing(made.document(words=made.transcript())), (160, 45)) as look:
        await look.see("1 ● Ana", "41 %", "4 turns", "“Fine. The budget")
        await look.pilot.resize_terminal(80, 24)
        await look.see_no_more("1 ● Ana")
        await look.press("w")
        await look.see("1 ● Ana", "%")
        await look.press("escape")
        await look.see_no_more("1 ● Ana")


async def test_what_is_looked_for_is_seen_though_the_speakers_hid_the_text() -> None:
    async with looking(reviewing(made.document(words=made.transcript())), (80, 24)) as look:
        await look.press("w")
        await look.see("1 ● Ana", "%")
        await look.press("slash", *"budget")
        await look.see_no_more("1 ● Ana")
        await look.see("The budget")


async def test_a_session_that_is_gone_says_so_and_escape_goes_back() -> None:
    async with looking(Stage(start=Start("open", "gone"))) as look:
        await look.see("There is no session gone")
        await look.press("escape")
        await look.until(lambda: isinstance(look.app.screen, LibraryScreen))


async def test_a_name_that_cannot_be_kept_is_told() -> None:
    async with looking(reviewing(UNNAMED)) as look:
        await look.see("● Speaker 1")
        await look.press("1")
        await look.see("Who is")
        look.library.refusal = StorageError("the disk is full", "free some space")
        await look.type("Ana")
        await look.press("enter")
        await look.see("the disk is full", "free some space")


async def test_of_twenty_thousand_segments_only_what_is_near_is_counted_and_what_is_seen_painted() -> None:
    async with looking(reviewing(made.document(words=made.transcript(20_000)))) as look:
        await look.see("● Ana")
        view = look.app.screen.query_one(TurnsView)
        last = len(view.entries) - 1
        await look.press("G")
        await look.until(lambda: view.cursor == last)
        await look.press("k", "k", "k", "g", "g")
        await look.until(lambda: view.cursor == 0)
        assert view.laid_out < 200
        assert len(view._painted) < 60


async def test_what_a_session_holds_is_looked_through_for_garbage_again_once_it_is_left() -> None:
    async with looking(reviewing(made.document(words=made.transcript(300)))) as look:
        await look.until(lambda: gc.get_freeze_count() > 0)
        await look.press("q")
        await look.until(lambda: gc.get_freeze_count() == 0)


async def test_a_flag_goes_with_its_turn_and_comes_back_with_it() -> None:
    words = made.transcript(300)
    doubtful = [dataclasses.replace(one, doubt="overlapping voices") if one.id == 7 else one for one in words.segments]
    async with looking(reviewing(made.document(words=dataclasses.replace(words, segments=tuple(doubtful))))) as look:
        await look.press("right_square_bracket")
        await look.see("overlapping voices")
        view = look.app.screen.query_one(TurnsView)
        await look.press("d")
        await look.see_no_more("overlapping voices")
        assert not view.flags_of(view.cursor or 0)
        await look.press("u")
        await look.see("overlapping voices")
