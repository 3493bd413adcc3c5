"""The calm pair of themes, and eight speaker colors that stay apart for color-blind readers.

The hues follow Okabe and Ito ("Color Universal Design", 2008), lightened for dark and darkened for light backgrounds
until each reads with a contrast of at least 4.5 : 1. A shape goes with each, so that color is never the only sign.
"""

from __future__ import annotations

from textual.theme import Theme

SPEAKER_SHAPES = ("●", "■", "▲", "◆", "○", "□", "△", "◇")
SPEAKER_COUNT = len(SPEAKER_SHAPES)

_ON_DARK = ("#5cb8f0", "#f0a830", "#3fc79a", "#e79fca", "#f2e56b", "#ff9160", "#a5b4ff", "#c3cad3")
_ON_LIGHT = ("#0a659c", "#8f5600", "#00694b", "#9c3572", "#6b5d00", "#a93c08", "#3d4db3", "#4a525c")

DARK = Theme(
    name="meetrec-dark",
    dark=True,
    background="#12161c",
    surface="#191f27",
    panel="#232b35",
    foreground="#d9dfe6",
    primary="#82b7ea",
    secondary="#93a4b5",
    accent="#e6b566",
    success="#7fc79a",
    warning="#e6b566",
    error="#f2938a",
    variables={"footer-key-foreground": "#82b7ea"},
)
LIGHT = Theme(
    name="meetrec-light",
    dark=False,
    background="#fbfaf7",
    surface="#f2f1ec",
    panel="#e6e4dd",
    foreground="#23292f",
    primary="#1c5d97",
    secondary="#55626f",
    accent="#855400",
    success="#1d6f40",
    warning="#855400",
    error="#ae261d",
    variables={"footer-key-foreground": "#1c5d97"},
)


def speaker_variables(*, dark: bool) -> dict[str, str]:
    """Return the CSS variables of the speakers' colors, `speaker-0` to `speaker-7`."""
    return {f"speaker-{number}": color for number, color in enumerate(_ON_DARK if dark else _ON_LIGHT)}


def shape_of(number: int) -> str:
    """Return the marker of the speaker of that number, counted from 0."""
    return SPEAKER_SHAPES[number % SPEAKER_COUNT]
