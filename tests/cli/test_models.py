from __future__ import annotations

import pytest

from meetrec.core.models import CATALOGUE
from tests.cli.conftest import Command


def test_every_model_of_the_catalogue_is_listed_with_its_end(command: Command) -> None:
    lines = command("models").out.splitlines()
    for model in CATALOGUE:
        (line,) = [line for line in lines if f" {model.name} " in line]
        assert (f"{model.ends}" in line) == (model.ends is not None)


def test_a_model_in_use_that_is_near_its_end_is_warned_of_and_an_unknown_one_is_tried(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEETREC_MINUTES_MODEL", "whisper-1")
    monkeypatch.setenv("MEETREC_CAPTIONS_MODEL", "my-new-model")
    done = command("models")
    assert done.code == 0
    warned = "whisper-1 ends on 2027-02-26" in done.err
    ended = "whisper-1 ended on 2027-02-26" in done.err
    assert warned or ended
    assert "my-new-model" in done.out
    assert "(guessed)" in done.out


def test_models_as_json_say_until_when_and_for_what_they_are_used(command: Command) -> None:
    rows = {row["name"]: row for row in command("models", "--json").json}
    diarize = rows["gpt-4o-transcribe-diarize"]
    assert (diarize["ends"], diarize["speakers"], diarize["used_for"]) == ("2027-02-26", True, ["minutes"])
    assert isinstance(diarize["days_left"], int)
    assert rows["gpt-live-transcribe"]["ends"] is None
