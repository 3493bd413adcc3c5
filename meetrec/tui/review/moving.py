"""Moving about a session: to a text, a doubt, a mark, a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.screen import Screen

from meetrec.core.clock import format_clock
from meetrec.core.errors import UsageError
from meetrec.core.moments import moment
from meetrec.tui.background import in_background
from meetrec.tui.notices import tell_error
from meetrec.tui.review.desk import Desk
from meetrec.tui.review.finding import Finder
from meetrec.tui.widgets.choice_list import Choice
from meetrec.tui.widgets.text_line import TextLine
from meetrec.tui.widgets.turns_view import TurnsView

FIRST, LAST = "g", "G"


class FindLine(TextLine):
    """Where the text to be found is typed."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "submit", "Keep", id="find.keep")]


class Moving:
    """Puts the cursor where the user wants it, and says where that is."""

    def __init__(self, screen: Screen[None], desk: Desk, view: TurnsView, tell: Callable[[str], None]) -> None:
        self._screen, self._desk, self._view, self._tell = screen, desk, view, tell
        self._finder = Finder()
        self._line: FindLine | None = None
        self._from: int | None = None
        self.wanted = ""
        """What is being looked for; empty for nothing."""

    async def prepare(self) -> None:
        """Get ready to find text."""
        lines = self._desk.page.lines
        await in_background(lambda: self._finder.prepare(lines))

    # -- finding ---------------------------------------------------------------------------------------------------

    @property
    def is_typing(self) -> bool:
        """Whether the text to be found is being typed."""
        return self._line is not None

    async def ask(self) -> None:
        """Open the line to type into."""
        if self._line is None:
            self._from = self._view.cursor
            self._line = FindLine(placeholder="Find in this session", id="find")
            await self._screen.mount(self._line, after="#told")
            self._line.focus()
            self._screen.refresh_bindings()

    async def close(self, *, keep: bool) -> None:
        """Close the line; what was found stays pointed out where it is to be kept."""
        if self._line is not None:
            line, self._line = self._line, None
            await line.remove()
            self._view.focus()
        if not keep:
            self.look_for("")
            self._view.pick(self._from)
            self._tell("")
        self._screen.refresh_bindings()

    def forget(self) -> None:
        """Look for nothing any more."""
        self.look_for("")
        self._tell("")

    def look_for(self, text: str) -> None:
        """Point out a text, and go to the first place from where the cursor was."""
        self.wanted = text.strip()
        self._view.show_found(self.wanted)
        if not self.wanted:
            self._tell("")
            return
        found = self._finder.found(self._view.entries, self.wanted)
        start = self._from or 0
        self._go(found, next((place for place, index in enumerate(found) if index >= start), 0))

    def next_found(self, step: int) -> None:
        """Go to the next or the previous place, around the end."""
        found = self._finder.found(self._view.entries, self.wanted)
        cursor = -1 if self._view.cursor is None else self._view.cursor
        later = [place for place, index in enumerate(found) if index > cursor]
        earlier = [place for place, index in enumerate(found) if index < cursor]
        self._go(found, (later[0] if later else 0) if step > 0 else (earlier[-1] if earlier else -1))

    def _go(self, found: list[int], place: int) -> None:
        if not found:
            self._tell(f"“{self.wanted}” is nowhere in this session.")
            return
        self._view.pick(found[place], center=True)
        self._tell(f"“{self.wanted}”: {place % len(found) + 1:,} of {len(found):,} · n next, N previous")

    # -- doubts, marks, times --------------------------------------------------------------------------------------

    def next_doubt(self, step: int) -> None:
        """Go to the next or the previous turn that deserves a second look, around the end."""
        view = self._view
        index = self._next(step, lambda place: bool(view.flags_of(place)))
        if index is None:
            self._tell("Nothing here is in doubt.")
            return
        view.pick(index, center=True)
        self._tell("; ".join(f"{one.words}: {one.why}" if one.why else one.words for one in view.flags_of(index)))

    def next_mark(self, step: int) -> None:
        """Go to the next or the previous mark or note, around the end."""
        index = self._next(step, lambda place: self._view.entries[place].kind in ("mark", "note"))
        if index is None:
            self._tell("There are no marks and no notes.")
        else:
            self._view.pick(index, center=True)

    def _next(self, step: int, is_one: Callable[[int], bool]) -> int | None:
        count = len(self._view.entries)
        at = (-1 if step > 0 else 0) if self._view.cursor is None else self._view.cursor
        places = ((at + step * number) % count for number in range(1, count + 1)) if count else ()
        return next((place for place in places if is_one(place)), None)

    async def ask_time(self) -> None:
        """Ask for a time, a mark or a note, and go there. A second g goes to the beginning, G to the end."""
        from meetrec.tui.screens.choosing import SuggestDialog

        document = self._desk.page.document
        known = [(one.at, f"mark {number}", one.text) for number, one in enumerate(document.marks, 1)]
        known += [(one.at, f"note {number}", one.text) for number, one in enumerate(document.notes, 1)]
        choices = [Choice(name, name, "", f"{format_clock(at)} {text}".strip()) for at, name, text in sorted(known)]
        dialog = SuggestDialog(
            "Go to", text="A time such as 12:34, a mark or a note; g is the beginning, G the end.", placeholder="12:34",
            suggestions=choices, at_once=(FIRST, LAST),
        )  # fmt: skip
        answer = await self._screen.app.push_screen_wait(dialog)
        if answer == FIRST:
            self._view.action_first()
        elif answer == LAST:
            self._view.action_last()
        elif answer:
            try:
                self._view.pick_at(moment(answer, document))
            except UsageError as error:
                tell_error(self._screen, error)
