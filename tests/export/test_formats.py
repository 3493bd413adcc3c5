"""Every format, as a file that must not change by accident."""

from __future__ import annotations

import dataclasses
import io
import os
import time
import zipfile
from pathlib import Path, PurePath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetrec.core.document import Document
from meetrec.core.errors import UsageError
from meetrec.export.formats import FORMATS, format_for
from tests.export.documents import DRAFT, FULL, documents

GOLDEN = Path(__file__).parent / "golden"
WRITE = os.environ.get("GOLDEN") == "write"


def readable(content: bytes) -> bytes:
    """Return a text as it is, and of a Word document the part that holds its text, a paragraph a line.

    The rest of it is python-docx's, and how it is packed is zlib's.
    """
    if not content.startswith(b"PK"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read("word/document.xml").replace(b"<w:p>", b"\n<w:p>") + b"\n"


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(("kind", "document"), [("minutes", FULL), ("draft", DRAFT)], ids=["minutes", "draft"])
def test_a_format_gives_the_very_bytes_of_its_golden_file(name: str, kind: str, document: Document) -> None:
    """With GOLDEN=write in the environment the files are written anew, to be read and committed."""
    golden = GOLDEN / f"{kind}{FORMATS[name].suffix}"
    golden = golden if FORMATS[name].is_text else golden.with_suffix(f"{golden.suffix}.xml")
    made = readable(FORMATS[name].render(document))
    if WRITE:
        golden.write_bytes(made)
    assert made == golden.read_bytes()


@given(documents(), st.sampled_from(sorted(FORMATS)))
def test_every_format_takes_every_document(document: Document, name: str) -> None:
    made = FORMATS[name].render(document)
    assert made == FORMATS[name].render(document)
    assert not FORMATS[name].is_text or made.decode().encode() == made


def test_the_extension_says_which_format_is_wanted() -> None:
    for one in FORMATS.values():
        assert format_for(PurePath(f"x{one.suffix.upper()}")) is one
    with pytest.raises(UsageError, match="no format ends in nothing"):
        format_for(PurePath("x"))
    with pytest.raises(UsageError, match=r"no format ends in \.exe") as caught:
        format_for(PurePath("x.exe"))
    assert ".md" in caught.value.hint


def test_eight_hours_are_exported_in_a_moment() -> None:
    assert FULL.transcript is not None
    segments = tuple(
        dataclasses.replace(FULL.transcript.segments[number % 3], id=number, start=number * 1.4, end=number * 1.4 + 1.3)
        for number in range(20_000)
    )
    day = dataclasses.replace(
        FULL, transcript=dataclasses.replace(FULL.transcript, segments=segments), duration=28_800.0
    )
    for name, one in FORMATS.items():
        began = time.process_time()
        one.render(day)
        assert time.process_time() - began < 6.0, name  # benchmarks/export_time.py holds it to 2 s on a quiet machine
