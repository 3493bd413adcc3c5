"""What a search found: sessions, and below each the lines that hold what was looked for."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip

from meetrec.core.clock import format_clock, format_length
from meetrec.core.found import Found, Hit
from meetrec.core.session import SessionSummary
from meetrec.tui.painting import Piece, row
from meetrec.tui.widgets.pick_view import PickView
from meetrec.tui.words import date_words, short_date_words

_WIDE = 90


class HitList(PickView):
    """The lines of a search. A session and each of its hits can be picked."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._items: list[tuple[Found, Hit | None]] = []
        self._rest: int | None = None
        """Where the cursor stands as long as nobody moves it."""

    def begin(self) -> None:
        """Something else is looked for: the cursor goes to the first hit of what is shown next."""
        self._rest = self.cursor

    def show_found(self, found: Sequence[Found]) -> None:
        """Show these; the cursor goes to the first hit, or stays on the hit to which it was moved."""
        before = self._place(self.cursor) if self.cursor != self._rest else None
        self._items = [(one, hit) for one in found for hit in (None, *one.hits)]
        self.lay_out()
        self.cursor = None
        again = next((index for index in range(len(self._items)) if before and self._place(index) == before), None)
        if again is not None:
            self._rest = None
            self.pick(again)
            return
        first = next((place for place, (_, hit) in enumerate(self._items) if hit is not None), 0)
        self.pick(first if self._items else None)
        self._rest = self.cursor
        self.scroll_to(y=0, animate=False, immediate=True, force=True)

    def _place(self, index: int | None) -> tuple[str, str, float] | None:
        """Return what stands there: the session, and kind and second of the hit."""
        if index is None or index >= len(self._items):
            return None
        found, hit = self._items[index]
        return (found.session.id, hit.kind, hit.at) if hit else (found.session.id, "", 0.0)

    @property
    def picked(self) -> tuple[SessionSummary, float | None] | None:
        """The session under the cursor, and the second of the hit there; a session itself has its first."""
        if self.cursor is None or self.cursor >= len(self._items):
            return None
        found, hit = self._items[self.cursor]
        hit = hit or next(iter(found.hits), None)
        return found.session, hit.at if hit else None

    def item_count(self) -> int:
        return len(self._items)

    def item_height(self, index: int, width: int) -> int:
        del width
        head = self._items[index][1] is None
        return 2 if head and index else 1

    def paint_item(self, index: int, width: int) -> list[Strip]:
        found, hit = self._items[index]
        picked = index == self.cursor
        bar = ("▌ " if picked else "  ", self._ink(picked, "accent"))
        if hit is not None:
            return [row(width, [bar, *self._hit(hit, picked, width)], self._ink(picked, "plain"))]
        session = found.session
        date = date_words(session.started_at) if width >= _WIDE else short_date_words(session.started_at)
        about = f"  {date} · {format_length(session.duration)}"
        more = found.count - len(found.hits)
        right = [(f"{more:,} more ", self._ink(picked, "quiet"))] if more > 0 else []
        title = (session.title, self._ink(picked, "strong"))
        head = row(width, [bar, title, (about, self._ink(picked, "quiet"))], self._ink(picked, "plain"), right=right)
        return [row(width, [], self.ink("plain")), head] if index else [head]

    def _hit(self, hit: Hit, picked: bool, width: int) -> list[Piece]:
        who = f"{hit.speaker}: " if hit.speaker else {"note": "▸ Note: ", "mark": "◆ Mark: "}.get(hit.kind, "")
        head = f"  {format_clock(hit.at)}  "
        room = width - 2 - len(head) - cell_len(who)
        plain, strong = self._ink(picked, "plain"), self._ink(picked, "strong", "accent")
        pieces: list[Piece] = [(head, self._ink(picked, "quiet")), (who, self._ink(picked, "quiet"))]
        at = _first_shown(hit, room)
        if at:
            pieces.append(("… ", plain))
        for start, end in hit.marked:
            if start >= at:
                pieces += [(hit.text[at:start], plain), (hit.text[start:end], strong)]
                at = end
        return [*pieces, (hit.text[at:], plain)]

    def _ink(self, picked: bool, *names: str) -> Style:
        return self.ink("selected", *names) if picked else self.ink(*names)


def _first_shown(hit: Hit, room: int) -> int:
    """Return the first character to show, so that what was found is in sight."""
    if not hit.marked or cell_len(hit.text[: hit.marked[0][1]]) <= room - 2:
        return 0
    start = max(hit.marked[0][0] - room // 3, 0)
    return hit.text.find(" ", start, hit.marked[0][0]) + 1 or start
