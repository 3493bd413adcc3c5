"""Processes under measurement: what they cost by the system's own accounting, and the service they talk to."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from meetrec.recorder.front import RecorderFront
from meetrec.storage.locks import running_jobs
from meetrec.storage.paths import Paths

PROGRAM = str(Path(sys.executable).with_name("meetrec"))
_LISTENS = re.compile(r"http://127\.0\.0\.1:(\d+)")


@contextlib.contextmanager
def silent_service(*options: str) -> Iterator[int]:
    """Run the silent service in a process of its own; yields its port."""
    command = [sys.executable, "-m", "benchmarks.silent_service", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        found = None
        while found is None:
            line = process.stdout.readline()
            assert line, "the silent service did not start"
            found = _LISTENS.search(line)
        yield int(found[1])
    finally:
        process.kill()
        process.wait()


def environment(home: Path, port: int, **more: str) -> dict[str, str]:
    """Return what meetrec is started with to keep all in `home` and to use the service on `port`.

    Python may keep what it has compiled, as it does where meetrec is installed.
    """
    foreign = ("MEETREC_", "OPENAI_", "AZURE_", "PULSE_", "PYTHONDONTWRITEBYTECODE")
    own = {key: value for key, value in os.environ.items() if not key.startswith(foreign)}
    own |= {"MEETREC_HOME": str(home), "OPENAI_BASE_URL": f"http://127.0.0.1:{port}/v1", "OPENAI_API_KEY": "benchmark"}
    return own | more


def cpu_seconds(pid: int) -> float:
    """Return user and system seconds of a living process and of the children it has reaped (/proc/PID/stat)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(field) for field in fields[11:15]) / os.sysconf("SC_CLK_TCK")


def memory_mb(pid: int, what: str = "VmRSS") -> float:
    """Return the resident megabytes of a living process, with "VmHWM" its peak (/proc/PID/status)."""
    line = next(one for one in Path(f"/proc/{pid}/status").read_text().splitlines() if one.startswith(what))
    return int(line.split()[1]) / 1024


def recorder_pid(home: Path) -> int:
    """Return the recorder process at work in `home`."""
    return running_jobs(Paths.under(home))[0].pid


def stop_recorders(home: Path) -> None:
    """Stop what still records in `home`, and wait until it has ended."""
    paths = Paths.under(home)
    for running in RecorderFront(paths).running():
        running.ask("stop")
    deadline = time.monotonic() + 30
    while running_jobs(paths) and time.monotonic() < deadline:
        time.sleep(0.05)


def end(process: subprocess.Popen[bytes]) -> float:
    """Ask a process to end and return the CPU seconds it took from its start on."""
    process.send_signal(signal.SIGTERM)
    usage = os.wait4(process.pid, 0)[2]
    process.returncode = 0
    return usage.ru_utime + usage.ru_stime


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` of the values lie."""
    ordered = sorted(values)
    return ordered[round(share * (len(ordered) - 1))]
