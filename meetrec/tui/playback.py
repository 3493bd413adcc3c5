"""Listening to the session under review: the words being heard are pointed out, and the cursor goes along with them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence

from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.timer import Timer

from meetrec.core.document import Document
from meetrec.core.errors import MeetrecError
from meetrec.core.playing import SAMPLE_S, SKIP_S, Playing, next_speed, word_at
from meetrec.core.speaker_stats import excerpts
from meetrec.tui.background import in_background
from meetrec.tui.notices import tell_error
from meetrec.tui.ports import Library, Player
from meetrec.tui.turns import Line
from meetrec.tui.widgets.heard_view import HeardView
from meetrec.tui.widgets.player_bar import Heard, PlayerBar

TICKS_A_SECOND = 10
_ASIDE = "o goes along again"
_BACK_S = 1.5
"""A mark that was heard less than this ago counts as the one that is heard."""

PLAYBACK_KEYS: list[BindingType] = [
    Binding("space", "play", "Play", id="play.toggle"),
    Binding("full_stop,right", f"play_skip({SKIP_S:g})", "5 seconds on", id="play.on", show=False),
    Binding("comma,left", f"play_skip({-SKIP_S:g})", "5 seconds back", id="play.back", show=False),
    Binding("greater_than_sign", "play_speed(1)", "Faster", id="play.faster", show=False),
    Binding("less_than_sign", "play_speed(-1)", "Slower", id="play.slower", show=False),
    Binding("t", "play_turn(1)", "Hear the next turn", id="play.next_turn", show=False),
    Binding("T", "play_turn(-1)", "Hear the turn before", id="play.previous_turn", show=False),
    Binding("p", "play_person(1)", "Next turn of this speaker", id="play.next_person", show=False),
    Binding("P", "play_person(-1)", "Turn before of this speaker", id="play.previous_person", show=False),
    Binding("b", "play_mark(1)", "Hear from the next mark", id="play.next_mark", show=False),
    Binding("B", "play_mark(-1)", "Hear from the mark before", id="play.previous_mark", show=False),
    Binding("o", "play_along", "Cursor goes along with the sound", id="play.along", show=False),
    Binding("v", "play_voice", "Hear five seconds of this voice", id="play.voice", show=False),
]


class Playback:
    """Plays one session for one screen. `who` names the speaker of a line; nothing is opened before the first key."""

    def __init__(
        self, screen: Screen[None], library: Library, session_id: str, view: HeardView, bar: PlayerBar,
        who: Callable[[Line], str],
    ) -> None:  # fmt: skip
        self._screen, self._library, self._id = screen, library, session_id
        self._view, self._bar, self._who = view, bar, who
        self._player: Player | None = None
        self._timer: Timer | None = None
        self._starts: tuple[Sequence[Line], list[float]] = ((), [])
        self._along = True
        self._voice = ""
        """Whose voice is played; empty while the session is."""
        self._led_to: tuple[float, int] | None = None
        """Where the cursor was put by us: the start of the line, and how far the view was scrolled then."""
        self._closed = False

    # -- what the user wants ---------------------------------------------------------------------------------------

    async def toggle(self) -> None:
        """Pause; or play from the line under the cursor, or from where it paused if the cursor has stayed there."""
        player = await self._ready()
        if player is None:
            return
        if player.status.is_on:
            player.pause()
        elif player.status.state in ("paused", "no output") and not self._voice and self._is_where_led():
            player.play()
        else:
            self._play_line(player, self._view.cursor)
        self._watch()

    async def play_line(self, index: int) -> None:
        """Play from a line; pause where that is what is heard."""
        player = await self._ready()
        if player is None:
            return
        if player.status.is_on and not self._voice and self._line_at(player.status.position) == index:
            player.pause()
        else:
            self._play_line(player, index)
        self._watch()

    async def skip(self, seconds: float) -> None:
        """Go on `seconds` later."""
        player = await self._ready()
        if player is not None and not self._voice:
            player.seek(player.status.position + seconds)
            self._watch()

    async def change_speed(self, step: int) -> None:
        """Play faster or slower."""
        player = await self._ready()
        if player is None:
            return
        try:
            player.set_speed(next_speed(player.status.speed, step))
        except MeetrecError as error:
            tell_error(self._screen, error)
        self._watch()

    async def next_turn(self, step: int) -> None:
        """Play the next or the previous turn."""
        await self._go(step, is_turn)

    async def next_of_person(self, step: int) -> None:
        """Play the next or the previous turn of who is heard, or speaks in the line under the cursor."""
        index = self._place()
        if index is not None:
            line = self._view.entries[index]
            await self._go(step, lambda one: one.kind == line.kind and one.who == line.who)

    async def next_mark(self, step: int) -> None:
        """Play from the next or the previous mark or note."""
        player = await self._ready()
        if player is None:
            return
        at = self._now(player)
        marks = [index for index, one in enumerate(self._view.entries) if is_mark(one)]
        starts = [self._view.entries[index].start for index in marks]
        later = [index for index, start in zip(marks, starts, strict=True) if start > at]
        earlier = [index for index, start in zip(marks, starts, strict=True) if start < at - _BACK_S]
        if found := later[:1] if step > 0 else earlier[-1:]:
            self._play_line(player, found[0])
            self._watch()

    async def voice(self, document: Document | None, speaker: str) -> None:
        """Play five seconds in which a speaker (an id) is heard best. The cursor stays."""
        player = await self._ready()
        transcript = document.transcript if document is not None else None
        if player is None or transcript is None:
            return
        found = (await in_background(lambda: excerpts(transcript))).get(speaker)
        if found is not None:
            self._voice = transcript.speaker(speaker).name
            player.play([(found.start, min(found.end, found.start + SAMPLE_S))])
            self._watch()

    def go_along(self) -> None:
        """Let the cursor go along with what is heard again."""
        self._along, self._led_to = True, None
        self._tick()

    def close(self) -> None:
        """Fall silent; the screen goes."""
        self._closed = True
        if self._timer is not None:
            self._timer.stop()
        if self._player is not None:
            self._player.close()

    @property
    def is_in_use(self) -> bool:
        """Whether anything was played."""
        return self._player is not None

    # -- where we are ----------------------------------------------------------------------------------------------

    def _now(self, player: Player) -> float:
        """Return the time from which to count: what is heard, else the line under the cursor."""
        if player.status.is_on and not self._voice:
            return player.status.position
        return self._view.picked.start if self._view.picked is not None else 0.0

    def _place(self) -> int | None:
        """Return the line from which to count."""
        if self._player is not None and self._player.status.is_on and not self._voice:
            return self._line_at(self._player.status.position)
        return self._view.cursor

    async def _go(self, step: int, is_wanted: Callable[[Line], bool]) -> None:
        player, index = await self._ready(), self._place()
        entries = self._view.entries
        if player is None:
            return
        index = -1 if index is None else index
        index += step
        while 0 <= index < len(entries) and not is_wanted(entries[index]):
            index += step
        if 0 <= index < len(entries):
            self._play_line(player, index)
            self._watch()

    # -- playing ---------------------------------------------------------------------------------------------------

    async def _ready(self) -> Player | None:
        """Return the player, made when first needed; None where there is nothing to play, which is told."""
        if self._player is None and not self._closed:
            try:
                player = await in_background(lambda: self._library.player(self._id))
            except MeetrecError as error:
                tell_error(self._screen, error)
                return None
            if self._closed or self.is_in_use:  # the screen went, or another key was quicker
                player.close()
            else:
                self._player = player
        return None if self._closed else self._player

    def _play_line(self, player: Player, index: int | None) -> None:
        entries = self._view.entries
        start = entries[index].start if index is not None and index < len(entries) else 0.0
        self._voice, self._along, self._led_to = "", True, None
        player.play([(start, float("inf"))])
        if index is not None:
            self._lead(index, None)

    def _watch(self) -> None:
        """Show what is played, from now on ten times a second."""
        self._tick()
        if self._timer is None:
            self._timer = self._screen.set_interval(1 / TICKS_A_SECOND, self._tick)
        self._timer.resume()

    # -- showing ---------------------------------------------------------------------------------------------------

    def _tick(self) -> None:
        if self._player is None or self._closed:
            return
        playing = self._player.status
        index = None if self._voice else self._line_at(playing.position)
        line = self._view.entries[index] if index is not None else None
        shown = playing.is_on or playing.state in ("paused", "no output")
        self._view.show_heard(index if shown else None, _word_of(line, playing) if line is not None else None)
        if playing.is_on and index is not None and self._view.has_focus:
            self._go_along_to(index, playing)
        who = self._voice or (self._who(line) if line is not None else "")
        self._bar.show(Heard(playing, who, "" if self._along or not playing.is_on else _ASIDE))
        if not playing.is_on and self._timer is not None:
            self._timer.pause()

    def _go_along_to(self, index: int, playing: Playing) -> None:
        """Keep what is heard in sight, unless the user has gone elsewhere."""
        if self._along and self._led_to is not None and not self._is_where_led():
            self._along = False
        if self._along:
            self._lead(index, _word_of(self._view.entries[index], playing))

    def _lead(self, index: int, word: tuple[int, int] | None) -> None:
        view = self._view
        if view.can_pick(index) and view.cursor != index:
            view.pick(index)
        view.bring_heard_into_sight(index, word)
        line = view.picked
        self._led_to = (line.start, view.scroll_offset.y) if line is not None else None

    def _is_where_led(self) -> bool:
        """Whether cursor and view are where they were put: neither did the user move, nor scroll what is heard away."""
        line = self._view.picked
        if self._led_to is None or line is None or line.start != self._led_to[0]:
            return False
        return self._view.scroll_offset.y == self._led_to[1] or self._view.is_in_sight(self._view.cursor)

    def _line_at(self, seconds: float) -> int | None:
        """Return which line is heard at a time: the last that began of those that are spoken."""
        entries = self._view.entries
        if self._starts[0] is not entries:
            self._starts = entries, [one.start for one in entries]
        index = bisect_right(self._starts[1], seconds) - 1
        while index >= 0 and not self._view.can_pick(index):
            index -= 1
        return index if index >= 0 else None


def _word_of(line: Line, playing: Playing) -> tuple[int, int] | None:
    """Return where in the text of a line the word stands that is heard."""
    offset = 0
    found = None
    for segment in line.segments:
        if segment.start > playing.position:
            break
        span = word_at(segment, playing.position)
        if span is not None:
            found = offset + span[0], offset + span[1]
        offset += len(segment.text) + 1
    return found


def is_turn(line: Line) -> bool:
    """Tell whether somebody speaks in a line."""
    return line.kind in ("turn", "draft")


def is_mark(line: Line) -> bool:
    """Tell whether a line is a mark or a note."""
    return line.kind in ("mark", "note")
