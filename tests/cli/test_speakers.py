from __future__ import annotations

from tests.cli.conftest import Command
from tests.cli.program import finished, is_refusal, recorded


def labels(command: Command) -> list[tuple[str, str]]:
    return [(one["id"], one["name"]) for one in command("speakers", "latest", "--json").json]


def test_speakers_are_listed_with_talk_time_share_turns_and_what_they_say(command: Command) -> None:
    finished()
    assert command("speakers", "latest").out.splitlines() == [
        "label  name       talk time  share  turns  first     says",
        "S1     Speaker 1  2 s        45 %   1      00:00:00  Shall we begin?",
        "S2     Speaker 2  3 s        55 %   1      00:00:05  Yes, let us.",
    ]
    assert command("speakers", "latest", "--json").json[1] == {
        "id": "S2", "name": "Speaker 2", "named": False, "talk_time": 3.0, "says": "Yes, let us.",
        "share": 0.5455, "turns": 1, "first": 5.0, "excerpt": {"start": 5.0, "end": 8.0}, "merged": [],
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


def test_naming_two_alike_makes_them_one_and_says_so(command: Command) -> None:
    folder = finished()
    done = command("speakers", "latest", "S1=Ana", "S2=ana")
    assert done.out.splitlines()[0] == f"S2 and S1 are one speaker now, Ana (meetrec undo {folder.id} takes it back)"
    assert done.out.splitlines()[2].startswith("S1 (and S2)  Ana ")
    assert labels(command) == [("S1", "Ana")]
    command("undo", "latest")
    assert labels(command) == [("S1", "Speaker 1"), ("S2", "Speaker 2")]


def test_speakers_are_merged_split_and_swapped(command: Command) -> None:
    folder = finished()
    command("speakers", "latest", "S1=Ana", "S2=Ben")
    assert "S2 merged into S1" in command("speakers", "latest", "--merge", "ana", "Ben").out
    assert labels(command) == [("S1", "Ana")]
    assert "Ben" not in folder.minutes.read_text("utf-8")
    assert "1 line made a speaker of their own, Ben" in command("speakers", "latest", "--split", "Ana").out
    assert labels(command) == [("S1", "Ana"), ("S2", "Ben")]
    command("speakers", "latest", "--swap", "S1", "S2")
    assert [one["speaker"] for one in command("show", "latest", "--json").json["segments"]] == ["S2", "S1"]
    command("speakers", "latest", "--swap", "S1", "S2", "--to", "0:03")
    assert [one["speaker"] for one in command("show", "latest", "--json").json["segments"]] == ["S1", "S1"]


def test_what_cannot_be_merged_split_or_swapped_is_told(command: Command) -> None:
    finished()
    for words in (
        ["--merge", "S1", "S1"],
        ["--merge", "S1", "Eve"],
        ["--split", "S1"],
        ["--split", "Eve"],
        ["--swap", "S1", "S9"],
        ["--swap", "S1", "S2", "--from", "never"],
        ["--swap", "S1", "S2", "--from", "mark:7"],
        ["--swap", "S1", "S2", "--from", "0:09", "--to", "0:03"],
        ["--from", "0:03"],
        ["--merge", "S1", "S2", "--split", "S1"],
        ["S1=Ana", "--swap", "S1", "S2"],
    ):
        assert is_refusal(command("speakers", "latest", *words), 2), words
    assert labels(command) == [("S1", "Speaker 1"), ("S2", "Speaker 2")]


def test_a_name_full_of_control_characters_is_harmless(command: Command) -> None:
    folder = finished()
    done = command("speakers", "latest", "S1=\x1b[31mEve\x07\u202e")
    assert "\x1b" not in done.out
    assert folder.session.names == {"S1": "Eve"}
