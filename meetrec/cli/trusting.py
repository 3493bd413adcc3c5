"""The question whether a host that only the environment names may be given the key and what is said: once for each."""

from __future__ import annotations

import os

from meetrec.cli.output import Output, stdin_is_terminal
from meetrec.core.errors import SettingsError, UntrustedHostError
from meetrec.provider.endpoints import find_endpoint
from meetrec.recorder.job import Job
from meetrec.storage.paths import Paths
from meetrec.storage.settings_file import load_settings, set_value


def confirm_host(paths: Paths, job: Job, output: Output) -> None:
    """Ask before the job sends anything; a yes is kept in the settings, a no raises UntrustedHostError.

    Without a terminal nothing is asked: the recorder refuses then, in words that say how to allow it. So it does with
    whatever else is wrong with the address.
    """
    sends = (job.captions or job.finish) and not job.simulated
    if not sends or not stdin_is_terminal():
        return
    settings = load_settings(paths.settings)
    try:
        find_endpoint(settings.provider, os.environ)
    except UntrustedHostError as error:
        if not output.ask(f"{error.message}. May it?"):
            raise
        hosts = ",".join([*settings.provider.trusted_hosts, error.host])
        set_value(paths.settings, "provider.trusted_hosts", hosts)
    except SettingsError:
        return
