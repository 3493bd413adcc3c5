"""`meetrec export`: minutes as files, never in place of one that is there unless told so."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Collection
from pathlib import Path

from meetrec.cli.output import Output
from meetrec.cli.sessions import job_of
from meetrec.core.document import Document
from meetrec.core.errors import ExitCode, StorageError, UsageError
from meetrec.export.file_names import file_name
from meetrec.export.formats import FORMATS, Format
from meetrec.storage.documents import load_document
from meetrec.storage.files import make_folder, write_whole
from meetrec.storage.paths import Paths
from meetrec.storage.sessions import SessionStore


def export(options: Namespace, output: Output) -> int:
    """Write each session in the format asked for: by -f, else by the ending of -o, else as Markdown."""
    ending = Path(options.output).suffix.removeprefix(".").lower()
    name = options.format or (ending if ending in FORMATS else "md")
    documents = [_load(one) for one in dict.fromkeys(options.ids)]
    if options.output == "-":
        _print(documents, name, output)
    else:
        targets = _targets(documents, FORMATS[name], options.output)
        for document, path in zip(documents, targets, strict=True):
            write_export(path, FORMATS[name].render(document), force=options.force)
            output.line(str(path))
    for document in documents:
        if document.is_draft:
            session_id = document.session.id
            output.warn(f"{session_id} has no minutes, its captions were exported", f"run meetrec finish {session_id}")
    return ExitCode.DONE


def write_export(path: Path, text: str, *, force: bool = False) -> None:
    """Write the file; one that is there is replaced only by `force`, and only if it is a plain file."""
    if path.exists() and not path.is_file():
        raise StorageError(f"{path} is no plain file", 'choose another name; "-o -" is standard output')
    if path.exists() and not force:
        raise StorageError(f"{path} is there already", "say --force to replace it, or -o PATH to write elsewhere")
    write_whole(path, text, new=not force)


def unused(path: Path, taken: Collection[Path] = ()) -> Path:
    """Return the path, with a number before its ending where that is among `taken`, or there already."""
    number, free = 1, path
    while free in taken or free.exists() or free.is_symlink():
        number += 1
        free = path.with_name(f"{path.stem} ({number}){path.suffix}")
    return free


def _load(wanted: str) -> Document:
    paths = Paths.from_environment()
    folder = SessionStore(paths).find(wanted)
    return load_document(folder, job_of(paths, folder))


def _print(documents: list[Document], name: str, output: Output) -> None:
    if len(documents) > 1:
        raise UsageError("standard output takes one session at a time", "write several to a folder: -o FOLDER")
    text = FORMATS[name].render(documents[0])
    if name == "json":
        output.json_text(text)
    else:
        output.document(text)


def _targets(documents: list[Document], form: Format, wanted: str) -> list[Path]:
    """Return where each document goes; of several with one title, the later get a number."""
    place = Path(wanted).expanduser()
    if wanted and len(documents) == 1 and not place.is_dir() and not wanted.endswith("/"):
        return [place]
    if wanted:
        make_folder(place)
    targets: list[Path] = []
    for document in documents:
        path = place / file_name(document.session.title, form.suffix)
        targets.append(unused(path, targets) if path in targets else path)
    return targets
