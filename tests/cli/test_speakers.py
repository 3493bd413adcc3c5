from __future__ import annotations

from tests.cli.conftest import Command
from tests.cli.program import finished, is_refusal, recorded


def test_speakers_are_listed_with_talk_time_and_what_they_say(command: Command) -> None:
    finished()
    assert command("speakers", "latest").out.splitlines() == [
        "label  name       talk time  says",
        "S1     Speaker 1  2 s        Shall we begin?",
        "S2     Speaker 2  3 s        Yes, let us.",
    ]
    assert command("speakers", "latest", "--json").json[1] == {
        "id": "S2", "name": "Speaker 2", "named": False, "talk_time": 3.0, "says": "Yes, let us.",
    }  # fmt: skip


def test_a_name_is_in_the_whole_of_the_minutes_from_then_on(command: Command) -> None:
    folder = finished()
    done = command("speakers", "latest", "S1=Ana", "Speaker 2=José")
    assert done.code == 0
    assert "Ana" in done.out
    minutes = folder.minutes.read_text("utf-8")
    assert "**Ana** · 00:00:00" in minutes
    assert "**José** · 00:00:05" in minutes
    assert "Speaker 1" not in minutes
    assert command("show", "latest", "--json").json["speakers"][0]["named"] is True


def test_an_empty_name_takes_the_name_away(command: Command) -> None:
    finished()
    command("speakers", "latest", "S1=Ana")
    assert "Speaker 1" in command("speakers", "latest", "Ana=").out


def test_what_names_nobody_is_told_and_changes_nothing(command: Command) -> None:
    finished()
    for word in ("Ana", "S9=Ana", "=Ana"):
        assert is_refusal(command("speakers", "latest", word), 2), word
    assert "Ana" not in command("speakers", "latest").out


def test_without_minutes_there_are_no_speakers(command: Command) -> None:
    recorded()
    assert is_refusal(command("speakers", "latest"), 1)
