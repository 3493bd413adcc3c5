"""LineView: a list of thousands of items, of which only the lines in sight are painted.

Each item is a few lines, wrapped to the width. Counting an item's lines is all that is done for those out of sight,
and after a change only from the first changed item on.
"""

from __future__ import annotations

import bisect

from textual import events
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from meetrec.tui.painting import Inked, row
from meetrec.tui.wrap import wrap

_KEPT = 512
"""How many painted items are kept; a screen shows far fewer."""


class LineView(ScrollView, Inked, can_focus=True):
    """A scrolling list. Subclasses say how high an item is and how it is painted."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, classes=classes)
        self._tops: list[int] = [0]
        """The first line of each item, and behind the last one the number of lines."""
        self._painted: dict[int, list[Strip]] = {}
        self._width = 0
        self._empty: list[str] = []
        self.laid_out = 0
        """How many items were laid out since the start; a measure for tests, not shown."""

    # -- for subclasses --------------------------------------------------------------------------------------------

    def item_count(self) -> int:
        """Return how many items there are."""
        raise NotImplementedError

    def item_height(self, index: int, width: int) -> int:
        """Return how many lines the item takes at that width. Called for every item once, so it must be quick."""
        raise NotImplementedError

    def paint_item(self, index: int, width: int) -> list[Strip]:
        """Return the item's lines. Called for items in sight."""
        raise NotImplementedError

    def show_empty(self, text: str) -> None:
        """Say `text`, line by line, where the first items will stand, as long as there are none."""
        lines = text.splitlines()
        if lines != self._empty:
            self._empty = lines
            if not self.item_count():
                self.refresh()

    # -- laying out ------------------------------------------------------------------------------------------------

    def lay_out(self, first: int = 0) -> None:
        """Take in that the items from index `first` on changed, appeared or went."""
        width = self.scrollable_content_region.width
        if width <= 0 or not self.is_attached:
            return
        if width != self._width:
            self._width, first = width, 0
        count = self.item_count()
        first = max(0, min(first, len(self._tops) - 1, count))
        old_lines = self._tops[-1]
        del self._tops[first + 1 :]
        line = self._tops[first]
        for index in range(first, count):
            line += self.item_height(index, width)
            self._tops.append(line)
        self.laid_out += count - first
        self._painted = {index: strips for index, strips in self._painted.items() if index < first}
        self._show_from(self._tops[first], old_lines)

    def _show_from(self, top: int, old_lines: int) -> None:
        lines = self._tops[-1]
        if lines != old_lines or self.virtual_size.width != self._width:
            self.virtual_size = Size(self._width, lines)
            self.call_after_refresh(self._place_scrollbar)
        self.refresh_lines(top, max(lines, old_lines) - top)

    def _place_scrollbar(self) -> None:
        """Put the thumb where the text is: Textual does not while the bar is yet to appear."""
        if self.show_vertical_scrollbar and self.vertical_scrollbar.position != self.scroll_y:
            self.vertical_scrollbar.position = self.scroll_y

    def repaint_item(self, index: int) -> None:
        """Paint an item again whose height did not change."""
        if 0 <= index < len(self._tops) - 1:
            self._painted.pop(index, None)
            top, bottom = self._tops[index], self._tops[index + 1]
            self.refresh_lines(top, bottom - top)

    def item_at_line(self, line: int) -> int | None:
        """Return the index of the item that holds a line, None below the last one."""
        if not 0 <= line < self._tops[-1]:
            return None
        return bisect.bisect_right(self._tops, line) - 1

    def lines_of(self, index: int) -> tuple[int, int]:
        """Return the first line of an item and the line behind its last."""
        return self._tops[index], self._tops[index + 1]

    # -- Textual ---------------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        line = y + self.scroll_offset.y
        index = self.item_at_line(line)
        if index is None:
            return self._empty_line(y)
        strips = self._painted.get(index)
        if strips is None:
            if len(self._painted) >= _KEPT:
                self._painted.clear()
            strips = self.paint_item(index, self._width)
            self._painted[index] = strips
        return strips[line - self._tops[index]]

    def _empty_line(self, y: int) -> Strip:
        width, plain = self.size.width, self.ink("plain")
        lines = [] if self.item_count() else self._wrapped_empty(width)
        text = lines[y - 1] if 1 <= y <= len(lines) else ""
        return row(width, [("  ", plain), (text, self.ink("strong" if y == 1 else "quiet"))], plain)

    def _wrapped_empty(self, width: int) -> list[str]:
        if not self._empty:
            return []
        title, *more = (wrap(text, max(width - 4, 2)) for text in self._empty)
        rest = [line for lines in more for line in lines]
        return [*title, "", *rest] if rest else title

    def on_resize(self, event: events.Resize) -> None:
        """Lay out again when the width changed, and keep the place."""
        del event
        anchor = self.item_at_line(self.scroll_offset.y)
        if self.scrollable_content_region.width != self._width:
            self.lay_out()
        self.keep_place(anchor)

    def keep_place(self, anchor: int | None) -> None:
        """Bring the item that stood at the top there again, after a change of size."""
        if anchor is not None and anchor < len(self._tops) - 1 and self.item_at_line(self.scroll_offset.y) != anchor:
            self.scroll_to(y=self._tops[anchor], animate=False, immediate=True, force=True)

    def notify_style_update(self) -> None:
        """Forget what was painted in the colors of another theme."""
        super().notify_style_update()
        self._painted.clear()
