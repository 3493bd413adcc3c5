"""Correcting the text of a turn where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.geometry import Offset
from textual.screen import Screen

from meetrec.core.editing.retext import edit_text
from meetrec.tui.review.desk import Desk
from meetrec.tui.review.doing import Doing
from meetrec.tui.turns import Line
from meetrec.tui.widgets.turns_view import TurnsView
from meetrec.tui.wrap import wrap

if TYPE_CHECKING:
    from meetrec.tui.widgets.turn_editor import TurnEditor


class TextEditing:
    """Puts the editor over the turn under the cursor, and keeps what was written."""

    def __init__(self, screen: Screen[None], desk: Desk, doing: Doing, view: TurnsView) -> None:
        self._screen, self._desk, self._doing, self._view = screen, desk, doing, view
        self._editor: TurnEditor | None = None
        self._line: Line | None = None

    @property
    def is_open(self) -> bool:
        """Whether a turn is being edited."""
        return self._editor is not None

    async def begin(self, text: str | None = None) -> None:
        """Edit the turn under the cursor; `text` is what was written before, where that could not be kept."""
        from meetrec.tui.widgets.turn_editor import TurnEditor

        line = self._view.picked
        if line is None or line.kind != "turn" or self._editor is not None:
            return
        self._line = line
        self._editor = TurnEditor(line.text if text is None else text)
        await self._screen.mount(self._editor)
        self.place()
        self._editor.focus()
        self._screen.refresh_bindings()

    def place(self) -> None:
        """Put the editor where the text of its turn stands."""
        editor, index = self._editor, self._view.cursor
        if editor is None or index is None:
            return
        view = self._view
        column, line, width = view.text_region(index)
        lines = max(len(wrap(editor.text, width)), editor.wrapped_document.height if editor.size.width else 1)
        height = max(min(lines, view.size.height), 1)
        y = line - view.scroll_offset.y
        y = max(min(y, view.size.height - height), 0)
        corner = view.content_region.offset - self._screen.content_region.offset
        editor.styles.offset = corner + Offset(column, y)
        editor.styles.width, editor.styles.height = width + 1, height
        if height >= lines and editor.scroll_offset.y:
            editor.scroll_to(y=0, animate=False, immediate=True)

    async def left(self, text: str, step: int | None) -> None:
        """Keep the text, and go on with the next or the previous turn where that is wanted."""
        editor, line = self._editor, self._line
        if editor is None or line is None:
            return
        self._editor = None
        await editor.remove()
        self._view.focus()
        self._screen.refresh_bindings()
        if step is None:
            self._doing.tell("The text was left as it was.")
            return
        if text.split() != line.text.split():
            ids = tuple(one.id for one in line.segments)
            words = "Text changed" if text.strip() else "Turn deleted"
            if not await self._doing.act(lambda now: edit_text(now, ids, text), words):
                await self.begin(text)  # refused: what was written is not to be lost
                return
        if step:
            self._view.action_move(step)
            await self.begin()

    async def keep(self) -> None:
        """Keep what is being written now, because the screen goes."""
        editor, line = self._editor, self._line
        if editor is not None and line is not None and editor.text.split() != line.text.split():
            ids, text = tuple(one.id for one in line.segments), editor.text
            await self._desk.act(lambda now: edit_text(now, ids, text))
