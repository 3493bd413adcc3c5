"""Minutes of what is recorded already: `meetrec import` and `meetrec finish`."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from meetrec.cli.output import Output, Styled
from meetrec.cli.record import readable_file, run_headless
from meetrec.core.errors import ExitCode, MeetrecError
from meetrec.recorder.job import Job
from meetrec.storage.paths import Paths
from meetrec.storage.sessions import SessionStore
from meetrec.storage.settings_file import load_settings


def import_files(options: Namespace, output: Output) -> int:
    """Make a session of each file, with the title and date it bears. What is wrong is named, the rest goes on."""
    paths = Paths.from_environment()
    load_settings(paths.settings)
    worst: int = ExitCode.DONE
    left_out: list[str] = []
    for number, name in enumerate(options.files, 1):
        if len(options.files) > 1:
            output.line(Styled(f"{number} of {len(options.files)}: {Path(name).name}", "bold"))
        try:
            code = run_headless(paths, _import_job(name, options), output)
        except MeetrecError as error:
            output.error(error)
            code = error.exit_code
        if code > 128:  # a signal, which means all of them
            return code
        if code not in (ExitCode.DONE, ExitCode.MINUTES_MISSING):
            left_out.append(Path(name).name)
        worst = worst or code
    if left_out and len(options.files) > 1:
        done = len(options.files) - len(left_out)
        output.warn(f"{done} of {len(options.files)} files were imported; left out: {', '.join(left_out)}")
    return worst


def _import_job(name: str, options: Namespace) -> Job:
    from meetrec.audio.tags import read_tags

    path = readable_file(name)
    tags = read_tags(path)
    return Job(
        kind="import",
        title=tags.title or path.stem,
        source="file",
        path=str(path),
        speed=0.0,
        captions=False,
        finish=options.finish,
        model=options.model,
        started_at=tags.recorded_at.isoformat() if tags.recorded_at else "",
    )


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
