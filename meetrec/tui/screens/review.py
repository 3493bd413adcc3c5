"""The review screen: who said what, when. Here speakers get their names, and words are put right."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult
from textual.containers import Horizontal

from meetrec.core.clock import format_length
from meetrec.core.errors import MeetrecError
from meetrec.tui.background import settle, unsettle
from meetrec.tui.notices import tell_error
from meetrec.tui.ports import Library
from meetrec.tui.review.listening import ListeningActions
from meetrec.tui.review.page import Page, Span
from meetrec.tui.review.quiet import until_quiet
from meetrec.tui.widgets.banner import SIMULATED, Banner, Masthead
from meetrec.tui.widgets.key_bar import KeyBar
from meetrec.tui.words import date_words, draft_words, refusal_words

if TYPE_CHECKING:
    from meetrec.tui.app import MeetrecApp

LOOK_AFTER_S, LOOK_LATEST_S = 0.3, 2.0
"""Shares and loops are worked out when no key was pressed for so long: that takes half a second for eight hours."""
_ANEW = 12
"""After so many looks all of the memory is gone through for what is not used any more."""


class ReviewScreen(ListeningActions):
    """Shows one session: its turns by speaker, or its captions as long as there are no minutes."""

    def __init__(self, library: Library, session_id: str, *, at: float | None = None) -> None:
        """`at` is the second at which the session is opened."""
        super().__init__(library, session_id)
        self._at = at
        self._looks = 0
        self._simulated = Banner("note", id="simulated")
        self._masthead = Masthead(id="masthead")
        self._draft = Banner("warn", id="draft")

    def compose(self) -> ComposeResult:
        yield self._simulated
        yield self._masthead
        yield self._draft
        with Horizontal(id="body"):
            yield self.turns
            yield self.panel
        yield self.player_bar
        yield self.told
        yield KeyBar()

    def on_mount(self) -> None:
        self._masthead.show("meetrec")
        self.turns.show_empty("Opening …")
        self.panel.show_empty("Speakers")
        self.turns.focus()  # Textual gives it to nobody while another window has it
        self.watch(self.turns, "scroll_y", self._editing.place, init=False)
        self.run_worker(self._load(), group="load", exclusive=True)

    async def on_unmount(self) -> None:
        """Lose nothing when the screen goes: what is being written, and the minutes as they are now."""
        try:
            await self._editing.keep()
        except MeetrecError as error:
            self.log("the text could not be kept", error)
        await self._doing.save_last()
        unsettle()

    def on_resize(self) -> None:
        self.call_after_refresh(self._editing.place)

    async def _load(self) -> None:
        try:
            page = await self.desk.open()
        except MeetrecError as error:
            self.turns.show_empty(refusal_words(error.message, error.hint, "Esc goes back to the library."))
            return
        minutes = page.document.transcript
        self.turns.show_empty("No words in this recording" if minutes is not None else "Nothing to read here yet")
        self.panel.show_empty("Speakers" if minutes is not None else "Speakers\nTold apart in the minutes.")
        self.show_frame()
        self.turns.show_entries(page.lines, page.people)
        self.turns.show_flags(self.desk.flags)
        if self._at is not None:
            self.turns.pick_at(self._at)
        self.refresh_bindings()
        await self._look_closer()
        await self._moving.prepare()
        try:
            await self.desk.read_names()
        except MeetrecError as error:
            tell_error(self, error)

    def show_frame(self) -> None:
        """Show what stands around the turns."""
        document = self.desk.page.document
        session = document.session
        self._simulated.show(SIMULATED if session.simulated else "")
        count = len(document.transcript.speakers) if document.transcript else 0
        details = [date_words(session.started_at), format_length(document.duration)]
        details += [f"{count} speaker{'s' if count != 1 else ''}"] if count else []
        self._masthead.show(session.title, "", " · ".join(details))
        trouble = self.desk.trouble and f"! Nothing can be changed: {self.desk.trouble}"
        self._draft.show(trouble or draft_words(document))

    def show_change(self, page: Page, span: Span) -> None:
        """Show what an act changed, and lay out nothing else anew."""
        if self._only:
            self.turns.show_flags(self.desk.flags)
            self.show_only(self._only if self._only in page.people else "")
        else:
            self.turns.change_entries(page.lines, page.people, span.first, span.stop, self.desk.flags)
        self.show_frame()
        self.refresh_bindings()
        self.run_worker(self._look_soon(), group="insight", exclusive=True)

    async def _look_soon(self) -> None:
        app = cast("MeetrecApp", self.app)
        await until_quiet(lambda: app.pressed_at, LOOK_AFTER_S, LOOK_LATEST_S)
        await self._look_closer()

    async def _look_closer(self) -> None:
        """Show what takes a moment to work out: how much each one says, and what repeats itself."""
        insight = await self.desk.insight()
        self.turns.show_flags(insight.flags)
        self.panel.show_speakers(insight.speakers, insight.origins)
        self.refresh_bindings()
        if self._looks % _ANEW == 0:
            settle(anew=self._looks > 0)
        self._looks += 1

    def show_only(self, speaker_id: str) -> None:
        """Show only what one speaker says; all of it for an empty id."""
        page = self.desk.page
        self._only = speaker_id
        lines = [one for one in page.lines if one.who == speaker_id] if speaker_id else page.lines
        self.turns.show_entries(lines, page.people)
        words = f"Only {page.people[speaker_id].name}: {len(lines):,} turns · Esc shows all" if speaker_id else ""
        self.told.show(words)
        self.refresh_bindings()
