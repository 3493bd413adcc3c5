"""Screens over the screen: what lies below them is dimmed."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TypeVar

from rich.console import RenderableType
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.renderables.background_screen import BackgroundScreen
from textual.screen import ModalScreen

Answer = TypeVar("Answer")


class OverScreen(ModalScreen[Answer]):
    """A modal screen that is there sooner: a screen has a thousand pieces of text, but few styles to be dimmed."""

    def render(self) -> RenderableType:
        rendered = super().render()
        if isinstance(rendered, BackgroundScreen):
            return _Dimmed(rendered.screen, rendered.color)
        return rendered


class _Dimmed(BackgroundScreen):
    """Looks as Textual's own does, and works each style out once."""

    @classmethod
    def process_segments(cls, segments: Iterable[Segment], color: Color) -> Iterable[Segment]:
        for segment in segments:
            if segment.control:
                yield segment
            else:
                yield Segment(segment.text, _dimmed(segment.style or Style.null(), color))


@lru_cache(maxsize=2048)
def _dimmed(style: Style, color: Color) -> Style:
    (one,) = BackgroundScreen.process_segments([Segment(" ", style)], color)
    return one.style or Style.null()
