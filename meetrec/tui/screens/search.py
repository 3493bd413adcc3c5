"""Searching all sessions while one types: hits in their sessions, Enter opens the session at that second."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import Screen

from meetrec.core.errors import MeetrecError, UsageError
from meetrec.core.found import Results
from meetrec.tui.background import in_background
from meetrec.tui.ports import Library, SessionSummary
from meetrec.tui.widgets.banner import Masthead
from meetrec.tui.widgets.hit_list import HitList
from meetrec.tui.widgets.key_bar import KeyBar
from meetrec.tui.widgets.pick_view import PickView
from meetrec.tui.widgets.text_line import TextLine
from meetrec.tui.words import refusal_words

HINT = """\
Type what was said, in any meeting
"new budget" finds words together, budget OR money one of them, -november leaves out, budg* finds what begins so.
speaker:Ana, title:sync, tag:q3, after:2026-10-01 and before:2026-11 narrow it."""
_TYPING_S = 0.06
_PROGRESS_S = 0.5


class QueryLine(TextLine):
    """The line the query is typed into."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "submit", "Open", id="search.open")]


class SearchScreen(Screen[None]):
    """Shows what is found of a query, from its first letter on. The line keeps the focus, the arrows move below it."""

    AUTO_FOCUS = "QueryLine"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", "Next", id="search.next"),
        Binding("up", "move(-1)", "Previous", id="search.previous", show=False),
        Binding("pagedown", "page(1)", "Page down", id="search.page_down", show=False),
        Binding("pageup", "page(-1)", "Page up", id="search.page_up", show=False),
        Binding("escape", "leave", "Back", id="search.leave"),
    ]
    IMPORTANT: ClassVar[tuple[str, ...]] = ("submit",)

    class Left(Message):
        """The user went back to the library."""

    class HitWanted(Message):
        """The user wants to see a session, at a second of its recording."""

        def __init__(self, session: SessionSummary, at: float | None, query: str) -> None:
            super().__init__()
            self.query = query
            self.session = session
            self.at = at

    def __init__(self, library: Library, query: str = "") -> None:
        super().__init__()
        self._library = library
        self.text = query
        """What is looked for, as typed."""
        self._indexed = (0, 0)
        self._told = (0, 0)
        self._results: Results | None = None
        self._masthead = Masthead(id="masthead")
        self._line = QueryLine(query, placeholder="Search all meetings", id="query")
        self._hits = HitList(id="hits")

    def compose(self) -> ComposeResult:
        yield self._masthead
        yield self._line
        yield self._hits
        yield KeyBar()

    def on_mount(self) -> None:
        self._hits.can_focus = False
        self._line.focus()
        self.set_interval(_PROGRESS_S, self._tell_progress)
        self.run_worker(self._read_words(), group="index", exclusive=True)
        self._search()

    # -- what is found ---------------------------------------------------------------------------------------------

    @on(TextLine.Changed)
    def _typed(self, event: TextLine.Changed) -> None:
        event.stop()
        if event.value != self.text:
            self.text = event.value
            self._hits.begin()
            self._search()

    def _search(self) -> None:
        self.run_worker(self._find(self.text), group="search", exclusive=True)

    async def _find(self, text: str) -> None:
        if not text.strip():
            self._show(None, HINT)
            return
        await asyncio.sleep(_TYPING_S)  # whoever types on is not kept busy with half a word
        try:
            self._show(await in_background(lambda: self._library.search(text)), "Nothing was found")
        except UsageError as error:
            self._show(None, refusal_words(error.message, error.hint))
        except MeetrecError as error:
            self._show(None, refusal_words("Nothing can be searched now", error.message, error.hint))

    def _show(self, results: Results | None, empty: str) -> None:
        self._results = results
        self._hits.show_empty(empty)
        self._hits.show_found(results.found if results else ())
        self._tell()

    def _tell(self) -> None:
        """Say how much was found, and how much has been read so far."""
        results, (done, of) = self._results, self._indexed
        count = results.sessions if results else 0
        told = f"found in {count:,} session{'s' if count != 1 else ''}" if count else ""
        reading = f"indexing {done:,} of {of:,}" if done < of else ""
        more = f"the newest {len(results.found):,} are shown" if results and count > len(results.found) else ""
        details = " · ".join(filter(None, (told, more))) or "Everything that was said, noted or marked"
        self._masthead.show("Search", reading, details)
        self.refresh_bindings()

    # -- reading words ---------------------------------------------------------------------------------------------

    async def _read_words(self) -> None:
        def note(done: int, of: int) -> None:
            self._indexed = (done, of)

        try:
            await in_background(lambda: self._library.index(note, lambda: not self.is_attached))
        except MeetrecError:
            return  # searching says what is wrong
        self._tell_progress()

    def _tell_progress(self) -> None:
        """Search again as more is known."""
        if self._indexed != self._told:
            self._told = self._indexed
            self._tell()
            self._search()

    # -- what the user wants ---------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer moving where there is something to move in."""
        del parameters
        return action != "move" or self._hits.item_count() > 1

    def action_move(self, step: int) -> None:
        self._hits.action_move(step)

    def action_page(self, direction: int) -> None:
        self._hits.action_page(direction)

    def action_leave(self) -> None:
        self.post_message(self.Left())

    @on(TextLine.Submitted)
    def _submitted(self, event: TextLine.Submitted) -> None:
        event.stop()
        self._open()

    @on(PickView.Opened)
    def _open(self) -> None:
        if self._hits.picked is not None:
            self.post_message(self.HitWanted(*self._hits.picked, self.text))
