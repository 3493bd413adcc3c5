"""The library: all sessions, newest first, with a preview beside them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.screen import Screen

from meetrec.core.errors import MeetrecError
from meetrec.tui.background import in_background
from meetrec.tui.notices import tell_error
from meetrec.tui.ports import Library, SessionSummary
from meetrec.tui.widgets.banner import SIMULATED, Banner, Masthead
from meetrec.tui.widgets.key_bar import KeyBar
from meetrec.tui.widgets.pick_view import PickView
from meetrec.tui.widgets.preview import Preview
from meetrec.tui.widgets.session_list import SessionList
from meetrec.tui.words import refusal_words

EMPTY = """\
Nothing recorded yet
Press r to record: captions appear while people speak.
Press s to stop: the minutes are made, speaker by speaker.
No key or no microphone at hand? Leave with q and run: meetrec demo"""
_AT_WORK = ("recording", "finishing")
_RELOAD_SECONDS = 5.0


class LibraryScreen(Screen[None]):
    """Lists the sessions, and says what the user wants done with one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "record", "Record", id="library.record"),
        Binding("enter", "open", "Open", id="library.open"),
        Binding("a", "attach", "Attach", id="library.attach"),
        Binding("n,f2", "rename", "Rename", id="library.rename"),
        Binding("e", "export", "Export", id="library.export"),
        Binding("f", "finish", "Finish", id="library.finish"),
        Binding("d,delete", "delete", "Delete", id="library.delete"),
        Binding("q", "app.quit", "Quit", id="library.quit"),
    ]

    class RecordingWanted(Message):
        """The user wants to record."""

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
        self.set_interval(_RELOAD_SECONDS, self._reload_while_at_work)
        self.reload()

    # -- what is shown ---------------------------------------------------------------------------------------------

    def reload(self) -> None:
        """Read the list again, in the background."""
        self.run_worker(self._load(), group="list", exclusive=True)

    def _reload_while_at_work(self) -> None:
        if any(one.state in _AT_WORK for one in self._listed.sessions):
            self.reload()

    async def _load(self) -> None:
        try:
            sessions = await in_background(self._library.list)
        except MeetrecError as error:
            self._listed.show_empty(refusal_words("The library cannot be read", error.message, error.hint))
            return
        self._listed.show_empty(EMPTY)
        self._listed.show_sessions(sessions, self._picked_id)
        self._picked_id = ""
        count = len(sessions)
        told = f"{count:,} session{'s' if count != 1 else ''}" if count else ""
        self._masthead.show("meetrec", told, "Your meetings, newest first" if count else "")
        running = next((one for one in sessions if one.state == "recording"), None)
        told = f"● Recording now: {running.title}. Press a to attach." if running else ""
        self._recording_now.show(told)
        self.set_class(not sessions, "-empty")
        if not sessions:
            self._preview.show(None)
        self.refresh_bindings()

    @on(PickView.Picked)
    def _preview_picked(self, event: PickView.Picked) -> None:
        event.stop()
        session = self._listed.picked
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
        del parameters
        if action not in ("open", "rename", "export", "finish", "delete", "attach"):
            return True
        session = self._picked
        if session is None:
            return False
        if action == "attach":
            return any(one.state == "recording" for one in self._listed.sessions)
        if action == "finish":
            return session.state in ("recorded", "failed")
        return action not in ("delete", "export") or session.state not in _AT_WORK

    def action_record(self) -> None:
        self.post_message(self.RecordingWanted())

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

    def action_rename(self) -> None:
        self.run_worker(self._rename(), group="act")

    def action_delete(self) -> None:
        self.run_worker(self._delete(), group="act")

    def action_export(self) -> None:
        self.run_worker(self._export(), group="act")

    async def _rename(self) -> None:
        from meetrec.tui.screens.dialogs import TextDialog

        session = self._picked
        if session is None:
            return
        title = await self.app.push_screen_wait(TextDialog("Rename the session", session.title))
        if title and title != session.title:
            await self._act(lambda: self._library.rename(session.id, title))

    async def _delete(self) -> None:
        from meetrec.tui.screens.dialogs import ConfirmDialog

        session = self._picked
        if session is None:
            return
        text = "The recording, the captions, the notes and the minutes will be gone for good."
        if await self.app.push_screen_wait(ConfirmDialog(f"Delete “{session.title}”?", text)):
            await self._act(lambda: self._library.delete(session.id))

    async def _export(self) -> None:
        session = self._picked
        if session is not None:
            path = await self._act(lambda: self._library.export(session.id, "md"))
            if path:
                self.notify(str(path), title="Exported as Markdown", markup=False)

    async def _act(self, act: Callable[[], object]) -> object:
        """Run something that may block, then read the list again. A refusal is told, and gives None."""
        try:
            result = await in_background(act)
        except MeetrecError as error:
            tell_error(self, error)
            return None
        self.reload()
        return result
