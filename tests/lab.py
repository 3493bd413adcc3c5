"""A real sound server for tests: PulseAudio without hardware, in a folder of its own, one for each test worker.

`micpipe` is a null sink: what is played into it is what the microphone `mic` ("Virtual_Microphone") hears. `spk` is
the other side: what is played into it can be recorded from its monitor. Nothing of the user's own sound is touched.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from tests.needs import need

PATIENCE = 60.0
"""Seconds a wait lasts before it fails."""

_MICROPHONE = "source_name=mic master=micpipe.monitor source_properties=device.description=Virtual_Microphone"
_MODULES = (
    "module-native-protocol-unix",
    "module-null-sink sink_name=spk sink_properties=device.description=Virtual_Speaker rate=48000 channels=2",
    "module-null-sink sink_name=micpipe sink_properties=device.description=Mic_Pipe rate=48000 channel_map=mono",
    f"module-remap-source {_MICROPHONE}",
    "module-always-sink",
)
# A null sink nobody reads wakes up every two seconds only: the beginning of a recording would be missing.
_READ_ALWAYS = ("mic", "spk.monitor")


class Lab:
    """The sound server. A context manager: leaving it ends every process it has started, and no other."""

    def __init__(self) -> None:
        need("pulseaudio", "portaudio", "alsa-pulse")
        self.folder = Path(tempfile.mkdtemp(prefix="lab-"))
        self.environment = {"XDG_RUNTIME_DIR": str(self.folder / "run"), "HOME": str(self.folder / "home")}
        """What a program must be started with to hear and play here."""
        for folder in self.environment.values():
            Path(folder).mkdir(mode=0o700)
        self._server: subprocess.Popen[bytes] | None = None
        self._others: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        """Start the server, also again after `kill`, and wait until its microphone runs."""
        log = self.folder / "pulse.log"
        command = ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", f"--log-target=file:{log}"]
        command += ["--disallow-exit", "--use-pid-file=no"]  # a pid file would outlive a killed server
        for module in _MODULES:
            command += ["-L", module]
        self._server = self._spawn(*command)
        self.wait_for(lambda: "mic" in self.sources(), "PulseAudio offers its microphone")
        self._others += [self._spawn("parec", "--latency-msec=20", "-d", source, "--raw") for source in _READ_ALWAYS]
        self.wait_for(
            lambda: self.pactl("list", "short", "sources").count("RUNNING") >= len(_READ_ALWAYS), "sound runs"
        )

    def kill(self) -> None:
        """End the server and its readers as `kill -9` does."""
        for process in [self._server, *self._others]:
            if process is not None:
                with contextlib.suppress(ProcessLookupError):
                    process.send_signal(signal.SIGKILL)
                process.wait()
        self._server, self._others = None, []

    def freeze(self) -> None:
        """Let the server hang (SIGSTOP), until `thaw`."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let the server go on."""
        self._signal(signal.SIGCONT)

    def pactl(self, *arguments: str) -> str:
        """Run pactl and return what it prints."""
        command = ["pactl", *arguments]
        return subprocess.run(command, env=self._env(), capture_output=True, text=True, timeout=PATIENCE).stdout

    def sources(self) -> list[str]:
        """Return the names of what can be recorded from."""
        rows = [line.split("\t") for line in self.pactl("list", "short", "sources").splitlines()]
        return [row[1] for row in rows if len(row) > 1]

    def play(self, path: Path, sink: str = "micpipe", latency_ms: int = 100) -> subprocess.Popen[bytes]:
        """Begin to play a sound file: into the microphone, or into the speaker ("spk"). Wait for the result to end.

        What is to be played without a gap also on a busy machine needs a long latency.
        """
        player = self._spawn("paplay", f"--latency-msec={latency_ms}", f"--device={sink}", str(path))
        self._others.append(player)
        return player

    def wait_for(self, condition: Callable[[], bool], what: str) -> None:
        """Return when `condition` holds; fail when it does not in time."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline, f"waited {PATIENCE:.0f} s in vain until {what}"
            time.sleep(0.02)

    def _signal(self, number: signal.Signals) -> None:
        assert self._server is not None
        self._server.send_signal(number)

    def _spawn(self, *command: str) -> subprocess.Popen[bytes]:
        nothing = subprocess.DEVNULL
        return subprocess.Popen(command, env=self._env(), stdin=nothing, stdout=nothing, stderr=nothing)

    def _env(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PULSE_")}
        return inherited | self.environment


@pytest.fixture(scope="session")
def shared_lab() -> Iterator[Lab]:
    """Start one sound server for all tests of this worker."""
    with Lab() as lab:
        yield lab


@pytest.fixture
def lab(shared_lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Lab:
    """Return a running sound server that this process and its children use during the test."""
    for name, value in shared_lab.environment.items():
        monkeypatch.setenv(name, value)
    for name in ("PULSE_SERVER", "PULSE_SOURCE", "PULSE_SINK", "ALSA_CONFIG_PATH"):
        monkeypatch.delenv(name, raising=False)
    if "mic" not in shared_lab.sources():
        shared_lab.kill()
        shared_lab.start()
    return shared_lab
