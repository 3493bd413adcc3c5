from __future__ import annotations

import pytest
from textual.color import Color
from textual.theme import Theme

from meetrec.tui.themes import DARK, LIGHT, SPEAKER_SHAPES, speaker_variables

both = pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)


def luminance(color: Color) -> float:
    parts = [value / 255 for value in color.rgb]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.2, 1.4.3."""
    low, high = sorted((luminance(Color.parse(one)), luminance(Color.parse(other))))
    return (high + 0.05) / (low + 0.05)


@both
def test_every_speaker_can_be_read_on_every_background(theme: Theme) -> None:
    for color in speaker_variables(dark=theme.dark).values():
        for background in (theme.background, theme.panel):
            assert background is not None
            assert contrast(color, background) >= 4.5, (color, background)


@both
def test_every_tone_can_be_read(theme: Theme) -> None:
    for color in (theme.foreground, theme.primary, theme.accent, theme.success, theme.warning, theme.error):
        for background in (theme.background, theme.panel):
            assert color is not None
            assert background is not None
            assert contrast(color, background) >= 4.5, (color, background)


def test_no_two_speakers_share_a_shape_or_a_color() -> None:
    assert len(set(SPEAKER_SHAPES)) == len(SPEAKER_SHAPES) == 8
    for dark in (True, False):
        assert len(set(speaker_variables(dark=dark).values())) == 8
