"""One line that says what is played: where, how fast, and who is heard. Not there until something was played."""

from __future__ import annotations

from typing import NamedTuple

from textual import events
from textual.message import Message
from textual.strip import Strip

from meetrec.core.clock import format_clock
from meetrec.core.playing import Playing, speed_words
from meetrec.tui.painting import Painted, row


class Heard(NamedTuple):
    """What the bar shows: the player's state, who is heard ("" for nobody), and something to say at the right."""

    playing: Playing
    who: str = ""
    aside: str = ""


class PlayerBar(Painted[tuple[str, str, str]]):
    """Shows "▶ 00:12:34 / 01:02:03 · 1.25× · Ana"."""

    DEFAULT_CSS = "PlayerBar { height: 1; width: 1fr; display: none; }"

    class Clicked(Message):
        """The bar was clicked."""

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.post_message(self.Clicked())

    def show(self, heard: Heard) -> None:
        self.show_value((*bar_words(heard), heard.aside))
        self.display = True

    def paint(self, value: tuple[str, str, str], width: int) -> list[Strip]:
        state, words, aside = value
        trouble = state == "!"
        pieces = [(f"{state} ", self.ink("bad" if trouble else "accent")), (words, self.ink("plain"))]
        right = [] if len(words) + len(aside) + 6 > width else [(aside, self.ink("quiet"))]
        return [row(width, pieces, self.ink("plain"), right=right)]


def bar_words(heard: Heard) -> tuple[str, str]:
    """Return a sign for the state, and the rest of the line. No state is told by its sign alone."""
    playing = heard.playing
    if playing.problem:
        hint = "Space tries again" if playing.state == "no output" else playing.hint
        return "!", f"{_sentence(playing.problem)} · {hint}" if hint else _sentence(playing.problem)
    pieces = [f"{format_clock(playing.position)} / {format_clock(playing.duration)}"]
    if playing.speed != 1:
        pieces.append(speed_words(playing.speed))
    if heard.who and playing.state != "ended":
        pieces.append(heard.who)
    sign, word = {"paused": ("‖", "paused"), "ended": ("■", "ended"), "stopped": ("■", "stopped")}.get(
        playing.state, ("▶", "")
    )
    return sign, " · ".join([*pieces, word] if word else pieces)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
