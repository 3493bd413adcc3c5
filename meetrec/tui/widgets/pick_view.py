"""PickView: a LineView with a cursor. Arrows, vi keys and the mouse move it."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from meetrec.tui.widgets.line_view import LineView


class PickView(LineView):
    """A list of which one item is picked. Items for which `can_pick` is False are passed over."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", id="list.up", show=False),
        Binding("down,j", "move(1)", "Down", id="list.down", show=False),
        Binding("pageup,ctrl+b", "page(-1)", "Page up", id="list.page_up", show=False),
        Binding("pagedown,ctrl+f", "page(1)", "Page down", id="list.page_down", show=False),
        Binding("home,g", "first", "To the first", id="list.first", show=False),
        Binding("end,G", "last", "To the last", id="list.last", show=False),
    ]

    class Picked(Message):
        """The cursor moved to another item; `index` is None in an empty list."""

        def __init__(self, index: int | None) -> None:
            super().__init__()
            self.index = index

    class Opened(Message):
        """The item under the cursor was clicked again."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, classes=classes)
        self.cursor: int | None = None

    def can_pick(self, index: int) -> bool:
        """Return whether the cursor may stand on the item."""
        del index
        return True

    def pick(self, index: int | None, *, center: bool = False) -> None:
        """Put the cursor on an item and bring it into sight; None for nothing."""
        if index is not None and not 0 <= index < self.item_count():
            index = None
        old, self.cursor = self.cursor, index
        if old != index:
            for changed in (old, index):
                if changed is not None:
                    self.repaint_item(changed)
            self.post_message(self.Picked(index))
        if index is not None:
            self._bring_into_sight(index, center=center)

    def _bring_into_sight(self, index: int, *, center: bool) -> None:
        if index >= len(self._rows):
            return
        self.count_around(index)
        top, bottom = self.lines_of(index)
        height = self.scrollable_content_region.height
        first = self.scroll_offset.y
        if center and not first <= top < bottom <= first + height:
            first = top - height // 3
        elif top < first or bottom - top > height:
            first = top if self._nearest(0, 1) != index else 0
        elif bottom > first + height:
            first = bottom - height
        if first != self.scroll_offset.y:
            self.scroll_to(y=max(first, 0), animate=False, immediate=True, force=True)

    def keep_place(self, anchor: int | None) -> None:
        """Keep what is picked in sight."""
        if self.cursor is None:
            super().keep_place(anchor)
        else:
            self._bring_into_sight(self.cursor, center=False)

    def _nearest(self, index: int, step: int) -> int | None:
        """Return the first item from `index` on, in steps, on which the cursor may stand."""
        while 0 <= index < self.item_count():
            if self.can_pick(index):
                return index
            index += step
        return None

    def _go(self, index: int, step: int) -> None:
        found = self._nearest(index, step)
        if found is None:
            found = self._nearest(index, -step)
        if found is not None:
            self.pick(found)

    def action_move(self, step: int) -> None:
        """Move to the next or the previous item."""
        if self.cursor is None:
            self._go(0, 1)
        elif (found := self._nearest(self.cursor + step, step)) is not None:
            self.pick(found)
        elif step < 0:
            self.scroll_to(y=0, animate=False, immediate=True, force=True)

    def action_page(self, direction: int) -> None:
        """Move by as many lines as are in sight."""
        if self.cursor is None or not self.item_count():
            return
        top, _ = self.lines_of(self.cursor)
        line = top + direction * max(self.scrollable_content_region.height - 1, 1)
        index = self.item_at_line(min(max(line, 0), self._rows.lines - 1))
        if index is not None:
            self._go(index, direction)

    def action_first(self) -> None:
        """Move to the first item."""
        self._go(0, 1)

    def action_last(self) -> None:
        """Move to the last item."""
        self._go(self.item_count() - 1, -1)

    def on_click(self, event: events.Click) -> None:
        """Pick what was clicked; a click on what is picked already opens it."""
        index = self.item_at_line(event.y + self.scroll_offset.y)
        if index is None or not self.can_pick(index):
            return
        event.stop()
        if index == self.cursor:
            self.post_message(self.Opened())
        else:
            self.pick(index)
