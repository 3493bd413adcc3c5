"""Subtitles: SubRip (.srt) and WebVTT (.vtt, W3C)."""

from __future__ import annotations

import html

from meetrec.core.document import Document
from meetrec.export.cues import cues

# SubRip has no escapes: what players take for tags, positions or an arrow is put in look-alikes of the same length.
_LOOK_ALIKES = str.maketrans("<>{}", "‹›()")  # noqa: RUF001 - that they look alike is the point


def srt(document: Document) -> str:
    """Return SubRip; a change of speaker stands in the text. Empty where nothing was said."""
    blocks = [
        f"{number}\n{_clock(cue.start_ms, ',')} --> {_clock(cue.end_ms, ',')}\n"
        + "\n".join(cue.lines).translate(_LOOK_ALIKES)
        for number, cue in enumerate(cues(document, names_in_text=True), 1)
    ]
    return "\n\n".join(blocks) + "\n" if blocks else ""


def vtt(document: Document) -> str:
    """Return WebVTT with a voice span (`<v Ana>`) for each cue."""
    blocks = ["WEBVTT"]
    if document.session.simulated:
        blocks.append("NOTE simulated: the words come from the built-in demo service")
    for cue in cues(document, names_in_text=False):
        shown = _voice(cue.name) + "\n".join(map(_escaped, cue.lines))
        blocks.append(f"{_clock(cue.start_ms, '.')} --> {_clock(cue.end_ms, '.')}\n{shown}")
    return "\n\n".join(blocks) + "\n"


def _voice(name: str) -> str:
    if not name:
        return ""
    if name.endswith("-"):  # "--" and the bracket would be an arrow, which ends the cue
        return f"<v {_escaped(name[:-1])}&#45;>"
    return f"<v {_escaped(name)}>"


def _escaped(text: str) -> str:
    return html.escape(text, quote=False)


def _clock(ms: int, point: str) -> str:
    return f"{ms // 3_600_000:02d}:{ms // 60_000 % 60:02d}:{ms // 1000 % 60:02d}{point}{ms % 1000:03d}"
