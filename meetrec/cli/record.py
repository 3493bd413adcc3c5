"""`meetrec record`: in the app, or headless."""

from __future__ import annotations

import os
import stat
from argparse import Namespace
from pathlib import Path

from meetrec.cli.following import Left, follow_to_the_end
from meetrec.cli.output import Output, stdin_is_terminal, stdout_is_terminal
from meetrec.cli.views import choose_view
from meetrec.core.errors import ExitCode, MeetrecError, UsageError
from meetrec.core.events import JobEnded
from meetrec.core.settings import Settings
from meetrec.recorder.job import Job
from meetrec.storage.paths import Paths
from meetrec.storage.settings_file import load_settings


def record(options: Namespace, output: Output) -> int:
    """Record until stopped, and make the minutes."""
    _check(options)
    paths = Paths.from_environment()
    job = _job(options, load_settings(paths.settings), paths)
    if shows_app(options) and job.source != "stdin":
        from meetrec.cli.app import record_in_app
        from meetrec.cli.trusting import confirm_host

        confirm_host(paths, job, output)
        return record_in_app(paths, job, output)
    return run_headless(paths, job, output)


def shows_app(options: Namespace) -> bool:
    """Whether the options and the terminal allow the app."""
    headless = options.headless or options.json or options.plain
    return not headless and stdin_is_terminal() and stdout_is_terminal()


def run_headless(paths: Paths, job: Job, output: Output) -> int:
    """Carry out the job without a screen and return the exit status."""
    from meetrec.cli.trusting import confirm_host
    from meetrec.recorder.front import RecorderFront

    confirm_host(paths, job, output)
    front = RecorderFront(paths)
    try:
        ended = follow_to_the_end(lambda: front.spawn(job), choose_view(output, job))
    except Left as left:
        return left.code
    if ended.code != ExitCode.DONE:
        output.error(reason(ended))
    return ended.code


def reason(ended: JobEnded) -> MeetrecError:
    """Return why a job ended as it did, as an error to be told."""
    why = ended.why or "the recorder ended with an error it did not name"
    return MeetrecError(why, ended.hint or "look at recorder.log in the state folder")


def _check(options: Namespace) -> None:
    """Refuse combinations that make no sense, before anything begins."""
    from_file = options.source not in ("", "-")
    if options.source == "-" and stdin_is_terminal():
        raise UsageError("standard input is a terminal, no sound comes from it", "pipe raw s16le mono PCM into meetrec")
    if options.rate is not None and options.source != "-":
        raise UsageError('--rate belongs to "--from -"', "leave it out: a file knows its rate")
    if options.speed is not None and not from_file:
        raise UsageError("--speed belongs to --from FILE", "leave it out, or name a file")
    if options.device and options.source:
        raise UsageError("--device and --from exclude each other", "choose one of them")
    if options.continued and options.title:
        raise UsageError("a session that goes on has its title already", "use meetrec rename to give it another")


def _job(options: Namespace, settings: Settings, paths: Paths) -> Job:
    session = ""
    if options.continued:
        from meetrec.storage.sessions import SessionStore

        session = SessionStore(paths).find(options.continued).id
    from_file = options.source not in ("", "-")
    return Job(
        kind="record",
        session=session,
        title=" ".join(options.title),
        source="file" if from_file else "stdin" if options.source else "microphone",
        device=options.device or settings.audio.device,
        path=str(readable_file(options.source)) if from_file else "",
        speed=1.0 if options.speed is None else options.speed,
        rate=options.rate or settings.audio.rate,
        captions=options.captions and settings.captions.enabled,
        finish=options.finish,
    )


def readable_file(name: str) -> Path:
    """Return the absolute path of a file that can be read and is not empty; whether it is audio shows later."""
    path = Path(name).expanduser().absolute()
    try:
        status = path.stat()
        readable = os.access(path, os.R_OK)
    except (OSError, ValueError) as error:
        why = "there is no such file" if isinstance(error, FileNotFoundError) else f"it can't be read: {error}"
        raise MeetrecError(f"{name}: {why}", "check the name and where it is") from error
    if stat.S_ISDIR(status.st_mode):
        raise MeetrecError(f"{name} is a folder", "name an audio file in it")
    if not readable:
        raise MeetrecError(f"{name} can't be read: permission denied", "check its permissions")
    if stat.S_ISREG(status.st_mode) and status.st_size == 0:
        raise MeetrecError(f"{name} is empty", "choose a file that holds audio")
    return path
