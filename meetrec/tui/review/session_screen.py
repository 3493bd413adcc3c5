"""The screen of one session under review: its parts, and which actions make sense at the moment."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, ClassVar

from textual.binding import BindingType
from textual.message import Message
from textual.screen import Screen

from meetrec.core.document import Document
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
from meetrec.tui.widgets.speakers_panel import SpeakersPanel

_CHANGES = frozenset(
    {"edit", "name", "name_number", "assign", "confirm", "delete", "speaker", "outside", "undo", "redo"}
)
_ALWAYS = frozenset({"leave", "panel"})


class SessionScreen(Screen[None]):
    """Holds the parts. What the keys do, and how a session is shown, is the business of those that build on it."""

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
