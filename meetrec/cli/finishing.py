"""Minutes of what is recorded already: `meetrec import` and `meetrec finish`."""

from __future__ import annotations

from argparse import Namespace

from meetrec.cli.output import Output
from meetrec.cli.record import readable_file, run_headless
from meetrec.core.errors import ExitCode
from meetrec.recorder.job import Job
from meetrec.storage.paths import Paths
from meetrec.storage.sessions import SessionStore
from meetrec.storage.settings_file import load_settings


def import_files(options: Namespace, output: Output) -> int:
    """Make a session of each file. A file that is wrong is told before any work begins."""
    paths = Paths.from_environment()
    load_settings(paths.settings)
    files = [readable_file(name) for name in options.files]
    worst: int = ExitCode.DONE
    for path in files:
        job = Job(
            kind="import",
            title=path.stem,
            source="file",
            path=str(path),
            speed=0.0,
            captions=False,
            finish=options.finish,
            model=options.model,
        )
        code = run_headless(paths, job, output)
        if code > 128:  # a signal, which means all of them
            return code
        worst = worst or code
    return worst


def finish(options: Namespace, output: Output) -> int:
    """Make what is missing of a session's minutes."""
    paths = Paths.from_environment()
    load_settings(paths.settings)
    folder = SessionStore(paths).find(options.id)
    session = folder.session
    job = Job(
        kind="finish",
        session=folder.id,
        title=session.title,
        model=options.model,
        again=options.again,
        simulated=session.simulated,
    )
    return run_headless(paths, job, output)
