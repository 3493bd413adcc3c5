"""The app: owns the two ports, the theme and the way from screen to screen. Each screen owns its workers."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from textual import events, on
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.theme import BUILTIN_THEMES, Theme

from meetrec.tui.background import answer_soon
from meetrec.tui.filters import HarmlessFilter
from meetrec.tui.painting import INKS
from meetrec.tui.ports import Library, Recorder
from meetrec.tui.screens.library import LibraryScreen
from meetrec.tui.themes import DARK, LIGHT, speaker_variables

if TYPE_CHECKING:  # these screens are loaded when they are first shown
    from meetrec.tui.screens.record import Connect, RecordScreen
    from meetrec.tui.screens.review import ReviewScreen
    from meetrec.tui.screens.search import SearchScreen

SIGNAL_GRACE_S = 3.0
"""How long the app may take to restore its terminal after a signal."""
GOES_ON = "The recording goes on. meetrec attach shows it again, meetrec stop ends it."

_KEY_NAMES = {
    "enter": "Enter",
    "escape": "Esc",
    "space": "Space",
    "up": "Up",
    "down": "Down",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
    "delete": "Del",
    "tab": "Tab",
    **{f"f{number}": f"F{number}" for number in range(1, 13)},
}


@dataclass(frozen=True)
class Start:
    """Where the app begins: `what`, and a title (record) or a session's id (attach, open; "" is the running one)."""

    what: Literal["library", "record", "attach", "open"] = "library"
    value: str = ""


