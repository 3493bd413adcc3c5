"""What the user may want on the review screen: each key asks one of the parts that do it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on

from meetrec.core.errors import MeetrecError
from meetrec.tui.background import in_background
from meetrec.tui.notices import tell_error
from meetrec.tui.review.going import GoingActions
from meetrec.tui.widgets.pick_view import PickView

if TYPE_CHECKING:
    from meetrec.tui.widgets.turn_editor import TurnEditor


class ReviewActions(GoingActions):
    """The screen's actions. How a session is shown is the business of the screen that builds on it."""

    # -- words and speakers ----------------------------------------------------------------------------------------

    @on(PickView.Opened)
    def _opened(self) -> None:
        if self.check_action("edit", ()):
            self.action_edit()

    def action_edit(self) -> None:
        if self.panel.has_focus:
            self.action_name()
        else:
            self._run(self._editing.begin())

    def on_turn_editor_left(self, event: TurnEditor.Left) -> None:
        self._run(self._editing.left(event.text, event.step))

    def on_text_area_changed(self) -> None:
        self._editing.place()

    def action_name(self) -> None:
        self._run(self._speakers.name(self._subject()))

    def action_name_number(self, number: int) -> None:
        self._run(self._speakers.name(self.desk.transcript.speakers[number - 1].id))

    def action_speaker(self) -> None:
        self._run(self._speakers.menu(self._subject()))

    def action_filter(self) -> None:
        self._run(self._speakers.filter())

    def action_assign(self) -> None:
        if (line := self._turn()) is not None:
            self._run(self._assigning.assign(line))

    def action_confirm(self) -> None:
        if (line := self._turn()) is not None:
            self._run(self._assigning.confirm(line))

    def action_delete(self) -> None:
        if (line := self._turn()) is not None:
            self._run(self._assigning.delete(line))

    def action_undo(self) -> None:
        self._run(self._doing.undo())

    def action_redo(self) -> None:
        self._run(self._doing.redo())

    # -- elsewhere -------------------------------------------------------------------------------------------------

    def action_finish(self) -> None:
        self.post_message(self.FinishWanted(self._session_id))

    def action_export(self) -> None:
        self._run(self._outlets.export())

    def action_copy(self) -> None:
        self._run(self._outlets.copy())

    def action_outside(self) -> None:
        self._run(self._outlets.edit_outside())

    def action_rename(self) -> None:
        self._run(self._rename())

    async def _rename(self) -> None:
        from meetrec.tui.screens.dialogs import TextDialog

        document = self.desk.page.document
        title = await self.app.push_screen_wait(TextDialog("Rename the session", document.session.title))
        if title and title != document.session.title:
            try:
                await in_background(lambda: self._library.rename(self._session_id, title))
                await self.desk.refresh()
            except MeetrecError as error:
                tell_error(self, error)
