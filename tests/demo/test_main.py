"""`python -m meetrec.demo` serves until it is interrupted, and says in one sentence what is wrong."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "meetrec.demo"]


def test_it_says_where_it_is_and_that_it_is_simulated() -> None:
    with subprocess.Popen(COMMAND, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("Simulated speech service")
        url = re.search(r"http://127\.0\.0\.1:\d+/v1", line)
        assert url
        request = urllib.request.Request(url.group() + "/models", headers={"Authorization": "Bearer k"})  # noqa: S310 - http to this machine
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - http to this machine
            assert json.load(answer)["object"] == "list"
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130


def failure(*arguments: str) -> tuple[int, str]:
    done = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stderr.strip()


def test_a_taken_port_is_refused() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        status, message = failure("--port", port)
    assert status == 1
    assert message == f"Cannot listen on port {port}: address already in use. Choose another --port."


@pytest.mark.parametrize("arguments", [["--truth", "none.json"], ["--audio", "a.wav"]])
def test_a_missing_recording_is_refused(arguments: list[str]) -> None:
    status, message = failure(*arguments)
    assert status in (1, 2)
    assert len(message.splitlines()) == 1


def test_a_recording_that_is_no_audio_is_refused(tmp_path: Path) -> None:
    truth = tmp_path / "m.json"
    truth.write_text(json.dumps({"id": "m", "duration": 1, "speakers": [], "segments": []}))
    (tmp_path / "m.wav").write_bytes(b"nothing")
    status, message = failure("--truth", str(truth))
    assert status == 1
    assert message.startswith("Cannot read the recording")
