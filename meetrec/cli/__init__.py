"""The commands; the one place that puts the parts together."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from meetrec.cli.grammar import build_parser
from meetrec.cli.output import Output
from meetrec.cli.parser import parse
from meetrec.core.errors import ExitCode, MeetrecError

if TYPE_CHECKING:
    from argparse import Namespace

    Command = Callable[[Namespace, Output], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command line (without the program's name) and return the exit status."""
    words = sys.argv[1:] if arguments is None else arguments
    output = Output(json_events="--json" in words)
    try:
        namespace = parse(build_parser(), words)
        output.json_events, output.quiet = namespace.json, namespace.plain or namespace.json
        code = _command(namespace.run)(namespace, output)
    except MeetrecError as error:
        output.error(error)
        code = error.exit_code
    except KeyboardInterrupt:
        code = ExitCode.INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last guard: a defect is told in words and kept for a report
        output.error(_defect(error))
        code = ExitCode.FAILED
    return output.end(code)


def _command(run: str) -> Command:
    """Import the one module that is needed."""
    module, _, function = run.partition(":")
    gc.disable()  # what is imported stays: to look for garbage in it takes a twentieth of the time to start
    try:
        command: Command = getattr(import_module(f"meetrec.cli.{module}"), function)
    finally:
        gc.freeze()
        gc.enable()
    return command


def _defect(error: Exception) -> MeetrecError:
    """Keep what a developer needs in a file, and put the rest into words."""
    import traceback

    from meetrec.storage.files import make_folder, write_whole
    from meetrec.storage.paths import Paths

    message = f"a defect in meetrec: {type(error).__name__}: {error}"
    path = Paths.from_environment().logs / "defect.txt"
    try:
        make_folder(path.parent)
        write_whole(path, "".join(traceback.format_exception(error)))
    except MeetrecError as trouble:
        return MeetrecError(message, f"report it with what you did ({trouble.message})")
    return MeetrecError(message, f"report it with {path} (no key and no text of a meeting is in it)")