class MeetrecApp(App[None]):
    """The screen. It knows neither disk, audio nor network, only the ports it is given."""

    COMPONENT_CLASSES: ClassVar[set[str]] = set(INKS)
    CSS_PATH = Path(__file__).with_name("meetrec.tcss")
    TITLE = "meetrec"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (76, "-normal"), (112, "-wide")]  # noqa: RUF012 - Textual's own form
    VERTICAL_BREAKPOINTS = [(0, "-low"), (22, "-high")]  # noqa: RUF012 - Textual's own form
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,f1", "show_help", "Help", id="app.help"),
        Binding("ctrl+p", "command_palette", "All commands", id="app.palette", show=False, priority=True),
        Binding("ctrl+t", "toggle_theme", "Dark or light", id="app.theme", show=False),
        Binding("ctrl+q", "quit", "Leave the screen; a recording goes on", id="app.quit", show=False, priority=True),
        Binding("ctrl+z", "suspend_process", "To the shell; fg comes back", id="app.suspend", show=False),
        Binding("ctrl+c", "interrupt", show=False, system=True),
    ]

    def __init__(
        self, library: Library, recorder: Recorder, *, settings_theme: str = DARK.name, start: Start | None = None,
        simulated: bool = False,
    ) -> None:  # fmt: skip
        if settings_theme not in {*BUILTIN_THEMES, DARK.name, LIGHT.name}:
            settings_theme = DARK.name
        self.set_reactive(App.theme, settings_theme)  # before anything is styled, or all of it is styled twice
        super().__init__()
        self.library = library
        self.recorder = recorder
        self._start = start or Start()
        self._simulated = simulated
        self._searched_for = ""
        self.pressed_at = 0.0
        """When a key was pressed last, on `time.monotonic`."""
        self.crash = ""
        """The traceback that ended the app; empty when nothing went wrong."""
        self._filters.append(HarmlessFilter())

    # -- start and end ---------------------------------------------------------------------------------------------

    @property
    def available_themes(self) -> dict[str, Theme]:
        """Textual's themes and the two of meetrec; one of them is wanted before `register_theme` could be called."""
        return {**super().available_themes, DARK.name: DARK, LIGHT.name: LIGHT}

    def get_default_screen(self) -> Screen[None]:
        """Begin with the first screen itself: a blank one below it would take a third of the time to start."""
        screen = self._first_screen()
        screen._push_result_callback(screen, None)  # as push_screen does; Textual can't switch a screen without it
        return screen

    def _first_screen(self) -> Screen[None]:
        match self._start.what:
            case "library":
                return self._library_screen()
            case "record":
                return self._record_screen(partial(self.recorder.start, self._start.value), self._start.value)
            case "attach":
                return self._record_screen(partial(self.recorder.attach, self._start.value or None))
            case "open":
                return self._review_screen(self._start.value)

    def on_mount(self) -> None:
        """Let no catchable signal end the app without the terminal being put back (Textual handles none of these)."""
        answer_soon()
        loop = asyncio.get_running_loop()
        for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"):
            number = getattr(signal, name, None)
            if number is not None:
                loop.add_signal_handler(number, partial(self._signaled, number))

    def _signaled(self, number: int) -> None:
        """End, and end for sure: on a terminal that is gone Textual can wait for ever to restore it.

        The screen holds nothing that could be lost: the recorder is another process.
        """
        last_resort = threading.Timer(SIGNAL_GRACE_S, os._exit, (128 + number,))
        last_resort.daemon = True
        last_resort.start()
        self.exit(return_code=128 + number)

    def _fatal_error(self) -> None:
        """Keep what Textual would print with every local variable in it: it goes to the log, without them."""
        self.crash = traceback.format_exc()
        self._close_messages_no_wait()

    @property
    def farewell(self) -> str:
        """A sentence to print once the screen is gone; empty when there is nothing to say."""
        return GOES_ON if self._leaves_recording else ""

    _leaves_recording = False

    async def on_event(self, event: events.Event) -> None:
        """Remember when a key was pressed."""
        if isinstance(event, events.Key):
            self.pressed_at = time.monotonic()
        await super().on_event(event)

    def exit(self, *arguments: object, **options: object) -> None:
        """Remember whether a recording goes on without its screen, then end."""
        from meetrec.tui.screens.record import RecordScreen

        screens = [screen for screen in self._screen_stack if isinstance(screen, RecordScreen)]
        self._leaves_recording = any(screen.live.is_recording for screen in screens)
        super().exit(*arguments, **options)  # type: ignore[arg-type]

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Give every theme, also Textual's own, the speakers' colors."""
        return speaker_variables(dark=self.current_theme.dark)

    def get_key_display(self, binding: Binding) -> str:
        """Name keys by words where their signs are missing from many fonts."""
        if binding.key.startswith("ctrl+"):
            return f"Ctrl+{binding.key[5:].upper()}"
        return _KEY_NAMES.get(binding.key) or super().get_key_display(binding)

    # -- the way from screen to screen -----------------------------------------------------------------------------

    def _library_screen(self, picked_id: str = "") -> LibraryScreen:
        return LibraryScreen(self.library, picked_id=picked_id, simulated=self._simulated)

    def _record_screen(self, connect: Connect, title: str = "") -> RecordScreen:
        from meetrec.tui.screens.record import RecordScreen

        return RecordScreen(connect, title=title, simulated=self._simulated)

    def _review_screen(self, session_id: str, at: float | None = None) -> ReviewScreen:
        from meetrec.tui.screens.review import ReviewScreen

        return ReviewScreen(self.library, session_id, at=at)

    def _search_screen(self, query: str = "") -> SearchScreen:
        from meetrec.tui.screens.search import SearchScreen

        return SearchScreen(self.library, query)

    @on(LibraryScreen.RecordingWanted)
    def _record(self) -> None:
        self.switch_screen(self._record_screen(partial(self.recorder.start, "")))

    @on(LibraryScreen.SessionWanted)
    def _open(self, event: LibraryScreen.SessionWanted) -> None:
        session = event.session
        if session.state in ("recording", "finishing"):
            self.switch_screen(self._record_screen(partial(self.recorder.attach, session.id), session.title))
        else:
            self.switch_screen(self._review_screen(session.id))

    @on(LibraryScreen.SearchWanted)
    def _search(self) -> None:
        self.switch_screen(self._search_screen())

    def on_search_screen_left(self) -> None:
        self.switch_screen(self._library_screen())

    def on_search_screen_hit_wanted(self, event: SearchScreen.HitWanted) -> None:
        session = event.session
        if session.state in ("recording", "finishing"):
            self.switch_screen(self._record_screen(partial(self.recorder.attach, session.id), session.title))
            return
        self._searched_for = event.query
        self.switch_screen(self._review_screen(session.id, event.at))

    def on_library_screen_finish_wanted(self, event: LibraryScreen.FinishWanted) -> None:
        self._finish(event.session_id)

    def on_review_screen_finish_wanted(self, event: ReviewScreen.FinishWanted) -> None:
        self._finish(event.session_id)

    def _finish(self, session_id: str) -> None:
        self.switch_screen(self._record_screen(partial(self.recorder.finish, session_id)))

    def on_record_screen_ended(self, event: RecordScreen.Ended) -> None:
        self.switch_screen(self._review_screen(event.session_id))

    def on_record_screen_left(self, event: RecordScreen.Left) -> None:
        self.switch_screen(self._library_screen(event.session_id))

    def on_review_screen_left(self, event: ReviewScreen.Left) -> None:
        """Go back to where the session was opened from."""
        query, self._searched_for = self._searched_for, ""
        self.switch_screen(self._search_screen(query) if query else self._library_screen(event.session_id))

    # -- actions ---------------------------------------------------------------------------------------------------

    def action_show_help(self) -> None:
        from meetrec.tui.screens.help import HelpScreen, help_lines

        self.push_screen(HelpScreen(help_lines(self.screen)))

    def action_toggle_theme(self) -> None:
        self.theme = LIGHT.name if self.current_theme.dark else DARK.name

    def action_interrupt(self) -> None:
        """Ctrl+C ends nothing here: it must not cost a recording. It says which keys do."""
        told = "Ctrl+Q leaves the screen; a recording goes on until you stop it."
        self.notify(told, title="Ctrl+C does nothing here", markup=False)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Offer every action of the bindings in the command palette."""
        from meetrec.tui.commands import binding_commands

        return binding_commands(screen)
