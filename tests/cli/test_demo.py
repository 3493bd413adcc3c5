from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from meetrec.demo.meeting import load_sample
from tests.cli.program import meetrec, sessions_left, store

TRUTH = load_sample()


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder for temporary files of the program."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return folder


def test_the_demo_prints_captions_and_minutes_says_it_is_simulated_and_leaves_nothing(
    temporary: Path, home: Path
) -> None:
    done = meetrec("demo")
    assert done.code == 0, done
    assert "simulated" in done.out.splitlines()[0]
    front, _, rest = done.out.partition("---\n")
    assert TRUTH.segments[0].text.split()[0] in front
    for segment in TRUTH.segments:
        assert segment.text in " ".join(rest.replace("\\", "").split()), segment.text
    assert f"were in {temporary}" in done.out
    assert list(temporary.iterdir()) == []
    assert sessions_left() == []
    assert "Traceback" not in done.err


def test_a_demo_that_is_kept_is_a_session_among_the_others(temporary: Path) -> None:
    done = meetrec("demo", "--speed", "16", "--keep", "--json")
    assert done.code == 0, done
    (started,) = [event for event in done.events if event["type"] == "recording.started"]
    assert started["simulated"] is True
    assert done.events[-1] == {**done.events[-1], "type": "job.ended", "code": 0}
    (session_id,) = sessions_left()
    assert store().summary(session_id).state == "finished"
    assert "(simulated)" in meetrec("list").out
    assert meetrec("sent").out != ""


def test_plain_prints_the_captions_alone(temporary: Path) -> None:
    done = meetrec("demo", "--speed", "16", "--plain")
    assert (done.code, done.err) == (0, "")
    assert done.out.split() == [word for segment in TRUTH.segments for word in segment.text.split()]


def test_the_demo_needs_no_key_and_ignores_what_is_set(temporary: Path) -> None:
    done = meetrec("demo", "--speed", "16", "--plain", env={"OPENAI_BASE_URL": "nonsense", "OPENAI_API_KEY": ""})
    assert done.code == 0, done
