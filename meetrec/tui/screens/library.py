"""The library: all sessions, newest first, with a preview beside them."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.screen import Screen

from meetrec.core.errors import MeetrecError
from meetrec.core.query import Query, parse_query, selects
from meetrec.core.session import SortKey, sort_sessions
from meetrec.tui.background import in_background
from meetrec.tui.notices import tell_error
from meetrec.tui.ports import Library, SessionSummary
from meetrec.tui.session_acts import SessionActs
from meetrec.tui.widgets.banner import SIMULATED, Banner, Masthead
from meetrec.tui.widgets.key_bar import KeyBar
from meetrec.tui.widgets.pick_view import PickView
from meetrec.tui.widgets.preview import Preview
from meetrec.tui.widgets.session_list import SessionList
from meetrec.tui.words import refusal_words, shelf_words

EMPTY = """\
Nothing recorded yet
Press r to record: captions appear while people speak.
Press s to stop: the minutes are made, speaker by speaker.
No key or no microphone at hand? Leave with q and run: meetrec demo"""
NOTHING_LIKE_IT = """\
No session is like that
Press F to filter by something else, Esc to see all of them."""
_AT_WORK = ("recording", "finishing")
_FRESH_SECONDS = 5.0
_LOOK_SECONDS = 60.0
_SORTS: tuple[SortKey, ...] = ("date", "title", "length")


class LibraryScreen(Screen[None]):
    """Lists the sessions, and says what the user wants done with one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "record", "Record", id="library.record"),
        Binding("enter", "open", "Open", id="library.open"),
        Binding("slash", "search", "Search", id="library.search"),
        Binding("a", "attach", "Attach", id="library.attach"),
        Binding("n,f2", "act('rename')", "Rename", id="library.rename"),
        Binding("e", "act('export')", "Export", id="library.export"),
        Binding("f", "finish", "Finish", id="library.finish"),
        Binding("t", "act('tag')", "Tags", id="library.tag"),
        Binding("p", "act('pin')", "Pin", id="library.pin"),
        Binding("d,delete", "act('delete')", "Delete", id="library.delete"),
        Binding("D", "act('delete_audio')", "Delete the sound alone", id="library.delete_audio", show=False),
        Binding("F", "filter", "Filter by tag, person, date or title", id="library.filter", show=False),
        Binding("S", "sort", "Sort by date, title or length", id="library.sort", show=False),
        Binding("v", "preview", "Preview on or off", id="library.preview", show=False),
        Binding("o", "act('open_folder')", "Open the folder", id="library.folder", show=False),
        Binding("escape", "unfilter", "Show all sessions", id="library.unfilter", show=False),
        Binding("q", "app.quit", "Quit", id="library.quit"),
    ]
    IMPORTANT: ClassVar[tuple[str, ...]] = ("record", "open", "search", "attach")

    class RecordingWanted(Message):
        """The user wants to record."""

    class SearchWanted(Message):
        """The user wants to search all sessions."""

    class SessionWanted(Message):
        """The user wants to see a session: attach to it while it is at work, review it otherwise."""

        def __init__(self, session: SessionSummary) -> None:
            super().__init__()
            self.session = session

    class FinishWanted(Message):
        """The user wants what is missing of a session to be made."""

        def __init__(self, session_id: str) -> None:
            super().__init__()
            self.session_id = session_id

    def __init__(self, library: Library, *, picked_id: str = "", simulated: bool = False) -> None:
        super().__init__()
        self._library = library
        self._picked_id = picked_id
        self._all: Sequence[SessionSummary] = ()
        self._count = 0
        self._filter, self._query = "", Query()
        self._sort: SortKey = "date"
        self._acts = SessionActs(self, library, self.reload)
        # Kept, not queried: a worker may outlive its place in the tree for a moment.
        self._banner = Banner("note", SIMULATED if simulated else "", id="simulated")
        self._masthead = Masthead(id="masthead")
        self._recording_now = Banner("bad", id="running")
        self._listed = SessionList(id="sessions")
        self._preview = Preview(id="preview")

    def compose(self) -> ComposeResult:
        yield self._banner
        yield self._masthead
        yield self._recording_now
        with Horizontal(id="body"):
            yield self._listed
            yield self._preview
        yield KeyBar()

    def on_mount(self) -> None:
        self._masthead.show("meetrec", "", "")
        self._listed.show_empty("Reading the library …")
        self._listed.focus()  # Textual gives it to nobody while another window has it
        self.add_class("-empty")
        self.set_interval(_FRESH_SECONDS, self._freshen)
        self.set_interval(_LOOK_SECONDS, self._look_soon)
        self.reload()
        self._look_soon()

    # -- what is known ---------------------------------------------------------------------------------------------

    def reload(self) -> None:
        """Read the list again, in the background: first what fills the screen, then all of it."""
        self.run_worker(self._load(), group="list", exclusive=True)

    async def _load(self) -> None:
        try:
            sessions, self._count = await in_background(self._library.newest)
            if not self._all or self._count <= len(sessions):
                self._take(sessions)
            if self._count > len(sessions):
                known = {one.id: one for one in sessions}
                everything = await in_background(self._library.list)
                self._take([known.get(one.id, one) for one in everything])
        except MeetrecError as error:
            self._listed.show_empty(refusal_words("The library cannot be read", error.message, error.hint))

    def _look_soon(self) -> None:
        self.run_worker(self._look(), group="look", exclusive=True)

    async def _look(self) -> None:
        """Find what changed behind our back, and read words for the search, without hurry."""
        await asyncio.sleep(0.5)  # the first picture and the first keys go before it
        try:
            if await in_background(self._library.look):
                self.reload()
            await in_background(lambda: self._library.index(lambda done, of: None, lambda: not self.is_attached))
        except MeetrecError:
            return  # nothing was asked for: whoever searches is told

    @on(SessionList.Moved)
    def _freshen(self) -> None:
        """Look again at the sessions in sight."""
        self.run_worker(self._read_again([one.id for one in self._listed.in_sight]), group="fresh", exclusive=True)

    async def _read_again(self, ids: list[str]) -> None:
        await asyncio.sleep(0.02)  # a list that is scrolled asks again with each line; the last one counts
        try:
            fresh = {one.id: one for one in await in_background(lambda: self._library.fresh(ids))}
        except MeetrecError:
            return  # the list stays as it was last known
        known = {one.id: one for one in self._all if one.id in set(ids)}
        if fresh != known:
            gone = known.keys() - fresh.keys()
            self._count -= len(gone)
            self._take([fresh.get(one.id, one) for one in self._all if one.id not in gone])

    # -- what is shown ---------------------------------------------------------------------------------------------

    def _take(self, sessions: Sequence[SessionSummary]) -> None:
        self._all = sessions
        self._show()

    def _show(self) -> None:
        shown = [one for one in self._all if selects(self._query, one)] if self._query else self._all
        shown = sorted(sort_sessions(shown, self._sort), key=lambda one: not one.pinned)
        self._listed.show_empty(NOTHING_LIKE_IT if self._query else EMPTY)
        self._listed.show_sessions(shown, self._picked_id)
        if any(one.id == self._picked_id for one in shown):
            self._picked_id = ""
        count = max(self._count, len(self._all))
        self._masthead.show(
            "meetrec", *shelf_words(len(shown) if self._query else count, count, self._filter, self._sort)
        )
        running = next((one for one in self._all if one.state == "recording"), None)
        told = f"● Recording now: {running.title}. Press a to attach." if running else ""
        self._recording_now.show(told)
        self.set_class(not shown, "-empty")
        if not shown:
            self._preview.show(None)
        self.refresh_bindings()

    @on(PickView.Picked)
    def _preview_picked(self, event: PickView.Picked) -> None:
        event.stop()
        session = self._picked
        self._preview.show(session)
        self.refresh_bindings()
        if session is not None:
            self.run_worker(self._read(session), group="preview", exclusive=True)

    async def _read(self, session: SessionSummary) -> None:
        await asyncio.sleep(0.08)  # whoever runs down the list is not kept busy with what they pass
        try:
            document = await in_background(lambda: self._library.document(session.id))
        except MeetrecError as error:
            self._preview.show(session, None, error.message)
            return
        self._preview.show(session, document)

    # -- what the user wants ---------------------------------------------------------------------------------------

    @property
    def _picked(self) -> SessionSummary | None:
        return self._listed.picked

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done with the session under the cursor."""
        what = str(parameters[0]) if action == "act" else action
        if what == "unfilter":
            return bool(self._filter)
        if what == "attach":
            return any(one.state == "recording" for one in self._listed.sessions)
        if action not in ("open", "finish", "act"):
            return True
        session = self._picked
        if session is None:
            return False
        if what == "finish":
            return session.state in ("recorded", "failed")
        return what not in ("delete", "delete_audio", "export") or session.state not in _AT_WORK

    def action_record(self) -> None:
        self.post_message(self.RecordingWanted())

    def action_search(self) -> None:
        self.post_message(self.SearchWanted())

    @on(PickView.Opened)
    def action_open(self) -> None:
        if self._picked is not None:
            self.post_message(self.SessionWanted(self._picked))

    def action_attach(self) -> None:
        running = next((one for one in self._listed.sessions if one.state == "recording"), None)
        if running is not None:
            self.post_message(self.SessionWanted(running))

    def action_finish(self) -> None:
        if self._picked is not None:
            self.post_message(self.FinishWanted(self._picked.id))

    def action_act(self, what: str) -> None:
        """Do something with the session under the cursor (`SessionActs`)."""
        if self._picked is not None:
            self._work(self._acts.named(what)(self._picked))

    def _work(self, act: Coroutine[None, None, None]) -> None:
        self.run_worker(act, group="act")

    def action_preview(self) -> None:
        """Show the preview, or hide it; a narrow screen has it below the list."""
        self.toggle_class("-other-preview")

    def action_sort(self) -> None:
        self._sort = _SORTS[(_SORTS.index(self._sort) + 1) % len(_SORTS)]
        self._show()

    def action_filter(self) -> None:
        self._work(self._ask_filter())

    def action_unfilter(self) -> None:
        self._filter, self._query = "", Query()
        self._show()

    async def _ask_filter(self) -> None:
        from meetrec.tui.screens.dialogs import TextDialog

        text = "Words of the title, tag:planning, speaker:Ana, after:2026-10-01, before:2026-11. Nothing shows all."
        answer = await self.app.push_screen_wait(TextDialog("Show only", self._filter, text=text))
        if answer is None:
            return
        try:
            self._query = parse_query(answer)
        except MeetrecError as error:
            tell_error(self, error)
            return
        self._filter = answer if self._query else ""
        self._show()
