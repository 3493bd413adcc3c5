"""`meetrec export`: sessions as files, never in place of one that is there unless told so."""

from __future__ import annotations

import shutil
from argparse import Namespace
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from meetrec.cli.output import Output, stdin_is_terminal, stdout_is_terminal
from meetrec.cli.sessions import job_of
from meetrec.core.document import Document
from meetrec.core.errors import ExitCode, StorageError, UsageError
from meetrec.core.settings import ExportSettings
from meetrec.export.file_names import check_pattern, file_name
from meetrec.export.formats import FORMATS, Choices, format_for
from meetrec.export.template import BUILT_IN, Template, read_template
from meetrec.storage.documents import load_document
from meetrec.storage.files import make_folder, read_text, storage_error, write_whole
from meetrec.storage.paths import Paths
from meetrec.storage.session_folder import SessionFolder
from meetrec.storage.sessions import SessionStore
from meetrec.storage.settings_file import load_settings

TEMPLATE_LIMIT = 1 << 20


@dataclass(frozen=True, eq=False)
class Target:
    """One file to be written: what of, where, and where its sound goes, if that is wanted."""

    folder: SessionFolder
    document: Document
    path: Path
    sound: Path | None = None

    @property
    def paths(self) -> list[Path]:
        return [self.path, *([self.sound] if self.sound is not None else [])]


def export(options: Namespace, output: Output) -> int:
    """Write each session in the format asked for: by -f, else by the ending of -o, else as Markdown."""
    paths = Paths.from_environment()
    settings = load_settings(paths.settings).export
    name = _format_name(options, settings)
    choices = Choices(template=load_template(settings, paths) if name == "md" else None)
    store = SessionStore(paths)
    folders = [store.find(one) for one in options.ids]
    loaded = [(one, load_document(one, job_of(paths, one))) for one in dict.fromkeys(folders)]
    code: int = ExitCode.DONE
    if options.output == "-":
        _print([document for _, document in loaded], name, choices, output)
    else:
        targets = _targets(loaded, name, options, settings)
        replaces = {target: _may_replace(target, options.force, output) for target in targets}
        wanted = {target: force for target, force in replaces.items() if force is not None}
        for target, force in wanted.items():
            _write(target, name, choices, force)
            for path in target.paths:
                output.line(str(path))
        code = ExitCode.DONE if wanted else ExitCode.FAILED
    for _, document in loaded:
        if document.is_draft:
            session_id = document.session.id
            output.warn(f"{session_id} has no minutes, its captions were exported", f"run meetrec finish {session_id}")
    return code


def path_in(place: Path, document: Document, name: str, settings: ExportSettings) -> Path:
    """Return where a document is written into a folder. For the app."""
    return place / file_name(document, FORMATS[name].suffix, settings.file_name)


def load_template(settings: ExportSettings, paths: Paths) -> Template | None:
    """Return the user's template for Markdown, checked; None where the built-in one is to be used.

    A relative path counts from the folder of the settings file. Raises SettingsError, StorageError.
    """
    if settings.template:
        path = paths.settings.parent / Path(settings.template).expanduser()
        return read_template(read_text(path, limit=TEMPLATE_LIMIT, follow=True), settings.turn, str(path))
    return read_template(BUILT_IN, settings.turn) if settings.turn else None


def write_export(path: Path, content: bytes, *, force: bool = False) -> None:
    """Write the file; one that is there is replaced only by `force`, and only if it is a plain file."""
    _check_free(path, force)
    write_whole(path, content, new=not force)


def unused(path: Path, taken: Collection[Path] = ()) -> Path:
    """Return the path, with a number before its ending where that is among `taken`, or there already."""
    number, free = 1, path
    while free in taken or free.exists() or free.is_symlink():
        number += 1
        free = path.with_name(f"{path.stem} ({number}){path.suffix}")
    return free


