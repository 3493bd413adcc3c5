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
from meetrec.export.template import Template, render_template
from meetrec.export.text import plain_text
from meetrec.export.word import word


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What can be chosen of an export beside its format; a format takes what concerns it."""

    template: Template | None = None
    """Of Markdown; None for the one that is built in."""
    audio: str = ""
    """Of the web page: the name of a sound file beside it."""


_AS_EVER = Choices()


@dataclass(frozen=True)
class Format:
    """A format: what a document is in it, the ending of its files, and what it is in a few words."""

    make: Callable[[Document, Choices], str | bytes]
    suffix: str
    about: str
    is_text: bool = True

    def render(self, document: Document, choices: Choices = _AS_EVER) -> bytes:
        """Return the whole file; a text is UTF-8. Raises MeetrecError where what makes it is not installed."""
        made = self.make(document, choices)
        return made.encode() if isinstance(made, str) else made


def _markdown(document: Document, choices: Choices) -> str:
    return minutes(document) if choices.template is None else render_template(choices.template, document)


FORMATS: dict[str, Format] = {
    "md": Format(_markdown, ".md", "Markdown with front matter"),
    "txt": Format(lambda document, _: plain_text(document), ".txt", "plain text"),
    "json": Format(lambda document, _: document_json(document), ".json", "everything, as data"),
    "srt": Format(lambda document, _: srt(document), ".srt", "subtitles (SubRip)"),
    "vtt": Format(lambda document, _: vtt(document), ".vtt", "subtitles with speakers (WebVTT)"),
    "html": Format(
        lambda document, choices: page(document, choices.audio), ".html", "a web page to read, search and print"
    ),
    "docx": Format(lambda document, _: word(document), ".docx", "a Word document", is_text=False),
}


def format_for(path: PurePath) -> Format:
    """Return the format that the file's extension asks for. Raises UsageError where there is none."""
    suffix = path.suffix.lower()
    for one in FORMATS.values():
        if one.suffix == suffix:
            return one
    listed = ", ".join(one.suffix for one in FORMATS.values())
    raise UsageError(f"no format ends in {one_line(suffix, 20) or 'nothing'}", f"use one of {listed}, or say -f FORMAT")
