"""The search: what is typed is looked for at once, and Enter opens what was found at its second."""

from __future__ import annotations

from typing import Any

from meetrec.core.document import Document
from meetrec.core.errors import StorageError
from meetrec.tui.screens.library import LibraryScreen
from meetrec.tui.screens.review import ReviewScreen
from meetrec.tui.screens.search import SearchScreen
from meetrec.tui.widgets.hit_list import HitList
from meetrec.tui.widgets.turns_view import TurnsView
from tests.tui import material as made
from tests.tui.fakes import FakeLibrary, FakeRecorder, FakeRunning
from tests.tui.looking import Look, looking
from tests.tui.scenes import RUNNING_ID, Stage


def stage(*documents: Document, **more: Any) -> Stage:
    return Stage(library=FakeLibrary(documents or made.shelf()), **more)


async def begin(look: Look, text: str = "") -> HitList:
    await look.see("session")
    await look.press("slash")
    await look.see("Everything that was said")
    await look.type(text)
    return look.app.screen.query_one(HitList)


async def test_hits_stand_below_their_session_from_the_first_letters_on() -> None:
    async with looking(stage()) as look:
        await begin(look, "budg")
        await look.see("found in 7 sessions", "Weekly sync  20 Nov, 14:05 · 21 min", "00:00:10  Ben: Morning. I would")
        await look.type("etary")
        await look.see("Nothing was found")


async def test_enter_opens_the_session_at_that_second_and_escape_comes_back_to_the_search() -> None:
    async with looking(stage()) as look:
        hits = await begin(look, "ceiling")
        await look.until(lambda: hits.picked is not None)
        await look.press("enter")
        await look.until(lambda: isinstance(look.app.screen, ReviewScreen))
        await look.see("Weekly sync", "swallows every other word")
        turns = look.app.screen.query_one(TurnsView)
        await look.until(lambda: turns.picked is not None and "second room" in turns.picked.text)
        await look.press("escape")
        await look.until(lambda: isinstance(look.app.screen, SearchScreen))
        await look.see("ceiling", "found in")
        await look.press("escape")
        await look.until(lambda: isinstance(look.app.screen, LibraryScreen))
        await look.see("8 sessions")


async def test_the_arrows_move_while_one_types() -> None:
    async with looking(stage()) as look:
        hits = await begin(look, "budget")
        await look.until(lambda: hits.cursor == 1)
        await look.press("down", "down")
        await look.until(lambda: hits.cursor == 3)
        assert hits.picked is not None
        assert hits.picked[0].title == "Budget call with the foundation"
        await look.press("up", "pagedown")
        await look.until(lambda: hits.cursor is not None and hits.cursor > 3)


async def test_what_is_found_anew_leaves_the_cursor_on_the_hit_to_which_it_was_moved() -> None:
    shelf = stage()
    async with looking(shelf) as look:
        hits = await begin(look, "budget")
        await look.until(lambda: hits.cursor == 1)
        await look.press("down", "down")
        await look.until(lambda: hits.cursor == 3)
        picked = hits.picked
        found = shelf.library.search("budget").found
        hits.show_found(found[1:])
        assert hits.picked == picked
        assert hits.cursor == 3 - 1 - len(found[0].hits)
        hits.show_found(found)
        assert (hits.picked, hits.cursor) == (picked, 3)
        await look.press("backspace", "t")
        await look.until(lambda: hits.cursor == 1)


async def test_a_hit_in_a_running_session_attaches_to_it() -> None:
    working = made.document("Planning day", state="recording", captions=6)
    recorder = FakeRecorder(FakeRunning(RUNNING_ID, made.live_events(2)))
    async with looking(stage(working, recorder=recorder)) as look:
        hits = await begin(look, "budget")
        await look.until(lambda: hits.picked is not None)
        await look.press("enter")
        await look.see("● REC")
        assert recorder.calls == [("attach", working.session.id)]


async def test_a_date_that_is_none_is_told_while_one_types() -> None:
    async with looking(stage()) as look:
        await begin(look, "after:20x")
        await look.see("20x is no date", "Write after:2026-10-01")
        await look.press("escape")
        await look.see("8 sessions")


async def test_what_cannot_be_searched_says_why() -> None:
    async with looking(stage()) as look:
        await begin(look)
        look.library.refusal = StorageError("the cache cannot be written: permission denied", "check its permissions")
        await look.type("x")
        await look.see("Nothing can be searched now", "The cache cannot be written", "Check its permissions")


async def test_as_long_as_words_are_read_it_says_how_far_it_is() -> None:
    made_stage = stage()
    made_stage.library.indexing = [(3200, 10_000)]
    async with looking(made_stage) as look:
        await begin(look, "budget")
        await look.see("indexing 3,200 of 10,000", "found in 7 sessions")


async def test_markup_in_what_was_said_is_shown_letter_by_letter() -> None:
    async with looking(stage(made.document("[b]bold[/b] plan", words=made.transcript(3)))) as look:
        await begin(look, "budget")
        await look.see("[b]bold[/b] plan")
