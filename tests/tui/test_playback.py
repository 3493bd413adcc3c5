"""Listening in the review screen: keys play, and what is heard is pointed out and kept in sight."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from meetrec.core.errors import AudioError
from meetrec.core.speaker_stats import excerpts
from meetrec.tui.app import Start
from meetrec.tui.screens.library import LibraryScreen
from meetrec.tui.screens.review import ReviewScreen
from meetrec.tui.widgets.heard_view import HeardView
from tests.tui import material as made
from tests.tui.fake_player import FakePlayer
from tests.tui.fakes import FakeLibrary
from tests.tui.looking import Look, looking
from tests.tui.scenes import Stage

WORDS = made.transcript(30)
DOCUMENT = made.document(words=WORDS)
LENGTH = DOCUMENT.duration
LAST = float("inf")


class Listening:
    """A review screen whose player is a fake."""

    def __init__(self, look: Look) -> None:
        self.look = look

    @property
    def view(self) -> HeardView:
        return self.look.app.screen.query_one(HeardView)

    @property
    def player(self) -> FakePlayer:
        return next(iter(self.look.library.players.values()))

    @property
    def picked(self) -> float:
        line = self.view.picked
        return line.start if line is not None else -1.0

    async def hear(self, position: float) -> None:
        """Play on to a position, and wait until that is shown."""
        self.player.hear(position)
        await self.look.until(lambda: self.view.heard is not None and self.view.heard[0] == self.line_at(position))

    async def picks(self, start: float) -> None:
        """Wait until the cursor is on the line that begins then."""
        await self.look.until(lambda: self.picked == start)

    async def points_out_another(self, word: str) -> None:
        """Wait until another word than this is pointed out."""
        await self.look.until(lambda: self.view.heard is not None and self.view.heard[1] not in ("", word))

    def line_at(self, seconds: float) -> str:
        return [one for one in self.view.entries if one.kind == "turn" and one.start <= seconds][-1].text

    async def plays(self, start: float, end: float = LAST) -> None:
        """Wait until that is what is played."""
        await self.look.until(
            lambda: bool(self.look.library.players) and self.player.spans == [pytest.approx((start, end))]
        )
        await self.look.until(lambda: self.player.status.state == "playing")


@asynccontextmanager
async def listening(size: tuple[int, int] = (80, 24), document: Any = DOCUMENT) -> AsyncIterator[Listening]:
    stage = Stage(library=FakeLibrary([document]), start=Start("open", document.session.id))
    async with looking(stage, size) as look:
        await look.see("00:00:03")
        yield Listening(look)


def start_of(turn: int) -> float:
    return WORDS.segments[turn].start


async def test_space_plays_from_the_line_under_the_cursor_and_the_bar_appears() -> None:
    async with listening() as one:
        assert "▶" not in one.look.text
        await one.look.press("j", "j", "space")
        await one.plays(start_of(2))
        await one.look.see("▶ 00:00:", "· Chiara")
        assert one.view.heard is not None
        assert one.view.heard[0] == WORDS.segments[2].text


async def test_space_pauses_and_goes_on_where_it_paused_unless_the_cursor_was_moved() -> None:
    async with listening() as one:
        await one.look.press("space")
        await one.plays(start_of(0))
        await one.hear(5.5)
        await one.look.press("space")
        await one.look.see("· paused")
        await one.look.press("space")
        await one.look.until(lambda: one.player.status.state == "playing")
        assert one.player.spans == [(start_of(0), LAST)]
        assert one.player.status.position == 5.5
        await one.look.press("space")
        await one.look.see("· paused")
        await one.look.press("j", "j", "j", "space")
        await one.plays(start_of(3))


async def test_the_word_that_is_heard_is_pointed_out() -> None:
    async with listening() as one:
        await one.look.press("space")
        await one.plays(start_of(0))
        first = WORDS.segments[0]
        words = [""]
        for part in (0.01, 0.5, 0.99):
            position = first.start + (first.end - first.start) * part
            one.player.hear(position)
            await one.points_out_another(words[-1])
            assert one.view.heard is not None
            words.append(one.view.heard[1])
        assert words[1] == "Good"
        assert words[3] == "list."
        one.player.hear(first.end + 0.4)
        await one.look.until(lambda: one.view.heard == (first.text, ""))


async def test_the_cursor_goes_along_and_what_is_heard_stays_in_sight() -> None:
    async with listening() as one:
        await one.look.press("space")
        await one.plays(start_of(0))
        for turn in (1, 5, 12, 29, 3):
            await one.hear(start_of(turn) + 0.2)
            await one.picks(start_of(turn))
            await one.look.until(lambda: one.view.is_in_sight(one.view.cursor))


async def test_going_elsewhere_ends_going_along_and_o_takes_it_up_again() -> None:
    async with listening() as one:
        await one.look.press("space")
        await one.plays(start_of(0))
        await one.hear(start_of(3) + 0.2)
        await one.look.until(lambda: one.picked == start_of(3))
        await one.look.press("end")
        await one.look.see("o goes along again")
        await one.hear(start_of(5) + 0.2)
        assert one.picked == start_of(29)
        await one.look.press("o")
        await one.look.until(lambda: one.picked == start_of(5))
        await one.look.see_no_more("o goes along again")


async def test_scrolling_what_is_heard_out_of_sight_ends_going_along() -> None:
    async with listening() as one:
        await one.look.press("space")
        await one.plays(start_of(0))
        await one.hear(start_of(1) + 0.2)
        await one.look.until(lambda: one.picked == start_of(1))
        one.view.scroll_to(y=60, animate=False, immediate=True, force=True)
        await one.look.see("o goes along again")
        await one.hear(start_of(2) + 0.2)
        assert one.view.scroll_offset.y == 60


async def test_what_is_heard_is_not_followed_while_the_user_types() -> None:
    async with listening() as one:
        await one.look.press("space")
        await one.plays(start_of(0))
        await one.look.press("slash")
        await one.look.until(lambda: not one.view.has_focus)
        at = one.picked
        await one.hear(start_of(9) + 0.2)
        assert one.picked == at


async def test_a_very_long_turn_is_scrolled_to_the_word_that_is_heard() -> None:
    said = " ".join(f"word{number}" for number in range(2000))
    words = made.transcript(3)
    segments = (*words.segments[:2], words.segments[2].__class__(2, 100.0, 900.0, "S1", said))
    long = made.document(words=words.__class__(segments, words.speakers, duration=901.0), duration=901.0)
    async with listening(document=long) as one:
        await one.look.press("end", "space")
        await one.plays(100.0)
        await one.hear(500.0)
        await one.look.until(lambda: one.view.heard is not None and one.view.heard[1].startswith("word10"))
        await one.look.until(lambda: one.view.heard is not None and one.view.heard[1] in one.look.text)


async def test_skipping_and_speeds() -> None:
    async with listening() as one:
        await one.look.press("space")
        await one.plays(start_of(0))
        at = one.player.status.position
        await one.look.press("full_stop", "right")
        await one.look.until(lambda: one.player.status.position == at + 10)
        await one.look.press("comma", "left")
        await one.look.until(lambda: one.player.status.position == at)
        await one.look.press("greater_than_sign", "greater_than_sign")
        await one.look.see("· 1.5×")
        await one.look.press("less_than_sign", "less_than_sign", "less_than_sign")
        await one.look.see("· 0.75×")


async def test_a_speed_that_cannot_be_had_is_told() -> None:
    async with listening() as one:
        await one.look.press("space")
        await one.plays(start_of(0))
        one.player.refusal = AudioError("other speeds need PyAV", "install it")
        await one.look.press("greater_than_sign")
        await one.look.see("other speeds need PyAV", "install it")


async def test_turns_and_turns_of_the_same_speaker_are_jumped_to() -> None:
    async with listening() as one:
        await one.look.press("t")
        await one.plays(start_of(1))
        await one.look.press("t")
        await one.plays(start_of(2))
        await one.look.press("T")
        await one.plays(start_of(1))
        await one.look.press("p")  # Ben again
        await one.plays(start_of(4))
        await one.look.press("P")
        await one.plays(start_of(1))
        assert one.picked == start_of(1)


async def test_marks_are_jumped_to() -> None:
    async with listening() as one:
        await one.look.press("b")
        await one.plays(24.0)
        await one.look.press("b")
        await one.plays(44.0)
        await one.look.press("B")
        await one.plays(24.0)
        await one.look.press("B")
        assert one.player.spans == [(24.0, LAST)]


async def test_five_seconds_of_a_voice_are_heard_and_the_cursor_stays() -> None:
    best = excerpts(WORDS)["S2"]
    async with listening() as one:
        await one.look.press("j", "v")
        await one.plays(best.start, best.start + 5)
        await one.look.see("· Ben")
        one.player.hear(best.start + 3)
        one.player.end()
        await one.look.see("· ended")
        assert one.picked == start_of(1)
        await one.look.press("space")
        await one.plays(start_of(1))


async def test_the_voice_of_who_is_picked_in_the_speakers_panel_is_heard() -> None:
    best = excerpts(WORDS)["S3"]
    async with listening((160, 45)) as one:
        await one.look.see("3 ▲ Chiara")
        await one.look.press("w", "j", "j", "v")
        await one.plays(best.start, min(best.end, best.start + 5))
        await one.look.see("· Chiara")


async def test_an_output_that_went_away_is_told_and_space_tries_again() -> None:
    async with listening() as one:
        await one.look.press("space")
        await one.plays(start_of(0))
        await one.hear(9.0)
        one.player.fail("no output: the sound server ended", "connect one")
        await one.look.see("! No output: the sound server ended · Space tries again")
        await one.look.press("j", "k", "slash")  # all else works
        await one.look.press("escape", "space")
        await one.look.until(lambda: one.player.status.state == "playing")
        await one.look.see("▶ 00:00:")


async def test_a_session_without_sound_says_so() -> None:
    async with listening() as one:
        one.look.library.refusal = AudioError("this session has no sound", "it was deleted")
        await one.look.press("space")
        await one.look.see("this session has no sound")
        one.look.library.refusal = None


async def test_leaving_the_session_ends_the_sound() -> None:
    async with listening() as one:
        await one.look.press("space")
        await one.plays(start_of(0))
        player = one.player
        await one.look.press("q")
        await one.look.until(lambda: isinstance(one.look.app.screen, LibraryScreen))
        assert player.closed


async def test_the_first_draft_is_heard_too() -> None:
    draft = made.document(captions=8, state="recorded", duration=120.0)
    async with listening(document=draft) as one:
        await one.look.press("j", "space")
        await one.plays([*made.spoken(8)][1][0])
        assert isinstance(one.look.app.screen, ReviewScreen)
        await one.look.see("▶ 00:00:")


@pytest.mark.parametrize(("size", "place"), [((80, 24), (6, 1)), ((60, 20), (12, 0))])
async def test_a_click_on_the_time_of_a_line_plays_it_and_on_the_bar_pauses(
    size: tuple[int, int], place: tuple[int, int]
) -> None:
    async with listening(size) as one:
        top, _ = one.view.lines_of(1)
        await one.look.pilot.click(HeardView, offset=(place[0], top + place[1]))
        await one.plays(start_of(1))
        await one.look.pilot.click("PlayerBar")
        await one.look.see("· paused")
        await one.look.pilot.click(
            HeardView, offset=(30, one.view.lines_of(2)[0] - one.view.scroll_offset.y + place[1])
        )
        await one.picks(start_of(2))
        assert one.player.status.state == "paused"