def _format_name(options: Namespace, settings: ExportSettings) -> str:
    """Return the name of the format, once everything that was asked for goes together."""
    check_pattern(settings.file_name)
    name: str = options.format or _by_ending(options.output, len(options.ids))
    if options.audio and name != "html":
        raise UsageError("only a web page takes its sound along", "say -f html --audio")
    if options.audio and options.output == "-":
        raise UsageError("standard output takes no sound", "write the page to a file: -o PAGE.html")
    if options.output == "-" and not FORMATS[name].is_text and stdout_is_terminal():
        raise UsageError(f"{FORMATS[name].about} is no text for a terminal", f"write it to a file: -f {name} -o FILE")
    return name


def _by_ending(wanted: str, sessions: int) -> str:
    place = Path(wanted)
    if wanted in {"", "-"} or wanted.endswith("/") or not place.suffix or sessions > 1 or place.expanduser().is_dir():
        return "md"
    form = format_for(place)
    return next(name for name, one in FORMATS.items() if one is form)


def _print(documents: list[Document], name: str, choices: Choices, output: Output) -> None:
    if len(documents) > 1:
        raise UsageError("standard output takes one session at a time", "write several to a folder: -o FOLDER")
    content = FORMATS[name].render(documents[0], choices)
    if not FORMATS[name].is_text:
        output.data(content)
    elif name == "json":
        output.json_text(content.decode())
    else:
        output.document(content.decode())


def _targets(
    loaded: list[tuple[SessionFolder, Document]], name: str, options: Namespace, settings: ExportSettings
) -> list[Target]:
    """Return where each document goes; of several with one title, the later get a number."""
    place, suffix = Path(options.output).expanduser(), FORMATS[name].suffix
    if options.output and len(loaded) == 1 and not place.is_dir() and not options.output.endswith("/"):
        return [_target(*loaded[0], place, options.audio)]
    if place.suffix.lower() in {one.suffix for one in FORMATS.values()} and not place.is_dir():
        raise UsageError("several sessions do not go into one file", "write them to a folder: -o FOLDER")
    if options.output:
        make_folder(place)
    targets: list[Target] = []
    for folder, document in loaded:
        path = place / file_name(document, suffix, settings.file_name)
        taken = [one.path for one in targets]
        targets.append(_target(folder, document, unused(path, taken) if path in taken else path, options.audio))
    return targets


def _target(folder: SessionFolder, document: Document, path: Path, audio: bool) -> Target:
    if not audio:
        return Target(folder, document, path)
    if not folder.audio.is_file():
        raise StorageError(f"{folder.id} has no sound any more", "export it without --audio")
    return Target(folder, document, path, path.with_suffix(folder.audio.suffix))


def _may_replace(target: Target, force: bool, output: Output) -> bool | None:
    """Return whether files that are there may be replaced, None where somebody says that they are to stay.

    Raises StorageError where nobody can be asked, before anything is written.
    """
    may = force
    for path in target.paths:
        if path.is_file() and not path.is_symlink() and not force and stdin_is_terminal():
            if not output.ask(f"Replace {path}?"):
                output.line(f"{path} was left as it is")
                return None
            may = True
        else:
            _check_free(path, force)
    return may


def _check_free(path: Path, force: bool) -> None:
    if path.is_symlink():
        raise StorageError(f"{path} is a symbolic link and will not be followed", "choose another name")
    if path.exists() and not path.is_file():
        raise StorageError(f"{path} is no plain file", 'choose another name; "-o -" is standard output')
    if path.exists() and not force:
        raise StorageError(f"{path} is there already", "say --force to replace it, or -o PATH to write elsewhere")


def _write(target: Target, name: str, choices: Choices, force: bool) -> None:
    """Write the files of one session."""
    if target.sound is not None:
        choices = Choices(template=choices.template, audio=target.sound.name)
    content = FORMATS[name].render(target.document, choices)
    if target.sound is not None:
        _copy(target.folder.audio, target.sound)
    write_export(target.path, content, force=force)


def _copy(source: Path, target: Path) -> None:
    """Copy the sound, as a whole or not at all: it may be gigabytes, and the disk may be full."""
    temporary = target.with_name(f".{target.name[:100]}.tmp")
    try:
        shutil.copyfile(source, temporary, follow_symlinks=False)
        temporary.chmod(0o600)
        temporary.replace(target)
    except OSError as error:
        raise storage_error(error, target, "written") from error
    finally:
        temporary.unlink(missing_ok=True)
