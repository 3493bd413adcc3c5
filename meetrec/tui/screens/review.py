"""The review screen: who said what, when. Speakers get their names here."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.screen import Screen

from meetrec.core.clock import format_length
from meetrec.core.document import Document
from meetrec.core.errors import MeetrecError
from meetrec.core.transcript import Speaker
from meetrec.tui.background import in_background
from meetrec.tui.notices import tell_error
from meetrec.tui.ports import Library
from meetrec.tui.turns import review_lines
from meetrec.tui.widgets.banner import SIMULATED, Banner, Masthead
from meetrec.tui.widgets.key_bar import KeyBar
from meetrec.tui.widgets.pick_view import PickView
from meetrec.tui.widgets.speakers_panel import SpeakersPanel
from meetrec.tui.widgets.turns_view import TurnsView
from meetrec.tui.words import date_words, draft_words, refusal_words


class ReviewScreen(Screen[None]):
    """Shows one session: its turns by speaker, or its captions as long as there are no minutes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n,enter", "name", "Name speaker", id="review.name"),
        Binding("e", "export", "Export", id="review.export"),
        Binding("f", "finish", "Make minutes", id="review.finish"),
        Binding("f2", "rename", "Rename", id="review.rename"),
        Binding("q,escape", "leave", "Back", id="review.leave"),
        *(
            Binding(
                str(number), f"name_number({number})", f"Name speaker {number}", id=f"review.name{number}", show=False
            )
            for number in range(1, 10)
        ),
    ]

    class Left(Message):
        """The user went back to the library."""

        def __init__(self, session_id: str) -> None:
            super().__init__()
            self.session_id = session_id

    class FinishWanted(Message):
        """The user wants the minutes to be made."""

        def __init__(self, session_id: str) -> None:
            super().__init__()
            self.session_id = session_id

    def __init__(self, library: Library, session_id: str, *, at: float | None = None) -> None:
        """`at` is the second at which the session is opened."""
        super().__init__()
        self._library = library
        self._session_id = session_id
        self._at = at
        self.document: Document | None = None
        # Kept, not queried: a worker may outlive its place in the tree for a moment.
        self._simulated = Banner("note", id="simulated")
        self._masthead = Masthead(id="masthead")
        self._draft = Banner("warn", id="draft")
        self._turns = TurnsView(id="turns")
        self._speakers = SpeakersPanel(id="speakers")

    def compose(self) -> ComposeResult:
        yield self._simulated
        yield self._masthead
        yield self._draft
        with Horizontal(id="body"):
            yield self._turns
            yield self._speakers
        yield KeyBar()

    def on_mount(self) -> None:
        self._masthead.show("meetrec")
        self._turns.show_empty("Opening …")
        self._turns.focus()  # Textual gives it to nobody while another window has it
        self.reload()

    def reload(self) -> None:
        """Read the session again, in the background."""
        self.run_worker(self._load(), group="load", exclusive=True)

    async def _load(self) -> None:
        try:
            document = await in_background(lambda: self._library.document(self._session_id))
        except MeetrecError as error:
            self._turns.show_empty(refusal_words(error.message, error.hint, "Esc goes back to the library."))
            return
        self._show(document)

    def _show(self, document: Document) -> None:
        self.document = document
        session = document.session
        self._simulated.show(SIMULATED if session.simulated else "")
        count = len(document.transcript.speakers) if document.transcript else 0
        details = [date_words(session.started_at), format_length(document.duration)]
        details += [f"{count} speaker{'s' if count != 1 else ''}"] if count else []
        self._masthead.show(session.title, "", " · ".join(details))
        self._draft.show(draft_words(document))
        self._speakers.show(document.transcript)
        self._turns.show_empty("No words in this recording" if document.transcript else "No captions were kept")
        self._turns.show_entries(review_lines(document))
        if self._at is not None:
            self._turns.pick_at(self._at)
            self._at = None
        self.refresh_bindings()

    # -- what the user wants ---------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer naming where speakers are told apart, and finishing where minutes are missing."""
        document = self.document
        speakers = document.transcript.speakers if document and document.transcript else ()
        if action == "name":
            return bool(speakers)
        if action == "name_number":
            return isinstance(parameters[0], int) and parameters[0] <= len(speakers)
        if action == "finish":
            return document is not None and document.is_draft and document.state in ("recorded", "failed")
        return document is not None or action not in ("export", "rename")

    def action_leave(self) -> None:
        self.post_message(self.Left(self._session_id))

    def action_finish(self) -> None:
        self.post_message(self.FinishWanted(self._session_id))

    @on(PickView.Opened)
    def action_name(self) -> None:
        line = self._turns.picked
        if line is not None and line.speaker is not None:
            self.action_name_number(line.speaker + 1)

    def action_name_number(self, number: int) -> None:
        if self.document is not None and self.document.transcript is not None:
            self.run_worker(self._name_speaker(self.document.transcript.speakers[number - 1]), group="act")

    def action_rename(self) -> None:
        self.run_worker(self._rename(), group="act")

    def action_export(self) -> None:
        self.run_worker(self._export(), group="act")

    async def _name_speaker(self, speaker: Speaker) -> None:
        from meetrec.tui.screens.dialogs import TextDialog

        text = "Every turn of theirs will carry the name. Leave it empty to take a name away."
        known = speaker.name if speaker.named else ""
        name = await self.app.push_screen_wait(
            TextDialog(f"Who is {speaker.name}?", known, text=text, placeholder="Name")
        )
        if name is not None and name != known:
            await self._act(lambda: self._library.name_speaker(self._session_id, speaker.id, name))

    async def _rename(self) -> None:
        from meetrec.tui.screens.dialogs import TextDialog

        assert self.document is not None  # noqa: S101 - check_action looked
        title = await self.app.push_screen_wait(TextDialog("Rename the session", self.document.session.title))
        if title:
            await self._act(lambda: self._library.rename(self._session_id, title))

    async def _export(self) -> None:
        path = await self._act(lambda: self._library.export(self._session_id, "md"))
        if path:
            self.notify(str(path), title="Exported as Markdown", markup=False)

    async def _act(self, act: Callable[[], object]) -> object:
        """Run something that may block, then read the session again. A refusal is told, and gives None."""
        try:
            result = await in_background(act)
        except MeetrecError as error:
            tell_error(self, error)
            return None
        self.reload()
        return result
