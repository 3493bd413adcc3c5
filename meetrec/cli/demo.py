"""`meetrec demo`: all of it on the built-in simulated service and the sample meeting."""

from __future__ import annotations

import os
import shutil
import tempfile
from argparse import Namespace
from pathlib import Path

from meetrec.cli.output import Output, Styled
from meetrec.cli.record import run_headless, shows_app
from meetrec.core.errors import ExitCode, StorageError
from meetrec.demo.meeting import sample_path
from meetrec.recorder.job import Job
from meetrec.storage.paths import HOME_VARIABLE, Paths
from meetrec.storage.settings_file import variable_of

TITLE = "Sample meeting"
HEADLESS_SPEED = 16.0


def demo(options: Namespace, output: Output) -> int:
    """Record the sample meeting against the simulated service, in a folder that goes away unless --keep."""
    home = None if options.keep else _new_home()
    if home is not None:
        os.environ[HOME_VARIABLE] = str(home)
    # The simulated service takes sound as fast as it comes; at the usual limit captions would lag behind.
    os.environ.setdefault(variable_of("provider.replay_speed"), "60")
    paths = Paths.from_environment()
    try:
        return _in_app(options, paths, output) if shows_app(options) else _headless(options, paths, output)
    finally:
        if home is not None:
            _remove(home, paths, output)


def _job(speed: float) -> Job:
    return Job(
        kind="record", title=TITLE, source="file", path=str(sample_path()), speed=speed, rate=24000, simulated=True
    )


def _in_app(options: Namespace, paths: Paths, output: Output) -> int:
    from meetrec.cli.app import record_in_app

    speed = 1.0 if options.speed is None else options.speed
    return record_in_app(paths, _job(speed), output, outlives=bool(options.keep))


def _headless(options: Namespace, paths: Paths, output: Output) -> int:
    speed = HEADLESS_SPEED if options.speed is None else options.speed
    pace = "as fast as possible" if speed == 0 else f"{speed:g} times faster than it was spoken"
    output.line(Styled("A demonstration: the speech service is simulated, nothing leaves this machine.", "bold"))
    output.line(f"The sample meeting is recorded {pace}.")
    output.line()
    code = run_headless(paths, _job(speed), output)
    if code == ExitCode.DONE and not options.json and not options.plain:
        _print_minutes(paths, output)
    return code


def _print_minutes(paths: Paths, output: Output) -> None:
    from meetrec.storage.sessions import SessionStore

    folder = SessionStore(paths).find("latest")
    output.line()
    output.document(folder.minutes.read_text(encoding="utf-8"))
    output.line()


def _new_home() -> Path:
    """Make a private folder that only this demonstration uses."""
    try:
        return Path(tempfile.mkdtemp(prefix="meetrec-demo-"))
    except OSError as error:
        raise StorageError(
            f"no temporary folder can be made: {error.strerror}", "free some space, or run meetrec demo --keep"
        ) from error


def _remove(home: Path, paths: Paths, output: Output) -> None:
    """Take the folder away, and with it the recorder that works in it: nobody could find either again."""
    from meetrec.recorder.front import RecorderFront

    if not RecorderFront(paths).end_all():
        output.line(f"the recorder still works in {home}")
        return
    shutil.rmtree(home, ignore_errors=True)
    output.line(f"the demonstration's files were in {home} and are gone; meetrec demo --keep keeps them")
