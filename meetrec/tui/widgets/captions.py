"""The captions as they come, with marks, notes and faults at their times. Flat at ten thousand captions."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip

from meetrec.core.clock import format_clock
from meetrec.core.events import Event
from meetrec.tui.flow import Entry, Flow
from meetrec.tui.live import Moment
from meetrec.tui.painting import row
from meetrec.tui.widgets.line_view import LineView
from meetrec.tui.words import moment_words
from meetrec.tui.wrap import wrap

MEASURE = 96
"""Longer lines are hard to read."""
_HIGH = 26
"""From so many lines on, a blank line parts the captions."""


class CaptionsView(LineView):
    """Follows the end until the user scrolls up, and says so by a message."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("end,G", "follow", "Follow the end", id="captions.follow", show=False),
        Binding("home,g", "scroll_home", "To the beginning", id="captions.home", show=False),
        Binding("up,k", "scroll_up", "Up", id="captions.up", show=False),
        Binding("down,j", "scroll_down", "Down", id="captions.down", show=False),
    ]

    class FollowingChanged(Message):
        """The view began or ceased to follow the end, or more came in meanwhile."""

        def __init__(self, following: bool, new: int) -> None:
            super().__init__()
            self.following = following
            self.new = new

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._flow = Flow()
        self.following = True
        self._seen = 0
        self._spaced = False
        self._scrolling_itself = False

    # -- what comes in ---------------------------------------------------------------------------------------------

    def take(self, event: Event) -> bool:
        """Take in a caption event without showing it yet. Returns whether `flush` has something to show."""
        return self._flow.take(event)

    def add_moment(self, moment: Moment) -> None:
        """Take in a mark, a note or a remark without showing it yet."""
        self._flow.add(moment)

    def clear(self) -> None:
        """Forget everything: the events are about to come again from the beginning."""
        self._flow = Flow()
        self._seen = 0
        self.lay_out()

    def flush(self) -> None:
        """Show what was taken in since the last time."""
        first = self._flow.refresh()
        if first is None:
            return
        self.lay_out(first)
        if self.new:
            self.post_message(self.FollowingChanged(False, self.new))

    @property
    def new(self) -> int:
        """How many entries came in since the view ceased to follow."""
        return 0 if self.following else max(self.item_count() - self._seen, 0)

    # -- following -------------------------------------------------------------------------------------------------

    def action_follow(self) -> None:
        """Go to the end and follow it again."""
        self._set_following(True)
        self._to_end()

    def _to_end(self) -> None:
        self._scrolling_itself = True
        self.scroll_end(animate=False, immediate=True, x_axis=False, force=True)
        self._scrolling_itself = False

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Cease to follow when the user scrolls up, follow again when they come back to the end."""
        super().watch_scroll_y(old_value, new_value)
        if not self._scrolling_itself:
            self._set_following(round(new_value) >= self.max_scroll_y)

    def keep_place(self, anchor: int | None) -> None:
        """Lay out again where there is more or less room than before, and stay at the end when following it."""
        if (self.size.height >= _HIGH) != self._spaced:
            self.lay_out()
        if self.following:
            self._to_end()
        else:
            super().keep_place(anchor)

    def _set_following(self, following: bool) -> None:
        if following != self.following:
            self.following = following
            self._seen = len(self._flow.entries)
            self.post_message(self.FollowingChanged(following, self.new))

    def lay_out(self, first: int = 0) -> None:
        """Lay out, and stay at the end when following it. Where there is much room, captions stand apart."""
        spaced = self.size.height >= _HIGH
        if spaced != self._spaced:
            self._spaced, first = spaced, 0
        super().lay_out(first)
        if self.following:
            self._to_end()

    # -- painting --------------------------------------------------------------------------------------------------

    def item_count(self) -> int:
        return len(self._flow.entries)

    def item_height(self, index: int, width: int) -> int:
        return len(wrap(_text(self._flow.entries[index]), _measure(width))) + self._spaced

    def paint_item(self, index: int, width: int) -> list[Strip]:
        entry = self._flow.entries[index]
        indent = _indent(width)
        style = self.ink(_ink(entry))
        plain, quiet = self.ink("plain"), self.ink("quiet")
        start = entry.at if isinstance(entry, Moment) else entry.start
        gutter = f"{format_clock(start):>{indent - 3 + (width < 70)}}".ljust(indent)
        lines = wrap(_text(entry), _measure(width))
        strips = [
            row(width, [(gutter if number == 0 else " " * indent, quiet), (line, style)], plain)
            for number, line in enumerate(lines)
        ]
        return [*strips, row(width, [], plain)] if self._spaced else strips


def _indent(width: int) -> int:
    return 11 if width < 70 else 13


def _measure(width: int) -> int:
    return min(width - _indent(width) - 1, MEASURE)


def _text(entry: Entry) -> str:
    if isinstance(entry, Moment):
        return moment_words(entry.kind, entry.text)
    if not entry.final:
        return f"{entry.text.rstrip()} …"
    return f"{entry.text} (not confirmed)" if entry.uncertain else entry.text


def _ink(entry: Entry) -> str:
    if isinstance(entry, Moment):
        return {"mark": "accent", "note": "note", "remark": "quiet", "fault": "bad"}[entry.kind]
    return "plain" if entry.final and not entry.uncertain else "interim"
