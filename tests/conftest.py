"""What holds for every test: a home of its own, no inherited settings or keys, and no network but loopback."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

INHERITED = ("OPENAI_", "AZURE_", "MEETREC_", "PULSE_")
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
TERMINAL = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "TMUX", "TMUX_PANE")

# A busy machine makes neither an example too late nor the making of examples "too slow".
_UNHURRIED: dict[str, Any] = {"deadline": None, "suppress_health_check": [hypothesis.HealthCheck.too_slow]}
hypothesis.settings.register_profile("local", **_UNHURRIED)
hypothesis.settings.register_profile("ci", **_UNHURRIED, derandomize=True, print_blob=True)


def pytest_configure() -> None:
    """Forget what the developer's shell set; done once, so that fixtures of wider scope may set their own."""
    for name in list(os.environ):
        if name.startswith(INHERITED) or name.upper() in PROXIES or name in TERMINAL:
            del os.environ[name]
    hypothesis.settings.load_profile("ci" if os.environ.get("CI") == "true" else "local")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder under which everything meetrec keeps lies during this test (it is made on first use)."""
    folder = tmp_path / "home"
    monkeypatch.setenv("MEETREC_HOME", str(folder))
    return folder


class NetworkForbiddenError(OSError):
    """A test tried to leave the machine."""


def leaves_the_machine(address: object) -> bool:
    """Say whether a socket address (a path, or a tuple that begins with the host) is anything but loopback."""
    if not isinstance(address, tuple):
        return False
    host = str(address[0]).partition("%")[0]
    if host in {"", "localhost"}:
        return False
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return True


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    """Refuse connections to other machines, and fail the test that tried, even if it took the error in its stride."""
    attempts: list[object] = []

    def guarded(name: str) -> Any:
        original = getattr(socket.socket, name)

        def call(self: socket.socket, *arguments: Any) -> Any:
            if leaves_the_machine(arguments[-1]):
                attempts.append(arguments[-1])
                raise NetworkForbiddenError(f"tests may only use loopback, not {arguments[-1]}")
            return original(self, *arguments)

        return call

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, guarded(name))
    yield attempts
    if attempts:
        pytest.fail(f"the test tried to reach another machine: {attempts}")
