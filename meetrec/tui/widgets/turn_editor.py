"""The text of one turn, being edited where it stands. Imported when first needed: the first paint does without it."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import TextArea


class TurnEditor(TextArea):
    """Textual's TextArea for words on one line, wrapped. Whichever way it is left, the words are kept."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,escape", "leave(0)", "Save", id="editor.save"),
        Binding("tab", "leave(1)", "Save, next turn", id="editor.next"),
        Binding("shift+tab", "leave(-1)", "Save, previous turn", id="editor.previous", show=False),
        Binding("ctrl+g", "give_up", "Give up", id="editor.give_up"),
    ]

    class Left(Message):
        """The editor is left with this text; `step` says to which turn to go on, None that the text is given up."""

        def __init__(self, text: str, step: int | None) -> None:
            super().__init__()
            self.text = text
            self.step = step

    def __init__(self, text: str) -> None:
        super().__init__(text, soft_wrap=True, compact=True, highlight_cursor_line=False, id="editor")
        self.is_left = False

    def on_mount(self) -> None:
        self.cursor_blink = False
        self.move_cursor(self.document.end)

    async def _on_key(self, event: events.Key) -> None:
        """Enter is not a character here: a turn is one line."""
        if event.key == "enter":
            event.stop()
            event.prevent_default()
            self.action_leave(0)
            return
        await super()._on_key(event)

    def action_leave(self, step: int) -> None:
        """Leave the editor."""
        if not self.is_left:
            self.is_left = True
            self.post_message(self.Left(self.text, step))

    def action_give_up(self) -> None:
        """Leave the text as it was."""
        if not self.is_left:
            self.is_left = True
            self.post_message(self.Left(self.text, None))

    def on_blur(self) -> None:
        """Keep the words also where somebody clicked elsewhere."""
        self.action_leave(0)
