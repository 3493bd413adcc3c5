"""What was paid for is kept, and what is broken is made again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from meetrec.core.errors import StorageError
from meetrec.core.stitching.parts import Part
from meetrec.core.stitching.stitch import PartAnswer, RollCall
from meetrec.storage.part_files import PartFiles

PLAN = [Part(0, 0.0, 103.0, 0.0), Part(1, 97.0, 200.0, 100.0)]
ANSWER = PartAnswer(
    part=PLAN[1],
    segments=[{"start": 0.1, "end": 1.0, "speaker": "A", "text": " Ünï \x1b[31m"}],
    model="gpt-4o-transcribe-diarize",
    billed_seconds=103.0,
    known={"v0": (0, "A")},
)
BROKEN = [
    "",
    "null",
    "[]",
    "{",
    "[" * 100_000,
    '{"parts": [[0]]}',
    '{"parts": 5}',
    '{"segments": 5}',
    "\xff",
    '{"parts": null}',
]


@pytest.fixture
def files(tmp_path: Path) -> PartFiles:
    return PartFiles(tmp_path / "parts")


def test_where_nothing_is_kept_there_is_nothing(files: PartFiles, tmp_path: Path) -> None:
    assert files.load_plan() == []
    assert files.load_answers() == {}
    assert files.load_roll_calls() == []
    assert list(tmp_path.iterdir()) == []


def test_what_is_kept_is_read_back_as_it_was_received(files: PartFiles, tmp_path: Path) -> None:
    files.save_plan(PLAN)
    files.save_answer(ANSWER)
    first = RollCall(voices=[[(0, "A"), (1, "B")]], asked=[(0, "A"), (1, "A"), (1, "B")], billed_seconds=12.0)
    files.save_roll_calls([first, RollCall(billed_seconds=1.5)])
    again = PartFiles(tmp_path / "parts")
    assert again.load_plan() == PLAN
    assert again.load_answers() == {1: ANSWER}
    kept = again.load_roll_calls()
    assert kept[0] == first
    assert kept[1].billed_seconds == 1.5
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "parts").iterdir()} == {0o600}


@pytest.mark.parametrize("text", BROKEN, ids=range(len(BROKEN)))
def test_a_broken_file_counts_as_missing(files: PartFiles, tmp_path: Path, text: str) -> None:
    files.save_plan(PLAN)
    files.save_answer(ANSWER)
    for name in ("plan.json", "000.json", "voices.json"):
        (tmp_path / "parts" / name).write_text(text, encoding="latin-1")
    assert files.load_plan() == []
    assert files.load_answers() == {1: ANSWER}
    assert files.load_roll_calls() == []


def test_what_a_newer_version_was_answered_is_neither_read_nor_replaced(tmp_path: Path) -> None:
    files = PartFiles(tmp_path / "parts")
    files.save_plan([])
    for name, load in (("plan", files.load_plan), ("000", files.load_answers), ("voices", files.load_roll_calls)):
        path = tmp_path / "parts" / f"{name}.json"
        path.write_text('{"schema": 999, "parts": []}')
        with pytest.raises(StorageError, match="newer version") as told:
            load()
        assert "upgrade" in told.value.hint
        path.unlink()


def test_an_upload_has_a_folder_to_stand_in(files: PartFiles) -> None:
    path = files.upload_path("000.mp3")
    path.write_bytes(b"x")
    assert files.load_answers() == {}


def test_a_run_from_the_beginning_forgets_plan_and_answers(files: PartFiles, tmp_path: Path) -> None:
    files.save_plan(PLAN)
    files.save_answer(ANSWER)
    files.clear()
    assert (files.load_plan(), files.load_answers()) == ([], {})


def test_a_cut_answer_is_asked_for_again(files: PartFiles, tmp_path: Path) -> None:
    files.save_answer(ANSWER)
    path = tmp_path / "parts" / "001.json"
    whole = path.read_bytes()
    for size in range(0, len(whole) - 2, 7):
        path.write_bytes(whole[:size])
        assert files.load_answers() == {}
    assert json.loads(whole)["segments"] == list(ANSWER.segments)
