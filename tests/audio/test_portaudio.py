"""What C libraries write is kept off the screen."""

from __future__ import annotations

import os
import threading

import pytest

from meetrec.audio.portaudio import quiet


def test_what_c_libraries_write_is_dropped_and_after_it_all_is_shown(capfd: pytest.CaptureFixture[str]) -> None:
    os.write(2, b"before ")
    with quiet():
        os.write(2, b"noise ")
    os.write(2, b"after")
    assert capfd.readouterr().err == "before after"


def test_threads_that_overlap_leave_standard_error_as_it_was(capfd: pytest.CaptureFixture[str]) -> None:
    inside, leave = threading.Event(), threading.Event()

    def other() -> None:
        with quiet():
            inside.set()
            assert leave.wait(60)

    thread = threading.Thread(target=other)
    with quiet():
        thread.start()
        assert inside.wait(60)
    os.write(2, b"noise ")  # the other one is still inside
    leave.set()
    thread.join(60)
    os.write(2, b"after")
    assert capfd.readouterr().err == "after"
