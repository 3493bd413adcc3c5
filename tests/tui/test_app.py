"""What holds on every screen: help, palette, theme, the filter, and ends that are told."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from textual.binding import Binding

from meetrec.tui.app import MeetrecApp, Start
from meetrec.tui.commands import binding_commands
from meetrec.tui.filters import HarmlessFilter
from meetrec.tui.screens.help import help_lines
from meetrec.tui.screens.library import LibraryScreen
from meetrec.tui.screens.record import RecordScreen
from meetrec.tui.screens.review import ReviewScreen
from tests.tui import material as made
from tests.tui.fakes import FakeLibrary, FakeRecorder, FakeRunning
from tests.tui.looking import looking, recording
from tests.tui.scenes import RUNNING_ID, SIZES, Stage


def shelf(**more: Any) -> Stage:
    return Stage(library=FakeLibrary(made.shelf()), **more)


def test_the_filter_is_the_last_of_textual_s_private_list() -> None:
    app = shelf().app()
    assert isinstance(app._filters[-1], HarmlessFilter)
    assert app.get_line_filters()[-1] is app._filters[-1]


async def test_the_filter_is_still_there_after_a_change_of_theme() -> None:
    async with looking(shelf()) as look:
        look.app.theme = "textual-light"
        await look.pilot.pause()
        assert isinstance(look.app.get_line_filters()[-1], HarmlessFilter)


@pytest.mark.parametrize("screen", [LibraryScreen, RecordScreen, ReviewScreen, MeetrecApp])
def test_every_binding_has_words_and_an_id_of_its_own(screen: type[Any]) -> None:
    bindings = [one for one in screen.BINDINGS if isinstance(one, Binding) and not one.system]
    assert all(one.description for one in bindings)
    ids = [one.id for one in bindings]
    assert None not in ids
    assert len(set(ids)) == len(ids)


async def test_help_lists_every_key_of_the_screen_and_fits_every_size() -> None:
    for size in SIZES:
        async with looking(shelf(), size) as look:
            await look.see("8 sessions")
            told = {line.words for line in help_lines(look.app.screen)}
            assert {"Record", "Open", "Rename", "Export", "Delete", "Quit", "Help", "Up", "To the last"} <= told
            await look.press("question_mark")
            await look.see("Keys", "Here", "Record", "Esc Close")
            await look.press("escape")
            await look.see_no_more("Esc Close")


async def test_the_palette_offers_what_the_bindings_offer() -> None:
    async with recording(*made.live_events(2)) as look:
        told = {command.title for command in binding_commands(look.app.screen)}
        assert {"Mark", "Note", "Pause", "Stop", "Leave", "Help", "Dark or light"} <= told
        assert "Go on" not in told
        await look.press("ctrl+p")
        await look.type("mark")
        await look.see("Mark")
        await look.press("enter")
        await look.until(lambda: ("mark", "") in look.running.sent)


async def test_ctrl_t_changes_between_dark_and_light() -> None:
    async with looking(shelf()) as look:
        assert look.app.theme == "meetrec-dark"
        await look.press("ctrl+t")
        assert look.app.theme == "meetrec-light"
        await look.press("ctrl+t")
        assert look.app.theme == "meetrec-dark"


async def test_every_theme_of_textual_works() -> None:
    names = list(shelf().app().available_themes)
    async with looking(shelf()) as look:
        await look.see("8 sessions")
        for name in names:
            look.app.theme = name
            await look.pilot.pause(0.01)
            assert "8 sessions" in look.text


def test_an_unknown_theme_is_replaced_by_ours() -> None:
    assert shelf().app("no-such-theme").theme == "meetrec-dark"


async def test_a_crash_while_reading_the_library_ends_the_app_with_status_1() -> None:
    stage = shelf()

    def broken() -> list[Any]:
        raise ZeroDivisionError

    stage.library.list = broken  # type: ignore[method-assign, assignment]
    app = stage.app()
    await asyncio.wait_for(app.run_async(headless=True), 60)
    assert app.return_code == 1


async def test_a_crash_while_following_a_recording_ends_the_app_with_status_1() -> None:
    running = FakeRunning(RUNNING_ID, ["not an event"])  # type: ignore[list-item]
    app = Stage(recorder=FakeRecorder(running), start=Start("record", "")).app()
    await asyncio.wait_for(app.run_async(headless=True), 60)
    assert app.return_code == 1


async def test_each_start_shows_its_own_screen_first() -> None:
    stages = {
        LibraryScreen: shelf(),
        ReviewScreen: shelf(start=Start("open", made.shelf()[0].session.id)),
        RecordScreen: shelf(start=Start("attach", "")),
    }
    for kind, stage in stages.items():
        async with looking(stage) as look:
            assert isinstance(look.app.screen, kind)
