"""The formats there are, by the name that `export -f` takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath

from meetrec.core.document import Document
from meetrec.core.errors import UsageError
from meetrec.core.sanitize import one_line
from meetrec.export.document_json import document_json
from meetrec.export.html_page import page
from meetrec.export.markdown import minutes
from meetrec.export.subtitles import srt, vtt
from meetrec.export.text import plain_text


@dataclass(frozen=True)
class Format:
    """`render` makes the whole file, as text in UTF-8, of a document."""

    render: Callable[[Document], str]
    suffix: str
    about: str


FORMATS: dict[str, Format] = {
    "md": Format(minutes, ".md", "Markdown with front matter"),
    "txt": Format(plain_text, ".txt", "plain text"),
    "json": Format(document_json, ".json", "everything, as data"),
    "srt": Format(srt, ".srt", "subtitles (SubRip)"),
    "vtt": Format(vtt, ".vtt", "subtitles with speakers (WebVTT)"),
    "html": Format(page, ".html", "one web page: to read, to search, to print"),
}


def format_for(path: PurePath) -> Format:
    """Return the format that the file's extension asks for. Raises UsageError where there is none."""
    suffix = path.suffix.lower()
    for one in FORMATS.values():
        if one.suffix == suffix:
            return one
    listed = ", ".join(one.suffix for one in FORMATS.values())
    raise UsageError(f"no format ends in {one_line(suffix, 20) or 'nothing'}", f"use one of {listed}, or say -f FORMAT")
