"""The catalogue of models."""

from __future__ import annotations

from datetime import date

import pytest

from meetrec.core.models import CATALOGUE, find_model

TODAY = date(2026, 11, 20)


def test_names_are_unique() -> None:
    assert len({model.name for model in CATALOGUE}) == len(CATALOGUE)


def test_every_model_is_good_for_something_and_keeps_the_limits_of_a_request() -> None:
    for model in CATALOGUE:
        assert model.captions or model.minutes
        assert model.max_request_bytes <= 24_000_000
        assert not model.guessed


def test_the_end_of_a_model_is_told_from_120_days_before() -> None:
    model = find_model("gpt-4o-transcribe-diarize")
    assert model.days_left(TODAY) == 98
    assert model.ending_words(TODAY) == (
        "gpt-4o-transcribe-diarize ends on 2027-02-26; no successor that tells speakers is announced"
    )
    assert model.ending_words(date(2026, 10, 28)) == ""
    assert "ended on" in model.ending_words(date(2027, 2, 27))


def test_a_model_without_an_announced_end_has_no_days_left_and_no_warning() -> None:
    model = find_model("gpt-live-transcribe")
    assert model.days_left(TODAY) is None
    assert model.ending_words(TODAY) == ""


@pytest.mark.parametrize(
    ("name", "cuts_turns", "speakers"),
    [
        ("gpt-4o-transcribe-diarize-2028-01-01", "server", True),
        ("my-gpt-live-transcribe", "client", False),
        ("acme-realtime-7", "client", False),
        ("acme", "server", False),
    ],
)
def test_an_unknown_name_gets_the_abilities_its_name_suggests(name: str, cuts_turns: str, speakers: bool) -> None:
    model = find_model(name)
    assert (model.name, model.guessed, model.cuts_turns, model.speakers) == (name, True, cuts_turns, speakers)
    assert model.ends is None
