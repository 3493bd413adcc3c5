"""A session as a Word document (DOCX: ECMA-376, written by python-docx, an extra).

The paragraphs are written as one piece of XML, since python-docx takes a millisecond for each. The same
document gives the same bytes: the times in the archive are those of no clock.
"""

from __future__ import annotations

import importlib
import io
import unicodedata
import zipfile
from collections.abc import Iterator
from datetime import UTC
from html import escape
from typing import TYPE_CHECKING, Any

from meetrec.core.clock import format_clock
from meetrec.core.document import Document
from meetrec.core.errors import MeetrecError
from meetrec.export.flow import Entry, entries, gap_words, headline, plain, remarks_on

if TYPE_CHECKING:
    from docx.document import Document as WordFile

INSTALL = "pip install 'meetrec[docx]'"
_SPEAKER, _REMARK, _SUBTITLE = "Speaker", "Remark", "Subtitle"
_NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_TITLE_CHARS = 255  # python-docx takes no more as a property of the file
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first moment that a ZIP archive can tell
_GRAY = "5C6370"


def word(document: Document) -> bytes:
    """Return the file. Raises MeetrecError where python-docx is not installed."""
    docx = _python_docx()
    made: WordFile = docx.Document()
    _declare_styles(made)
    _describe(made, document)
    body = docx.oxml.parse_xml(f'<w:body xmlns:w="{_NAMESPACE}">{"".join(_paragraphs(document))}</w:body>')
    end = made.element.body[-1]  # the page's size and margins, which must stay the last
    for paragraph in list(body):
        end.addprevious(paragraph)
    stream = io.BytesIO()
    made.save(stream)
    return _without_times(stream.getvalue())


def _python_docx() -> Any:
    try:
        return importlib.import_module("docx")
    except ImportError as error:
        raise MeetrecError("Word documents need python-docx, which is not installed", INSTALL) from error


def _declare_styles(made: WordFile) -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Pt, RGBColor

    normal = made.styles["Normal"]
    normal.font.size = Pt(11)
    normal.paragraph_format.space_after = Pt(8)
    normal.paragraph_format.line_spacing = 1.25
    speaker = made.styles.add_style(_SPEAKER, WD_STYLE_TYPE.PARAGRAPH)
    speaker.base_style = normal
    speaker.paragraph_format.keep_with_next = True
    speaker.paragraph_format.space_before, speaker.paragraph_format.space_after = Pt(10), Pt(0)
    remark = made.styles.add_style(_REMARK, WD_STYLE_TYPE.PARAGRAPH)
    remark.base_style = normal
    remark.font.italic = True
    remark.font.color.rgb = RGBColor.from_string(_GRAY)
    remark.paragraph_format.left_indent = Pt(18)


def _describe(made: WordFile, document: Document) -> None:
    """Fill in the properties of the file; those of python-docx's own template do not stay."""
    properties, started = made.core_properties, document.session.started_at.astimezone(UTC).replace(tzinfo=None)
    properties.title = plain(document.session.title)[:_TITLE_CHARS]
    properties.author = properties.last_modified_by = "meetrec"
    properties.comments = ""
    properties.created = properties.modified = started


def _paragraphs(document: Document) -> Iterator[str]:
    yield _paragraph("Title", _run(plain(document.session.title)))
    yield _paragraph(_SUBTITLE, _run(headline(document)))
    for remark in remarks_on(document):
        yield _paragraph(_REMARK, _run(remark))
    for entry in entries(document):
        yield from _entry(entry, document)


def _entry(entry: Entry, document: Document) -> Iterator[str]:
    at = format_clock(entry.start)
    if entry.kind == "turn":
        name = _run(entry.name, bold=True) + _run(" · ", gray=True) if entry.name else ""
        yield _paragraph(_SPEAKER, name + _run(at, gray=True))
        yield _paragraph("", _run(entry.text), rtl=_is_rtl(entry.text))
    elif entry.kind == "gap":
        yield _paragraph(_REMARK, _run(gap_words(entry, document)))
    else:
        sign = "★" if entry.kind == "mark" else "✎"
        yield _paragraph(_REMARK, _run(f"{sign} {at} {entry.text}".rstrip()))


def _paragraph(style: str, runs: str, *, rtl: bool = False) -> str:
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    properties = f"<w:pPr>{named}{'<w:bidi/>' if rtl else ''}</w:pPr>" if style or rtl else ""
    return f"<w:p>{properties}{runs}</w:p>"


def _run(text: str, *, bold: bool = False, gray: bool = False) -> str:
    looks = "<w:b/><w:bCs/>" if bold else ""
    looks += f'<w:color w:val="{_GRAY}"/>' if gray else ""
    looks += "<w:rtl/>" if _is_rtl(text) else ""
    properties = f"<w:rPr>{looks}</w:rPr>" if looks else ""
    return f'<w:r>{properties}<w:t xml:space="preserve">{escape(text, quote=False)}</w:t></w:r>'


def _is_rtl(text: str) -> bool:
    """Tell whether the first letter is of a script written from right to left: Word does not find out by itself."""
    if text.isascii():
        return False
    kinds = (unicodedata.bidirectional(char) for char in text)
    return next((kind for kind in kinds if kind in {"L", "R", "AL"}), "L") != "L"


def _without_times(data: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for one in old.infolist():
            new.writestr(zipfile.ZipInfo(one.filename, _EPOCH), old.read(one), zipfile.ZIP_DEFLATED)
    return stream.getvalue()
