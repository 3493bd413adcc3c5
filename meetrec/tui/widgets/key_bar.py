"""The line at the bottom: the keys that work now, from the bindings, as many as fit. They can be clicked."""

from __future__ import annotations

from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.screen import Screen
from textual.strip import Strip

from meetrec.tui.painting import Painted

_WIDE_GAP = 3
_NARROW_GAP = 2


class Key(NamedTuple):
    """A key as shown, what it does, and the action to run when it is clicked."""

    key: str
    words: str
    action: str
    enabled: bool


class KeyBar(Painted[tuple[Key, ...]]):
    """Shows what the screen's bindings say, in their order.

    Help, which tells of all the others, is always there. Where not all fit, those go first that are neither in the
    screen's `IMPORTANT` nor next to last, which is leaving.
    """

    DEFAULT_CSS = "KeyBar { dock: bottom; height: 1; }"

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._bindings_updated)

    def _bindings_updated(self, screen: Screen[object]) -> None:
        if screen.is_attached:
            self.show_value(tuple(self._keys(screen)))

    def _keys(self, screen: Screen[object]) -> list[Key]:
        keys: dict[str, Key] = {}
        for _, binding, enabled, _ in screen.active_bindings.values():
            if binding.show and binding.description and binding.action not in keys:
                shown = self.app.get_key_display(binding)
                keys[binding.action] = Key(shown, binding.description, binding.action, enabled)
        return sorted(keys.values(), key=lambda one: one.action.endswith("help"))

    def _fitting(self, width: int) -> list[tuple[int, Key]]:
        """Return the keys that fit in `width` cells and the column where each begins."""
        keys = self.shown or ()
        everything = sum(_size(key) + _WIDE_GAP for key in keys) - _WIDE_GAP
        gap = _WIDE_GAP if everything <= width else _NARROW_GAP
        room, chosen = width + gap, set()
        for place in self._by_importance(keys):
            if _size(keys[place]) + gap <= room:
                chosen.add(place)
                room -= _size(keys[place]) + gap
        placed, column = [], 0
        for place in sorted(chosen):
            placed.append((column, keys[place]))
            column += _size(keys[place]) + gap
        return placed

    def _by_importance(self, keys: tuple[Key, ...]) -> list[int]:
        important: tuple[str, ...] = getattr(self.screen, "IMPORTANT", ())
        help_, leaving = len(keys) - 1, len(keys) - 2

        def rank(place: int) -> tuple[int, int]:
            action = keys[place].action
            if place == help_:
                return 0, 0
            if action in important:
                return 1, important.index(action)
            return 2 if place == leaving else 3, place

        return sorted(range(len(keys)), key=rank)

    def paint(self, value: tuple[Key, ...], width: int) -> list[Strip]:
        del value  # `_fitting` looks at it, for clicks too
        segments = []
        column = 0
        for start, key in self._fitting(width):
            if start > column:
                segments.append(Segment(" " * (start - column), self.ink("plain")))
            segments.append(Segment(key.key, self.ink("strong", "accent") if key.enabled else self.ink("faint")))
            segments.append(Segment(f" {key.words}", self.ink("quiet" if key.enabled else "faint")))
            column = start + _size(key)
        return [Strip(segments).adjust_cell_length(width, self.ink("plain"))]

    async def on_click(self, event: events.Click) -> None:
        """Run the action that was clicked."""
        column = event.x - self.styles.padding.left
        for start, key in self._fitting(self.size.width):
            if start <= column < start + _size(key) and key.enabled:
                event.stop()
                await self.app.run_action(key.action, self.screen)
                return


def _size(key: Key) -> int:
    return cell_len(key.key) + 1 + cell_len(key.words)
