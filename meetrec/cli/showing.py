"""`meetrec show`: the minutes in the terminal; while they are not made, the captions as a first draft."""

from __future__ import annotations

import sys
import textwrap
from argparse import Namespace

from meetrec.cli.output import Output, Styled
from meetrec.cli.sessions import job_of
from meetrec.core.clock import format_clock
from meetrec.core.document import Document
from meetrec.core.errors import ExitCode
from meetrec.export.document_json import document_json
from meetrec.export.flow import Entry, entries, gap_words, headline, remarks_on
from meetrec.export.text import plain_text
from meetrec.storage.documents import load_document
from meetrec.storage.paths import Paths
from meetrec.storage.sessions import SessionStore

WIDEST = 100
"""Lines longer than this are hard to read; what goes into a pipe is not broken at all."""


def show(options: Namespace, output: Output) -> int:
    """Print one session."""
    paths = Paths.from_environment()
    folder = SessionStore(paths).find(options.id)
    document = load_document(folder, job_of(paths, folder))
    if options.json:
        output.json_text(document_json(document))
    elif options.plain:
        output.document(plain_text(document))
    else:
        print_document(document, output)
    return ExitCode.DONE


def print_document(document: Document, output: Output) -> None:
    """Print title, what is to know, and what was said by whom."""
    width = min(output.columns, WIDEST) if output.rewrites else sys.maxsize
    output.line(Styled(document.session.title, "bold"))
    output.line(headline(document))
    for remark in remarks_on(document):
        for line in _wrapped(remark, width):
            output.line(Styled(line, "yellow"))
    for entry in entries(document):
        output.line()
        clock = Styled(format_clock(entry.start), "dim")
        if entry.kind == "turn":
            speaker = [Styled(entry.name, "bold"), Styled(" · ", "dim")] if entry.name else []
            output.line(*speaker, clock)
            for line in _wrapped(entry.text, width):
                output.line(line)
        else:
            output.line(clock, f"  {_remark(entry, document)}")


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)


def _remark(entry: Entry, document: Document) -> str:
    if entry.kind == "gap":
        return gap_words(entry, document)
    return f"{'★' if entry.kind == 'mark' else '✎'} {entry.text}".rstrip()
