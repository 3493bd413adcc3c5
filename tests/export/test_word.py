"""Word documents, read back with python-docx."""

from __future__ import annotations

import dataclasses
import io
import re
import sys
import zipfile

import docx
import pytest
from docx.document import Document as WordFile
from hypothesis import given, settings

from meetrec.core.document import Document
from meetrec.core.errors import MeetrecError
from meetrec.export.flow import entries, plain
from meetrec.export.word import word
from tests.export.documents import FULL, HOSTILE, SESSION, documents, saying


def read(document: Document) -> WordFile:
    return docx.Document(io.BytesIO(word(document)))


def parts(document: Document) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(word(document))) as archive:
        assert archive.testzip() is None
        assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        return {name: archive.read(name) for name in archive.namelist()}


@settings(max_examples=25)  # packing and unpacking an archive takes a tenth of a second each
@given(documents())
def test_every_paragraph_is_read_back(document: Document) -> None:
    paragraphs = [(one.style.name if one.style else "", one.text) for one in read(document).paragraphs]
    assert paragraphs[0] == ("Title", plain(document.session.title))
    turns = [entry for entry in entries(document) if entry.kind == "turn"]
    assert [text for style, text in paragraphs if style == "Normal"] == [entry.text for entry in turns]
    heads = [text for style, text in paragraphs if style == "Speaker"]
    assert [head.rpartition(" · ")[0] for head in heads] == [entry.name for entry in turns]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_text_and_nothing_else(text: str) -> None:
    document = saying(text, name=text, title=text, note=text)
    assert plain(text) in [one.text for one in read(document).paragraphs]
    body = parts(document)["word/document.xml"].decode()
    used = set(re.findall(r"<w:(\w+)", body))
    assert used <= {
        "document", "body", "p", "pPr", "pStyle", "bidi", "r", "rPr", "b", "bCs", "color", "rtl", "t",
        "sectPr", "pgSz", "pgMar", "cols", "docGrid",
    }  # fmt: skip
    assert b"http://evil" not in b"".join(content for name, content in parts(document).items() if "rels" in name)


def test_the_file_says_what_it_is_and_when_it_was() -> None:
    properties = read(FULL).core_properties
    assert (properties.title, properties.author, properties.comments) == ("Weekly sync", "meetrec", "")
    assert properties.created is not None
    assert f"{properties.created:%Y-%m-%d %H:%M}" == "2026-11-20 13:05"
    long = dataclasses.replace(FULL, session=dataclasses.replace(SESSION, title="x" * 300))
    assert read(long).core_properties.title == "x" * 255


def test_speech_from_right_to_left_is_set_so() -> None:
    body = parts(saying("\u0645\u0631\u062d\u0628\u0627", name="Ana"))["word/document.xml"].decode()
    assert re.search(r"<w:pPr><w:bidi/></w:pPr><w:r><w:rPr><w:rtl/></w:rPr><w:t[^>]*>\u0645", body)
    assert "<w:bidi/>" not in parts(FULL)["word/document.xml"].decode()


def test_the_same_document_gives_the_same_bytes() -> None:
    assert word(FULL) == word(FULL)


def test_without_python_docx_one_sentence_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "docx", None)
    with pytest.raises(MeetrecError) as caught:
        word(FULL)
    assert caught.value.message == "Word documents need python-docx, which is not installed"
    assert caught.value.hint == "pip install 'meetrec[docx]'"
