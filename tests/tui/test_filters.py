from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from meetrec.tui.filters import HarmlessFilter, harmless

BACKGROUND = Color.parse("#000000")


def filtered(*segments: Segment) -> list[Segment]:
    return HarmlessFilter().apply(list(segments), BACKGROUND)


@given(st.text())
def test_no_control_or_format_character_gets_through(text: str) -> None:
    shown = filtered(Segment(text))[0].text
    assert all(unicodedata.category(one) not in {"Cc", "Cf", "Cs"} for one in shown if one not in "\u200c\u200d")


@given(st.text(st.characters(exclude_categories=("Cc", "Cf", "Cs"))))
def test_harmless_text_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


@given(st.text(st.characters(categories=("Lu", "Ll", "Cc", "Cf", "Cs")), max_size=30))
def test_what_is_left_takes_as_much_room_as_was_laid_out(text: str) -> None:
    assert cell_len(harmless(text)) == sum(cell_len(char) for char in text)


def test_a_hyperlink_does_not_get_through_and_the_rest_of_the_style_does() -> None:
    segment = filtered(Segment("click", Style(bold=True, link="https://example.com")))[0]
    assert segment.style is not None
    assert segment.style.link is None
    assert segment.style.bold


def test_joined_emoji_and_persian_keep_their_joiners() -> None:
    text = "👩\u200d🚀 \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
    assert harmless(text) == text
