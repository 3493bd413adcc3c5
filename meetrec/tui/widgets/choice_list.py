"""A few things to choose from, one a line, each with a key of its own where it has one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip

from meetrec.tui.painting import Piece, row
from meetrec.tui.themes import SPEAKER_COUNT, shape_of
from meetrec.tui.widgets.pick_view import PickView


class Choice(NamedTuple):
    """`value` is what is chosen, `words` what it is called; `number` is that of a speaker, for shape and color."""

    value: str
    words: str
    key: str = ""
    details: str = ""
    number: int | None = None


class ChoiceList(PickView):
    """Choices with a cursor. A key, a click or Enter chooses."""

    class Chosen(Message):
        """One was chosen."""

        def __init__(self, value: str) -> None:
            super().__init__()
            self.value = value

    def __init__(self, choices: Sequence[Choice] = (), *, tallest: int = 12) -> None:
        super().__init__()
        self._choices = list(choices)
        self._tallest = tallest

    def on_mount(self) -> None:
        self.show_choices(self._choices)

    def show_choices(self, choices: Sequence[Choice], picked: int | None = 0) -> None:
        """Show these."""
        self._choices = list(choices)
        self.styles.height = min(len(self._choices), self._tallest)
        self.lay_out()
        self.cursor = None
        self.pick(picked if self._choices else None)

    @property
    def picked(self) -> Choice | None:
        """What the cursor is on."""
        return self._choices[self.cursor] if self.cursor is not None and self.cursor < len(self._choices) else None

    def choose(self) -> None:
        """Choose what the cursor is on."""
        if self.picked is not None:
            self.post_message(self.Chosen(self.picked.value))

    def item_count(self) -> int:
        return len(self._choices)

    def item_height(self, index: int, width: int) -> int:
        del index, width
        return 1

    def paint_item(self, index: int, width: int) -> list[Strip]:
        choice, picked = self._choices[index], index == self.cursor
        plain = self._ink(picked, "plain")
        keys = any(one.key for one in self._choices)
        pieces: list[Piece] = [("▌ " if picked else "  ", self._ink(picked, "accent"))]
        pieces += [(f"{choice.key:<2} ", self._ink(picked, "strong", "accent"))] if keys else []
        ink = plain
        if choice.number is not None:
            ink = self._ink(picked, "strong", f"speaker-{choice.number % SPEAKER_COUNT}")
            pieces.append((f"{shape_of(choice.number)} ", ink))
        pieces.append((choice.words, ink))
        details = choice.details if cell_len(choice.details) < width // 2 else ""
        right = [(f"{details} ", self._ink(picked, "quiet"))] if details else []
        return [row(width, pieces, plain, right=right)]

    def _ink(self, picked: bool, *names: str) -> Style:
        return self.ink("selected", *names) if picked else self.ink(*names)

    def on_key(self, event: events.Key) -> None:
        """Choose what has that key."""
        chosen = next((one for one in self._choices if one.key and one.key == event.character), None)
        if chosen is not None:
            event.stop()
            event.prevent_default()
            self.post_message(self.Chosen(chosen.value))

    def on_click(self, event: events.Click) -> None:
        """Choose what was clicked."""
        index = self.item_at_line(event.y + self.scroll_offset.y)
        event.prevent_default()
        event.stop()
        if index is not None:
            self.pick(index)
            self.choose()
