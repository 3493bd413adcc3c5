"""LineView: a list of thousands of items, of which only the lines in sight are painted.

Each item is a few lines, wrapped to the width. Counting an item's lines is all that is done for those out of sight,
and after a change only for the changed items. A list of very many items (`rough_heights`) guesses how many lines those
far out of sight take; they are counted before they come near, and what is in sight stands still.
"""

from __future__ import annotations

from textual import events
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from meetrec.tui.heights import Heights
from meetrec.tui.painting import Inked, row
from meetrec.tui.wrap import wrap

_KEPT = 512
"""How many painted items are kept; a screen shows far fewer."""


class LineView(ScrollView, Inked, can_focus=True):
    """A scrolling list. Subclasses say how high an item is and how it is painted."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, classes=classes)
        self._rows = Heights()
        self._guesses = False
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

    def rough_heights(self, first: int, stop: int, width: int) -> list[int] | None:
        """Return about how many lines the items from `first` on and before `stop` take; None: count them."""
        del first, stop, width
        return None

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
        first = max(0, min(first, len(self._rows), self.item_count()))
        self.replace_items(first, len(self._rows), self.item_count() - first)

    def replace_items(self, first: int, stop: int, count: int) -> None:
        """Take in that `count` items stand where those from `first` on and before `stop` stood; the others stay."""
        width = self.scrollable_content_region.width
        if width <= 0 or not self.is_attached:
            return
        known = len(self._rows)
        if width != self._width or known - stop + first + count != self.item_count():
            self._width, first, stop, count = width, 0, known, self.item_count()
        old_lines, anchor = self._rows.lines, self._anchor()
        rough = self.rough_heights(first, first + count, width)
        if rough is None:
            self.laid_out += count
        self._guesses = rough is not None
        heights = rough or [self.item_height(index, width) for index in range(first, first + count)]
        self._rows.replace(first, stop, heights, counted=rough is None)
        shift = first + count - stop
        self._painted = {
            index if index < first else index + shift: strips
            for index, strips in self._painted.items()
            if not first <= index < stop
        }
        self._show_from(self._rows.tops[first], old_lines)
        if anchor is not None and anchor[0] >= stop:
            self._stand_still(anchor[0] + shift, anchor[1])
        self.count_in_sight()

    def count_in_sight(self) -> None:
        """Count the lines of what is in sight, where they were guessed."""
        at = self._rows.item_at(self.scroll_offset.y)
        self.count_around(len(self._rows) - 1 if at is None else at)

    def count_around(self, index: int) -> None:
        """Count the lines of the items from a screen above one to two screens below it, where they were guessed."""
        if not self._guesses or not 0 <= index < len(self._rows):
            return
        screen = max(self.scrollable_content_region.height, 1)
        heights: dict[int, int] = {}
        for places, reach in ((range(index, len(self._rows)), 2 * screen), (range(index - 1, -1, -1), screen)):
            room = reach
            for at in places:
                if room <= 0:
                    break
                if not self._rows.is_counted(at):
                    heights[at] = self.item_height(at, self._width)
                top, bottom = self.lines_of(at)
                room -= heights.get(at, bottom - top)
        if heights:
            self.laid_out += len(heights)
            self._take_heights(heights)

    def _take_heights(self, heights: dict[int, int]) -> None:
        """Put them in place of guesses."""
        anchor, old_lines = self._anchor(), self._rows.lines
        first_line = self._rows.tops[min(heights)]
        self._rows.count(heights)
        self._show_from(first_line, old_lines)
        if anchor is not None:
            self._stand_still(*anchor)

    def _anchor(self) -> tuple[int, int] | None:
        """Return which item stands at the top of what is in sight, and how many of its lines are above that."""
        y = self.scroll_offset.y
        index = self._rows.item_at(y)
        return None if index is None else (index, y - self._rows.tops[index])

    def _stand_still(self, index: int, above: int) -> None:
        """Scroll so that the item is where it was."""
        top, bottom = self.lines_of(index)
        y = top + min(above, bottom - top - 1)
        if y != self.scroll_offset.y:
            self.scroll_to(y=y, animate=False, immediate=True, force=True)

    def _show_from(self, top: int, old_lines: int) -> None:
        lines = self._rows.lines
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
        if 0 <= index < len(self._rows):
            self._painted.pop(index, None)
            top, bottom = self._rows.tops[index], self._rows.tops[index + 1]
            self.refresh_lines(top, bottom - top)

    def item_at_line(self, line: int) -> int | None:
        """Return the index of the item that holds a line, None below the last one."""
        return self._rows.item_at(line)

    def lines_of(self, index: int) -> tuple[int, int]:
        """Return the first line of an item and the line behind its last."""
        return self._rows.tops[index], self._rows.tops[index + 1]

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
        place = line - self._rows.tops[index]
        return strips[place] if place < len(strips) else row(self._width, [], self.ink("plain"))

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

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Count what comes into sight."""
        super().watch_scroll_y(old_value, new_value)
        if self._guesses and round(old_value) != round(new_value):
            self.count_in_sight()

    def on_resize(self, event: events.Resize) -> None:
        """Lay out again when the width changed, and keep the place."""
        del event
        anchor = self.item_at_line(self.scroll_offset.y)
        if self.scrollable_content_region.width != self._width:
            self.lay_out()
        self.keep_place(anchor)

    def keep_place(self, anchor: int | None) -> None:
        """Bring the item that stood at the top there again, after a change of size."""
        if anchor is not None and anchor < len(self._rows) and self.item_at_line(self.scroll_offset.y) != anchor:
            self.scroll_to(y=self._rows.tops[anchor], animate=False, immediate=True, force=True)

    def notify_style_update(self) -> None:
        """Forget what was painted in the colors of another theme."""
        super().notify_style_update()
        self._painted.clear()
