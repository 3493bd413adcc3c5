"""Who spoke, and how much: a number to name them by, a shape, a name, a bar, and where they are heard best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.style import Style
from textual.strip import Strip

from meetrec.core.clock import format_clock, format_length
from meetrec.core.speaker_stats import SpeakerStats
from meetrec.tui.painting import row
from meetrec.tui.themes import SPEAKER_COUNT, shape_of
from meetrec.tui.widgets.pick_view import PickView
from meetrec.tui.wrap import fit, wrap

_EXCERPT_LINES = 2


class SpeakersPanel(PickView):
    """Shows the speakers of a transcript by first appearance. The cursor is seen while the panel has the keys."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._speakers: Sequence[SpeakerStats] = ()
        self._origins: Mapping[str, Sequence[str]] = {}

    def show_speakers(self, speakers: Sequence[SpeakerStats], origins: Mapping[str, Sequence[str]]) -> None:
        """Show these; `origins` are those who were merged into one, by id."""
        if (speakers, origins) == (self._speakers, self._origins) and self._rows.lines:
            return
        picked = self.picked.id if self.picked is not None else ""
        self._speakers, self._origins = speakers, origins
        self._painted.clear()
        self.lay_out()
        self.cursor = None
        found = next((place for place, one in enumerate(speakers) if one.id == picked), 0)
        self.pick(found if speakers else None)

    @property
    def picked(self) -> SpeakerStats | None:
        """Who the cursor is on."""
        return self._speakers[self.cursor] if self.cursor is not None and self.cursor < len(self._speakers) else None

    def on_focus(self) -> None:
        self._repaint_picked()

    def on_blur(self) -> None:
        self._repaint_picked()

    def _repaint_picked(self) -> None:
        if self.cursor is not None:
            self.repaint_item(self.cursor)

    def item_count(self) -> int:
        return len(self._speakers)

    def item_height(self, index: int, width: int) -> int:
        return len(self._lines(index, width, False))

    def paint_item(self, index: int, width: int) -> list[Strip]:
        return self._lines(index, width, self.has_focus and index == self.cursor)

    def _lines(self, index: int, width: int, picked: bool) -> list[Strip]:
        one = self._speakers[index]
        plain, quiet = self._ink(picked, "plain"), self._ink(picked, "quiet")
        ink = self._ink(picked, "strong", f"speaker-{index % SPEAKER_COUNT}")
        bar = ("▌" if picked else " ", self._ink(picked, "accent"))
        key = f"{index + 1} " if index < 9 else "  "
        head = [bar, (key, quiet), (f"{shape_of(index)} {one.name}", ink)]
        lines = [row(width, head, plain, right=[(f"{one.share * 100:.0f} %", plain)])]
        room = max(width - 3 - 9, 4)
        full = max(round(one.share * room), 1 if one.talk_time else 0)
        length = (f"{format_length(one.talk_time):>9}", quiet)
        faint = self._ink(picked, "faint")
        lines.append(row(width, [bar, ("  ", plain), ("━" * full, ink), ("─" * (room - full), faint), length], plain))
        lines += [row(width, [bar, ("  ", plain), (text, quiet)], plain) for text in self._details(one, width - 3)]
        return [*lines, row(width, [], self.ink("plain"))]

    def _details(self, one: SpeakerStats, width: int) -> list[str]:
        turns = f"{one.turns} turn{'s' if one.turns != 1 else ''}"
        lines = [f"{one.id} · {turns} · from {format_clock(one.first)}"]
        if one.id in self._origins:
            lines.append(f"with {', '.join(self._origins[one.id])}")
        said = wrap(f"“{one.excerpt.text}”", width)
        if len(said) > _EXCERPT_LINES:
            said = [*said[: _EXCERPT_LINES - 1], fit(f"{said[_EXCERPT_LINES - 1]} …", width - 1) + "”"]
        return [fit(line, width) for line in (*lines, *said)]

    def _ink(self, picked: bool, *names: str) -> Style:
        return self.ink("selected", *names) if picked else self.ink(*names)
