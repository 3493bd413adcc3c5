"""What the user may want on the review screen: each key asks one of the parts that do it."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.binding import BindingType
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input

from meetrec.core.document import Document
from meetrec.core.errors import MeetrecError
from meetrec.tui.background import in_background
from meetrec.tui.notices import tell_error
from meetrec.tui.ports import Library
from meetrec.tui.review.assigning import Assigning
from meetrec.tui.review.desk import Desk
from meetrec.tui.review.doing import Doing
from meetrec.tui.review.keys import REVIEW_KEYS
from meetrec.tui.review.moving import Moving
from meetrec.tui.review.outlets import Outlets
from meetrec.tui.review.page import Page, Span
from meetrec.tui.review.speaker_acts import SpeakerActs
from meetrec.tui.review.text_editing import TextEditing
from meetrec.tui.turns import Line
from meetrec.tui.widgets.banner import Banner
from meetrec.tui.widgets.heard_view import HeardView
from meetrec.tui.widgets.pick_view import PickView
from meetrec.tui.widgets.speakers_panel import SpeakersPanel

if TYPE_CHECKING:
    from meetrec.tui.widgets.turn_editor import TurnEditor

_CHANGES = frozenset(
    {"edit", "name", "name_number", "assign", "confirm", "delete", "speaker", "outside", "undo", "redo"}
)
_ALWAYS = frozenset({"leave", "panel"})


class ReviewActions(Screen[None]):
    """The screen's actions. How a session is shown is the business of the screen that builds on it."""

    BINDINGS: ClassVar[list[BindingType]] = REVIEW_KEYS
    IMPORTANT: ClassVar[tuple[str, ...]] = ("finish", "edit", "name", "assign", "find", "play", "undo")

    class Left(Message, namespace="review_screen"):
        """The user went back to the library."""

        def __init__(self, session_id: str) -> None:
            super().__init__()
            self.session_id = session_id

    class FinishWanted(Message, namespace="review_screen"):
        """The user wants the minutes to be made."""

        def __init__(self, session_id: str) -> None:
            super().__init__()
            self.session_id = session_id

    def __init__(self, library: Library, session_id: str) -> None:
        super().__init__()
        self._library, self._session_id = library, session_id
        self._only = ""
        # Kept, not queried: a worker may outlive its place in the tree for a moment.
        self.turns = HeardView(id="turns")
        self.panel = SpeakersPanel(id="speakers")
        self.told = Banner("quiet", id="told")
        self.desk = Desk(library, session_id, self.show_change)
        self._doing = Doing(self, self.desk, self.told.show)
        self._speakers = SpeakerActs(self, self.desk, self._doing, self.show_only)
        self._assigning = Assigning(self, self.desk, self._doing, self._speakers)
        self._editing = TextEditing(self, self.desk, self._doing, self.turns)
        self._moving = Moving(self, self.desk, self.turns, self.told.show)
        self._outlets = Outlets(self, library, session_id, self.desk, self._doing)

    @property
    def document(self) -> Document | None:
        """The session as it is now; None as long as it is not read."""
        return self.desk.document

    def show_change(self, page: Page, span: Span) -> None:
        """Show what an act changed."""
        raise NotImplementedError

    def show_only(self, speaker_id: str) -> None:
        """Show only what one speaker says; all of it for an empty id."""
        raise NotImplementedError

    # -- what makes sense now --------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer naming where speakers are told apart, finishing where minutes are missing, and so on."""
        if self._editing.is_open:
            return False
        if self._moving.is_typing:
            return action == "leave"
        document = self.document
        if document is None or action in _ALWAYS:
            return action in _ALWAYS
        if action in _CHANGES and not self.desk.can_change:
            return False
        return self._makes_sense(action, parameters, document)

    def _makes_sense(self, action: str, parameters: tuple[object, ...], document: Document) -> bool:
        match action:
            case "name_number" | "filter":
                wanted = parameters[0] if parameters and isinstance(parameters[0], int) else 1
                return wanted <= len(self.desk.transcript.speakers)
            case "name" | "speaker":
                return bool(self._subject())
            case "edit" | "assign" | "confirm" | "delete":
                return self.panel.has_focus or self._turn() is not None
            case "finish":
                return document.is_draft and document.state in ("recorded", "failed")
            case "undo" | "redo":
                return bool(self.desk.undo_words if action == "undo" else self.desk.redo_words)
            case "next_found":
                return bool(self._moving.wanted)
        return True

    def _turn(self) -> Line | None:
        """Return the turn under the cursor."""
        line = self.turns.picked
        return line if line is not None and line.kind == "turn" else None

    def _subject(self) -> str:
        """Return who is meant: who the panel's cursor is on while it has the keys, else who says the turn."""
        if self.panel.has_focus and self.panel.picked is not None:
            return self.panel.picked.id
        line = self._turn()
        return line.who if line is not None else ""

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        self.run_worker(work, group="act")

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

    # -- moving about ----------------------------------------------------------------------------------------------

    def action_find(self) -> None:
        self._show_turns()
        self._run(self._moving.ask())

    @on(Input.Changed, "#find")
    def _typed(self, event: Input.Changed) -> None:
        self._moving.look_for(event.value)

    @on(Input.Submitted, "#find")
    def _typed_all(self) -> None:
        self._run(self._moving.close(keep=True))

    def action_next_found(self, step: int) -> None:
        self._show_turns()
        self._moving.next_found(step)

    def action_next_doubt(self, step: int) -> None:
        self._show_turns()
        self._moving.next_doubt(step)

    def action_next_mark(self, step: int) -> None:
        self._show_turns()
        self._moving.next_mark(step)

    def action_go(self) -> None:
        self._show_turns()
        self._run(self._moving.ask_time())

    def action_panel(self) -> None:
        """Give the keys to the speakers, or back to the turns; where there is little room one hides the other."""
        other = self.panel.has_focus or (not self.has_class("-wide") and self.has_class("-people"))
        self.set_class(not other, "-people")
        (self.turns if other else self.panel).focus()

    def _show_turns(self) -> None:
        """Give the keys to the turns, which the speakers hide where there is little room."""
        if self.panel.has_focus:
            self.set_class(False, "-people")
            self.turns.focus()

    def action_leave(self) -> None:
        """Go one step back: from the search, the filter, the speakers; from the session when there is none of it."""
        if self._moving.is_typing:
            self._run(self._moving.close(keep=False))
        elif self.panel.has_focus:
            self.action_panel()
        elif self._moving.wanted:
            self._moving.forget()
            self.refresh_bindings()
        elif self._only:
            self.show_only("")
        else:
            self.post_message(self.Left(self._session_id))

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
