"""Who spoke, and how much: a number to name them by, a shape, a name, a bar."""

from __future__ import annotations

from textual.strip import Strip

from meetrec.core.clock import format_length
from meetrec.core.transcript import Transcript
from meetrec.tui.painting import Painted, row
from meetrec.tui.themes import SPEAKER_COUNT, shape_of


class SpeakersPanel(Painted[tuple[tuple[str, bool, float], ...]]):
    """Shows the speakers of a transcript by first appearance, each with their share of the talking."""

    def show(self, transcript: Transcript | None) -> None:
        rows: tuple[tuple[str, bool, float], ...] = ()
        if transcript is not None:
            times = transcript.talk_times()
            rows = tuple((one.name, one.named, times.get(one.id, 0.0)) for one in transcript.speakers)
        self.show_value(rows)

    def paint(self, value: tuple[tuple[str, bool, float], ...], width: int) -> list[Strip]:
        rows = value
        plain, quiet = self.ink("plain"), self.ink("quiet")
        lines = [row(width, [("Speakers", self.ink("strong"))], plain), row(width, [], plain)]
        total = sum(seconds for _, _, seconds in rows) or 1.0
        for number, (name, _, seconds) in enumerate(rows):
            lines += self._speaker(width, number, name, seconds, seconds / total)
        if not rows:
            lines.append(row(width, [("Told apart in the minutes.", quiet)], plain))
        elif not any(named for _, named, _ in rows):
            lines.append(row(width, [("Press a number to name one.", quiet)], plain))
        return lines

    def _speaker(self, width: int, number: int, name: str, seconds: float, share: float) -> list[Strip]:
        plain, quiet, faint = self.ink("plain"), self.ink("quiet"), self.ink("faint")
        ink = self.ink("strong", f"speaker-{number % SPEAKER_COUNT}")
        key = f"{number + 1} " if number < 9 else "  "
        percent = f"{share * 100:.0f} %"
        head = row(width, [(key, quiet), (f"{shape_of(number)} {name}", ink)], plain, right=[(percent, plain)])
        room = max(width - 2 - 9, 4)
        full = max(round(share * room), 1 if seconds else 0)
        length = f"{format_length(seconds):>9}"
        bar = [("  ", plain), ("━" * full, ink), ("─" * (room - full), faint), (length, quiet)]
        return [head, row(width, bar, plain), row(width, [], plain)]
