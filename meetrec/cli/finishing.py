"""Minutes of what is recorded already: `meetrec finish`."""

from __future__ import annotations

from argparse import Namespace

from meetrec.cli.output import Output
from meetrec.cli.record import run_headless
from meetrec.recorder.job import Job
from meetrec.storage.paths import Paths
from meetrec.storage.sessions import SessionStore
from meetrec.storage.settings_file import load_settings


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
