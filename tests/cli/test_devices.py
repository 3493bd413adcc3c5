from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.cli.program import is_refusal, meetrec
from tests.lab import Lab

SAMPLE = Path(__file__).parents[2] / "meetrec" / "demo" / "sample" / "meeting.flac"


@pytest.mark.audio
def test_microphones_are_listed_and_the_default_is_marked(lab: Lab) -> None:
    done = meetrec("devices")
    assert done.code == 0, done
    (line,) = [line for line in done.out.splitlines() if "Virtual_Microphone" in line]
    assert "microphone" in line
    rows = {row["name"]: row for row in meetrec("devices", "--json").json}
    assert rows["Virtual_Microphone"]["is_monitor"] is False
    assert sum(row["is_default"] for row in rows.values()) <= 1


@pytest.mark.audio
def test_a_test_tells_silence_from_sound(lab: Lab) -> None:
    silent = {row["name"]: row for row in meetrec("devices", "--json", "--test").json}["Virtual_Microphone"]
    assert (silent["peak"], silent["error"]) == (-120.0, "")
    playing = lab.play(SAMPLE)
    heard = {row["name"]: row for row in meetrec("devices", "--json", "--test").json}["Virtual_Microphone"]
    playing.kill()
    playing.wait()
    assert -40 < heard["peak"] <= 0
    assert "nothing at all" in meetrec("devices", "--test").out


def test_no_microphone_is_told_with_4(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))  # where no sound server is
    if Path("/proc/asound/cards").exists():
        pytest.skip("this machine has a sound card of its own")
    done = meetrec("devices")
    assert is_refusal(done, 4), done
    assert is_refusal(meetrec("record", "--headless"), 4)


@pytest.mark.parametrize("kind", ["missing", "empty", "a folder", "no configuration"])
def test_a_sound_system_that_would_abort_the_program_is_a_sentence_with_4(kind: str, tmp_path: Path) -> None:
    """ALSA ends the process by an assertion in C when its configuration is missing or empty."""
    if sys.platform != "linux":
        pytest.skip("only Linux has ALSA")
    path = tmp_path / "alsa.conf"
    if kind == "a folder":
        path.mkdir()
    elif kind != "missing":
        path.write_text("" if kind == "empty" else "no: configuration: at {all\n")
    env = {"ALSA_CONFIG_PATH": str(path)}
    for words in (("devices",), ("record", "--headless")):
        done = meetrec(*words, env=env)
        assert is_refusal(done, 4), done
        assert "ALSA_CONFIG_PATH" in done.err
