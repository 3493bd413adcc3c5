"""The captions view: order, following, and that it stays flat however many captions there are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual.app import App, ComposeResult

from meetrec.core import events as ev
from meetrec.tui.painting import INKS
from meetrec.tui.widgets.captions import CaptionsView
from tests.tui import material as made
from tests.tui.looking import recording


class Alone(App[None]):
    CSS_PATH = "../../meetrec/tui/meetrec.tcss"
    COMPONENT_CLASSES: ClassVar[set[str]] = set(INKS)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        from meetrec.tui.themes import speaker_variables

        return speaker_variables(dark=True)

    def compose(self) -> ComposeResult:
        yield CaptionsView()


def many(count: int) -> Iterator[ev.Event]:
    for number in range(count):
        yield ev.CaptionFinal(item=str(number), start=number, end=number + 1, text=f"caption number {number}")


async def test_ten_thousand_captions_cost_one_layout_each_and_a_change_at_the_end_costs_one() -> None:
    app = Alone()
    async with app.run_test(size=(80, 24)) as pilot:
        view = app.query_one(CaptionsView)
        for event in many(10_000):
            view.take(event)
        view.flush()
        await pilot.pause()
        assert view.laid_out == 10_000
        painted = len(view._painted)
        assert painted <= 40
        for number in range(10_000, 10_050):
            view.take(ev.CaptionInterim(item=str(number), start=number, end=number, text="so far"))
            view.flush()
            view.take(ev.CaptionFinal(item=str(number), start=number, end=number, text="so far and to the end"))
            view.flush()
        assert view.laid_out == 10_000 + 100
        await pilot.pause()
        assert len(view._painted) <= 600
        assert view.scroll_offset.y == view.max_scroll_y


async def test_one_caption_a_flush_never_lays_out_what_stands_before() -> None:
    app = Alone()
    async with app.run_test(size=(80, 24)) as pilot:
        view = app.query_one(CaptionsView)
        for event in many(500):
            view.take(event)
            view.flush()
        await pilot.pause()
        assert view.laid_out == 500


async def test_a_late_caption_is_put_in_its_place() -> None:
    async with recording(*made.live_events(6)) as look:
        await look.see("hearing you")
        look.running.push(ev.CaptionFinal(item="late", start=19.0, end=20.0, text="Said before the budget."))
        await look.see("Said before the budget.")
        lines = look.text.splitlines()
        late = next(number for number, line in enumerate(lines) if "Said before" in line)
        assert "Thank you, that helps." in lines[late - 1]


async def test_interim_text_is_replaced_by_the_final_one() -> None:
    async with recording(*made.live_events(1, interim=False)[:-2]) as look:
        look.running.push(ev.CaptionInterim(item="x", start=50, end=51, text="Shall we mee"))
        await look.see("Shall we mee …")
        look.running.push(ev.CaptionFinal(item="x", start=50, end=52, text="Shall we meet on Monday?"))
        await look.see("Shall we meet on Monday?")
        assert "mee …" not in look.text


async def test_what_the_service_gave_up_on_says_that_it_is_not_confirmed() -> None:
    async with recording(made.started()) as look:
        look.running.push(ev.CaptionFinal(item="x", start=1, end=2, text="half a sentence", uncertain=True))
        await look.see("half a sentence (not confirmed)")


async def test_the_view_follows_the_end_until_the_user_scrolls_up() -> None:
    async with recording(*made.live_events(60)) as look:
        view = look.app.screen.query_one(CaptionsView)
        await look.until(lambda: view.max_scroll_y and view.scroll_offset.y == view.max_scroll_y)
        await look.press("pageup")
        await look.see("Not following, End to follow")
        place = view.scroll_offset.y
        for number in range(12):
            look.running.push(ev.CaptionFinal(item=f"n{number}", start=900 + number, end=901, text="news"))
        await look.see("12 new")
        await look.until(lambda: view.scroll_target_y == view.scroll_y)
        assert view.scroll_offset.y <= place
        await look.press("end")
        await look.see_no_more("Not following")
        await look.see("00:15:11   news")
        assert view.scroll_offset.y == view.max_scroll_y


async def test_scrolling_back_to_the_end_follows_again() -> None:
    async with recording(*made.live_events(30)) as look:
        await look.see("hearing you")
        await look.press("up", "up")
        await look.see("Not following")
        await look.press("down", "down", "down", "down")
        await look.see_no_more("Not following")


async def test_resizing_keeps_following_the_end() -> None:
    async with recording(*made.live_events(60)) as look:
        view = look.app.screen.query_one(CaptionsView)
        for size in ((60, 20), (160, 45), (80, 24), (30, 8), (80, 24)):
            await look.pilot.resize_terminal(*size)
            await look.until(lambda: view.max_scroll_y and view.scroll_offset.y == view.max_scroll_y)
            assert view.following
