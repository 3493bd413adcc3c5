"""The record screen: a client of the recorder process. Closing it never stops the recording."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.message import Message
from textual.screen import Screen

from meetrec.core.errors import MeetrecError
from meetrec.core.events import AudioLevel, Event
from meetrec.tui.live import Live
from meetrec.tui.live_words import advice_words, empty_captions_words
from meetrec.tui.notices import tell_error
from meetrec.tui.ports import Command, Running
from meetrec.tui.widgets.banner import SIMULATED, Banner
from meetrec.tui.widgets.captions import CaptionsView
from meetrec.tui.widgets.dashboard import Clock, Heading, Meter, StatusBlock
from meetrec.tui.widgets.key_bar import KeyBar

Connect = Callable[[], Awaitable[Running | None]]
TICK_SECONDS = 0.2
"""How often clock, level and status are looked at; each is painted only when what it shows has changed."""
CAPTION_SECONDS = 0.03
"""How much caption text is gathered into one repaint."""


class RecordScreen(Screen[None]):
    """Shows a running session: recording, then its minutes being made.

    `connect` starts it or attaches to it; None means that nothing runs.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "mark", "Mark", id="record.mark"),
        Binding("n,i", "note", "Note", id="record.note"),
        Binding("space,p", "pause", "Pause", id="record.pause"),
        Binding("space,p", "resume", "Go on", id="record.resume"),
        Binding("s", "stop", "Stop", id="record.stop"),
        Binding("r", "retry", "Try again", id="record.retry"),
        Binding("enter", "review", "Read what there is", id="record.review"),
        Binding("escape,ctrl+d", "leave", "Leave", id="record.leave", tooltip="The recording goes on"),
    ]

    IMPORTANT: ClassVar[tuple[str, ...]] = ("stop", "pause", "resume", "retry", "leave")

    class Left(Message):
        """The user left the screen; the session may still run."""

        def __init__(self, session_id: str) -> None:
            super().__init__()
            self.session_id = session_id

    class Ended(Message):
        """There is nothing left to wait for: the minutes are ready, or cannot be made now."""

        def __init__(self, session_id: str) -> None:
            super().__init__()
            self.session_id = session_id

    def __init__(self, connect: Connect, *, title: str = "", simulated: bool = False) -> None:
        super().__init__()
        self._connect = connect
        self._session: Running | None = None
        self.live = Live(title=title)
        self._moments_shown = 0
        self._flush_pending = False
        self._flushed_at = 0.0
        # Kept, not queried: a worker may outlive its place in the tree for a moment.
        self._simulated = Banner("note", SIMULATED if simulated else "", id="simulated")
        self._heading = Heading(id="heading")
        self._status = StatusBlock(id="status")
        self._clock = Clock(id="clock")
        self._meter = Meter(id="meter")
        self._gauges = Container(self._clock, self._meter, id="gauges")
        self._advice = Banner("bad", id="advice")
        self._captions = CaptionsView(id="captions")
        self._following = Banner("warn", id="following")

    def compose(self) -> ComposeResult:
        yield self._simulated
        with Container(id="stage"):
            with Container(id="dashboard"):
                yield Container(self._heading, self._status, id="state")
                yield self._gauges
            yield Container(self._advice, self._captions, id="reading")
        yield self._following
        yield KeyBar()

    def on_mount(self) -> None:
        self._captions.focus()  # Textual gives it to nobody while another window has it
        self.show_state()
        self.set_interval(TICK_SECONDS, self.show_state)
        self.run_worker(self._follow(), group="follow", exclusive=True)

    # -- what comes in ---------------------------------------------------------------------------------------------

    async def _follow(self) -> None:
        try:
            self._session = await self._connect()
            if self._session is None:
                self.live.fail("nothing is being recorded now", "")
            else:
                await self._take_all(self._session)
        except MeetrecError as error:
            self.live.fail(error.message, error.hint)
        self.show_state()
        self.refresh_bindings()

    async def _take_all(self, running: Running) -> None:
        async with aclosing(running.events()) as events:
            async for event in events:
                self._take(event)
                if self.live.phase == "ready":
                    break
        if self.live.phase == "ready" or (self.live.phase == "failed" and self.live.has_begun):
            self.post_message(self.Ended(self.live.session_id or running.session_id))
        elif self.live.phase != "failed":
            self.live.fail("it does not answer any more", "press r to look for it again")

    def _take(self, event: Event) -> None:
        phase = self.live.phase
        self.live.apply(event)
        changed = self._captions.take(event)
        for moment in self.live.moments[self._moments_shown :]:
            self._captions.add_moment(moment)
            changed = True
        self._moments_shown = len(self.live.moments)
        if changed or not isinstance(event, AudioLevel):
            self._flush_soon()
        if self.live.phase != phase:
            self.refresh_bindings()

    def _flush_soon(self) -> None:
        """Paint captions now, or in a moment when that was done just before."""
        if self._flush_pending:
            return
        self._flush_pending = True
        waited = time.monotonic() - self._flushed_at
        if waited >= CAPTION_SECONDS:
            self.call_later(self._flush)
        else:
            self.set_timer(CAPTION_SECONDS - waited, self._flush)

    def _flush(self) -> None:
        self._flush_pending = False
        self._flushed_at = time.monotonic()
        self._captions.flush()
        self.show_state()

    # -- what is shown ---------------------------------------------------------------------------------------------

    def show_state(self) -> None:
        """Bring the dashboard up to date. What has not changed is not painted again."""
        live = self.live
        self._heading.show(live)
        self._status.show(live)
        self._gauges.display = live.has_begun or live.phase == "starting"
        self._clock.show(live)
        self._meter.show(live)
        self._advice.show(advice_words(live))
        self._captions.show_empty(empty_captions_words(live))
        if live.simulated:
            self._simulated.show(SIMULATED)

    @on(CaptionsView.FollowingChanged)
    def _show_following(self, event: CaptionsView.FollowingChanged) -> None:
        event.stop()
        new = f" · {event.new} new" if event.new else ""
        self._following.show("" if event.following else f"Not following, End to follow{new}")

    # -- what the user wants ---------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what makes sense in this phase."""
        del parameters
        phase = self.live.phase
        wanted = {
            "mark": self.live.is_recording,
            "note": self.live.is_recording,
            "stop": self.live.is_recording,
            "pause": phase == "recording",
            "resume": phase == "paused",
            "retry": phase in ("lost", "failed"),
            "review": phase in ("lost", "failed") and self.live.has_begun,
        }
        return wanted.get(action, True)

    def action_mark(self) -> None:
        self._send("mark")

    def action_pause(self) -> None:
        self._send("pause")

    def action_resume(self) -> None:
        self._send("resume")

    def action_stop(self) -> None:
        self._send("stop")

    def action_retry(self) -> None:
        self.live = Live(title=self.live.title, simulated=self.live.simulated)
        self._moments_shown = 0
        self._captions.clear()
        self.show_state()
        self.refresh_bindings()
        self.run_worker(self._follow(), group="follow", exclusive=True)

    def action_review(self) -> None:
        self.post_message(self.Ended(self.live.session_id))

    def action_leave(self) -> None:
        if self.query("#note"):
            self._close_note()
            return
        self.post_message(self.Left(self.live.session_id))

    async def action_note(self) -> None:
        from meetrec.tui.widgets.text_line import TextLine

        if not self.query("#note"):
            line = TextLine(placeholder="A note, at this moment. Enter keeps it, Esc leaves.", id="note")
            await self.mount(line, before=self.query_one(KeyBar))
            line.focus()

    def on_input_submitted(self, event: Message) -> None:
        event.stop()
        text = " ".join(str(getattr(event, "value", "")).split())
        self._close_note()
        if text:
            self._send("note", text)

    def _close_note(self) -> None:
        self.query("#note").remove()
        self._captions.focus()

    def _send(self, command: Command, text: str = "") -> None:
        self.run_worker(self._sending(command, text), group="send")

    async def _sending(self, command: Command, text: str) -> None:
        if self._session is None:
            return
        try:
            await self._session.send(command, text)
        except MeetrecError as error:
            tell_error(self, error)
