"""The top of the record screen: what is going on, how long, how loud, and how healthy. All of it in words."""

from __future__ import annotations

from textual.strip import Strip

from meetrec.core.clock import format_clock
from meetrec.tui.live import Live
from meetrec.tui.live_words import SHAPES, Status, heading_words, statuses
from meetrec.tui.painting import Painted, row
from meetrec.tui.words import Tone

QUIETEST_DB = -60.0
"""The left end of the level meter."""
_CLOCK_WIDTH = 24

_DIGITS = {
    "0": ("┏━┓", "┃ ┃", "┗━┛"),
    "1": (" ┓ ", " ┃ ", " ┻ "),
    "2": ("━━┓", "┏━┛", "┗━━"),
    "3": ("━━┓", " ━┫", "━━┛"),
    "4": ("╻ ╻", "┗━┫", "  ╹"),
    "5": ("┏━━", "┗━┓", "━━┛"),
    "6": ("┏━━", "┣━┓", "┗━┛"),
    "7": ("━━┓", "  ┃", "  ╹"),
    "8": ("┏━┓", "┣━┫", "┗━┛"),
    "9": ("┏━┓", "┗━┫", "━━┛"),
    ":": (" ", ":", " "),
}


class Heading(Painted[tuple[str, str, Tone, str]]):
    """One line, "● REC  Weekly sync": the state as shape and word, then the title."""

    def show(self, live: Live) -> None:
        self.show_value((*heading_words(live), live.title))

    def paint(self, value: tuple[str, str, Tone, str], width: int) -> list[Strip]:
        shape, word, tone, title = value
        ink = self.ink("strong", tone)
        plain = self.ink("plain")
        return [row(width, [(f"{shape} {word}", ink), ("   ", plain), (title, self.ink("strong"))], plain)]


class Clock(Painted[tuple[str, bool]]):
    """The recording's clock: three lines high where there is room, else one."""

    def show(self, live: Live) -> None:
        self.show_value((format_clock(live.clock), live.phase == "recording"))

    def paint(self, value: tuple[str, bool], width: int) -> list[Strip]:
        text, running = value
        ink, plain = self.ink("strong" if running else "quiet"), self.ink("plain")
        if self.size.height < 3:
            return [row(width, [], plain, right=[(text, ink)])]
        lines = ["".join(_DIGITS[char][line] for char in text) for line in range(3)]
        if width > _CLOCK_WIDTH + 8:  # a wide panel: the clock begins where all else begins
            return [row(width, [(line, ink)], plain) for line in lines]
        return [row(width, [], plain, right=[(line, ink)]) for line in lines]


class StatusBlock(Painted[tuple[Status, ...]]):
    """One line each for disk, captions, and sound or minutes."""

    def show(self, live: Live) -> None:
        lines = statuses(live)
        if self.show_value(lines):
            self.styles.height = len(lines)
            self.display = bool(lines)

    def paint(self, value: tuple[Status, ...], width: int) -> list[Strip]:
        return [self._line(width, line) for line in value]

    def _line(self, width: int, status: Status) -> Strip:
        tone = self.ink(status.tone)
        words = tone if status.tone in ("warn", "bad") else self.ink("plain")
        pieces = [(f"{SHAPES[status.tone]} ", tone), (f"{status.label:<12}", self.ink("quiet")), (status.words, words)]
        return row(width, pieces, self.ink("plain"))


class Meter(Painted[tuple[bool, tuple[float, ...]]]):
    """Loudness as the length of a line; once stopped, how much of the minutes is made."""

    _tracks = 1

    def show(self, live: Live) -> None:
        if live.is_recording or live.phase == "starting":
            shares = tuple(self._share(live.levels.get(track, -120.0)) for track in live.tracks)
        else:
            shares = (live.progress,)
        if len(shares) != self._tracks:
            self._tracks = len(shares)
            self.styles.height = len(shares)
        cells = max(self.size.width, 1) * 2
        self.show_value((live.is_recording, tuple(round(share * cells) / cells for share in shares)))

    @staticmethod
    def _share(level_db: float) -> float:
        return min(max(1 - level_db / QUIETEST_DB, 0.0), 1.0)

    def paint(self, value: tuple[bool, tuple[float, ...]], width: int) -> list[Strip]:
        recording, shares = value
        ink, faint = self.ink("good" if recording else "accent"), self.ink("faint")
        lines = []
        for share in shares:
            half = round(share * width * 2)
            full = min(half // 2, width)
            bar = "━" * full + ("╸" if half % 2 and full < width else "")
            lines.append(row(width, [(bar, ink), ("─" * (width - len(bar)), faint)], faint))
        return lines
