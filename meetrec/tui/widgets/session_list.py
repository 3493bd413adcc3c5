"""The library's list: two lines a session, the title and below it when, how long, and in which state."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.style import Style
from textual.message import Message
from textual.strip import Strip

from meetrec.core.clock import format_length
from meetrec.tui.painting import row
from meetrec.tui.ports import SessionSummary
from meetrec.tui.widgets.pick_view import PickView
from meetrec.tui.words import date_words, people_words, short_date_words, state_words
from meetrec.tui.wrap import fit

_LOW = 22
_WIDE = 58


class SessionList(PickView):
    """Sessions, newest first. The cursor stays on its session when the list is loaded again."""

    class Moved(Message):
        """Other sessions came into sight."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.sessions: Sequence[SessionSummary] = ()
        self._height = 3

    @property
    def picked(self) -> SessionSummary | None:
        """The session under the cursor."""
        return self.sessions[self.cursor] if self.cursor is not None and self.cursor < len(self.sessions) else None

    @property
    def in_sight(self) -> Sequence[SessionSummary]:
        """The sessions that are on the screen."""
        first = self.scroll_offset.y // self._height
        return self.sessions[first : first + self.size.height // self._height + 2]

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Tell that others are in sight."""
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self.post_message(self.Moved())

    def show_sessions(self, sessions: Sequence[SessionSummary], picked_id: str = "") -> None:
        """Show these; the cursor goes to the session of that id, else it stays where it was."""
        wanted = picked_id or (self.picked.id if self.picked else "")
        place = self.cursor or 0
        self.sessions = sessions
        self.lay_out()
        found = next((index for index, one in enumerate(sessions) if one.id == wanted), None)
        fallback = min(place, len(sessions) - 1) if sessions else None
        self.cursor = None
        self.pick(found if found is not None else fallback)

    def item_count(self) -> int:
        return len(self.sessions)

    def item_height(self, index: int, width: int) -> int:
        del index, width
        return self._height

    def lay_out(self, first: int = 0) -> None:
        """Lay out; a low screen has no blank line between sessions."""
        if not self.is_attached:
            return
        height = 2 if self.screen.size.height < _LOW else 3
        if height != self._height:
            self._height, first = height, 0
        super().lay_out(first)

    def keep_place(self, anchor: int | None) -> None:
        """Lay out again when the spacing changes with the height, and keep what is picked in sight."""
        if (self.screen.size.height < _LOW) != (self._height == 2):
            self.lay_out()
        super().keep_place(anchor)

    def paint_item(self, index: int, width: int) -> list[Strip]:
        session = self.sessions[index]
        picked = index == self.cursor
        plain = self._ink(picked, "plain")
        bar = ("▌ " if picked else "  ", self._ink(picked, "accent"))
        shape, words, tone = state_words(session.state)
        labels = fit(_labels(session), width // 3)
        title = (session.title, self._ink(picked, "strong"))
        state = [(f"{shape} {words} ", self._ink(picked, tone))]
        room = width - len(state[0][0]) - 4
        details = (_details(session, room, wide=width >= _WIDE), self._ink(picked, "quiet"))
        return [
            row(width, [bar, title], plain, right=[(f"{labels} ", self._ink(picked, "quiet"))] if labels else []),
            row(width, [bar, details], plain, right=state),
            *([row(width, [], self.ink("plain"))] if self._height == 3 else []),
        ]

    def _ink(self, picked: bool, *names: str) -> Style:
        return self.ink("selected", *names) if picked else self.ink(*names)


def _labels(session: SessionSummary) -> str:
    """Return what is said at the right of the title."""
    kinds = [*(["pinned"] if session.pinned else []), *(["simulated"] if session.simulated else [])]
    return " ".join([*kinds, *(f"#{tag}" for tag in session.tags)])


def _details(session: SessionSummary, room: int, *, wide: bool) -> str:
    """Return date, length and, where there is room, who spoke."""
    date = date_words(session.started_at) if wide else short_date_words(session.started_at)
    details = f"{date} · {format_length(session.duration)}" if session.duration else date
    with_people = f"{details} · {people_words(session.speakers)}" if session.speakers else details
    return with_people if cell_len(with_people) <= room else details
