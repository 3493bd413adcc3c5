"""`meetrec search` finds what was said and says where."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Command
from tests.cli.program import finished, is_refusal, meetrec, recorded


def test_hits_stand_below_their_session_with_their_time(command: Command) -> None:
    folder = finished("Weekly sync")
    segment = command("show", folder.id, "--json").json["segments"][0]
    word = segment["text"].split()[0].strip(".,")
    heading, first, *_ = command("search", word).out.splitlines()
    assert heading.startswith("Weekly sync · 2026-11-20 14:05 · ")
    assert heading.endswith(folder.id)
    assert word in first
    assert first.lstrip().startswith("00:00:0")


def test_nothing_found_is_no_failure(command: Command) -> None:
    finished()
    done = command("search", "xylophone")
    assert (done.code, done.out) == (0, "nothing was found\n")


def test_what_is_found_can_be_read_by_programs(command: Command) -> None:
    finished("Older"), finished("Newer", 5)
    results = command("search", "title:older", "OR", "title:newer", "--json", "--limit", "1").json
    assert (results["schema"], results["sessions"]) == (1, 2)
    (one,) = results["found"]
    assert (one["title"], one["count"], one["hits"]) == ("Newer", 0, [])


def test_captions_and_notes_of_a_session_without_minutes_are_found(command: Command) -> None:
    recorded()
    (one,) = command("search", "note OR caption OR budget OR hello OR ask", "--json").json["found"] or [{"hits": []}]
    assert isinstance(one["hits"], list)


def test_a_limit_tells_how_many_more_there_are(command: Command) -> None:
    for minute in range(3):
        finished("Sync", minute)
    assert "… in 2 more sessions" in command("search", "title:sync", "--limit", "1").out
    assert "more session" not in command("search", "title:sync", "--limit", "0").out


def test_a_query_that_says_nothing_is_refused_in_a_sentence(command: Command) -> None:
    for words in (["!!!"], ["after:soon"], ["x" * 600]):
        assert is_refusal(command("search", *words), 2)


def test_a_cache_that_cannot_be_written_is_told_in_a_sentence(home: Path, command: Command) -> None:
    finished()
    (home / "cache").write_text("in the way")
    assert is_refusal(command("search", "x"), 1)
    assert command("list", "--sort", "title", "--json").json[0]["title"] == "Weekly sync"


def test_search_loads_nothing_heavy(home: Path) -> None:
    done = meetrec("search", "x", env={"PYTHONPROFILEIMPORTTIME": "1"})
    for heavy in ("textual", "aiohttp", "numpy", "sounddevice"):
        assert f" {heavy}\n" not in done.err
