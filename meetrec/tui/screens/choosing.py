"""Small screens over the screen to choose from: a list, and a line of text with suggestions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from meetrec.core.query import fold
from meetrec.tui.screens.over import OverScreen
from meetrec.tui.widgets.banner import Banner
from meetrec.tui.widgets.choice_list import Choice, ChoiceList
from meetrec.tui.widgets.key_bar import KeyBar
from meetrec.tui.widgets.text_line import TextLine

_SUGGESTIONS = 6


class ChoiceDialog(OverScreen[str | None]):
    """Asks for one of a few things; None when the user leaves with Escape."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Choose", id="choice.choose"),
        Binding("escape,q", "dismiss(None)", "Cancel", id="choice.cancel"),
    ]

    def __init__(self, title: str, choices: Sequence[Choice], *, text: str = "") -> None:
        super().__init__()
        self._title_text = title
        self._text = text
        self._list = ChoiceList(choices)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(self._title_text, markup=False, classes="dialog-title")
            if self._text:
                yield Static(self._text, markup=False, classes="dialog-text")
            yield self._list
            yield KeyBar()

    def on_mount(self) -> None:
        self._list.focus()

    def action_choose(self) -> None:
        self._list.choose()

    def on_choice_list_chosen(self, event: ChoiceList.Chosen) -> None:
        event.stop()
        self.dismiss(event.value)


class SuggestDialog(OverScreen[str | None]):
    """Asks for a line of text and suggests some as one types; None when the user leaves with Escape.

    `explain` says in words what an answer will do. A text that is a key of `at_once` is an answer as it is typed.
    """

    AUTO_FOCUS = "TextLine"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete", "Complete", id="suggest.complete"),
        Binding("down", "move(1)", "Next", id="suggest.down", show=False),
        Binding("up", "move(-1)", "Previous", id="suggest.up", show=False),
        Binding("escape", "dismiss(None)", "Cancel", id="suggest.cancel"),
    ]

    def __init__(
        self, title: str, value: str = "", *, text: str = "", placeholder: str = "",
        suggestions: Sequence[Choice] = (), explain: Callable[[str], str] = lambda _: "", at_once: Sequence[str] = (),
    ) -> None:  # fmt: skip
        super().__init__()
        self._title_text, self._text = title, text
        self._line = TextLine(value, placeholder=placeholder)
        self._suggestions = suggestions
        self._explain, self._at_once = explain, at_once
        self._list = ChoiceList(tallest=_SUGGESTIONS)
        self._list.can_focus = False
        self._words = Banner("quiet")

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(self._title_text, markup=False, classes="dialog-title")
            if self._text:
                yield Static(self._text, markup=False, classes="dialog-text")
            yield self._line
            yield self._list
            yield self._words
            yield KeyBar()

    def on_mount(self) -> None:
        self._suggest(self._line.value)

    def on_input_changed(self, event: TextLine.Changed) -> None:
        event.stop()
        if event.value in self._at_once:
            self.dismiss(event.value)
            return
        self._suggest(event.value)

    def _suggest(self, typed: str) -> None:
        wanted = fold(typed.strip())
        fitting = [one for one in self._suggestions if wanted in fold(one.words) and fold(one.words) != wanted]
        fitting.sort(key=lambda one: not fold(one.words).startswith(wanted))
        self._list.show_choices(fitting, None)
        self._list.display = bool(fitting)
        self._words.show(self._explain(typed.strip()))

    def action_move(self, step: int) -> None:
        """Go through the suggestions; above the first one is what was typed."""
        count = self._list.item_count()
        at = (-1 if self._list.cursor is None else self._list.cursor) + step
        self._list.pick(min(at, count - 1) if at >= 0 and count else None)
        picked = self._list.picked
        self._words.show(self._explain(picked.value if picked is not None else self._line.value.strip()))

    def action_complete(self) -> None:
        """Take the suggestion that is picked, or else the first, into the line."""
        if self._list.picked is None:
            self._list.pick(0)
        if self._list.picked is not None:
            self._line.value = self._list.picked.words
            self._line.cursor_position = len(self._line.value)

    def on_choice_list_chosen(self, event: ChoiceList.Chosen) -> None:
        event.stop()
        self.dismiss(event.value)

    def on_input_submitted(self, event: TextLine.Submitted) -> None:
        event.stop()
        picked = self._list.picked
        self.dismiss(picked.value if picked is not None else " ".join(event.value.split()))
