"""Help: every key that works now, read from the bindings themselves."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import Screen
from textual.strip import Strip
from textual.widgets import Static

from meetrec.tui.painting import row
from meetrec.tui.screens.over import OverScreen
from meetrec.tui.widgets.key_bar import KeyBar
from meetrec.tui.widgets.line_view import LineView

_COLUMN = 18


class HelpLine(NamedTuple):
    """Keys and what they do; a heading where there are no keys, a blank line where there is nothing."""

    keys: str
    words: str


def help_lines(screen: Screen[object]) -> list[HelpLine]:
    """Return the keys that work on a screen, grouped: the screen's own, the list's, the app's."""
    groups: dict[str, dict[tuple[str, str], list[str]]] = {"Here": {}, "In the list": {}, "Everywhere": {}}
    for node, binding, _, _ in screen.active_bindings.values():
        if not binding.id or not binding.description:  # Textual's own have no id
            continue
        group = "Here" if isinstance(node, Screen) else "Everywhere" if isinstance(node, App) else "In the list"
        keys = groups[group].setdefault((binding.action, binding.description), [])
        keys.append(screen.app.get_key_display(binding))
    lines: list[HelpLine] = []
    for name, actions in groups.items():
        if actions:
            lines += [HelpLine("", ""), HelpLine("", name)] if lines else [HelpLine("", name)]
            lines += [HelpLine("  ".join(keys), words) for (_, words), keys in actions.items()]
    return lines


class HelpView(LineView):
    """The list of keys; it scrolls where it does not fit."""

    def __init__(self, lines: list[HelpLine]) -> None:
        super().__init__()
        self._help = lines

    def on_mount(self) -> None:
        self.styles.height = len(self._help)
        self.lay_out()

    def item_count(self) -> int:
        return len(self._help)

    def item_height(self, index: int, width: int) -> int:
        del index, width
        return 1

    def paint_item(self, index: int, width: int) -> list[Strip]:
        keys, words = self._help[index]
        plain = self.ink("plain")
        if not keys:
            return [row(width, [(words, self.ink("quiet"))], plain)]
        gap = " " * max(_COLUMN - cell_len(keys), 1)
        return [row(width, [(keys, self.ink("strong", "accent")), (gap, plain), (words, plain)], plain)]


class HelpScreen(OverScreen[None]):
    """Shows the keys of the screen below it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q,f1", "dismiss", "Close", id="help.close"),
    ]

    def __init__(self, lines: list[HelpLine]) -> None:
        super().__init__()
        self._help = lines

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static("Keys", markup=False, classes="dialog-title")
            yield HelpView(self._help)
            yield KeyBar()
