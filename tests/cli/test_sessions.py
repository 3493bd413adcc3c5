from __future__ import annotations

import resource
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.cli.program import failed, finished, is_refusal, meetrec, recorded, store


def test_an_empty_library_says_how_to_begin(command: Command) -> None:
    assert command("list").out == "no sessions yet: meetrec record begins one, meetrec demo shows how it goes\n"
    assert command("list", "--json").json == []


def test_sessions_are_listed_newest_first(command: Command) -> None:
    finished("Older"), recorded("Newer", minute=5)
    heading, newer, older = command("list").out.splitlines()
    assert heading.split() == ["date", "length", "state", "speakers", "title", "id"]
    assert newer.split()[:2] == ["2026-11-20", "14:10"]
    assert "recorded" in newer
    assert "Newer" in newer
    assert "finished" in older
    assert "Speaker 1, Speaker 2" in older
    assert older.endswith("2026-11-20T14-05-33-older")


def test_a_session_as_json_says_what_the_list_says_and_why_there_are_no_minutes(command: Command) -> None:
    failed()
    (one,) = command("list", "--json").json
    assert (one["schema"], one["title"], one["state"], one["problem"]) == (1, "Weekly sync", "failed", "no key is set")
    assert one["started_at"] == "2026-11-20T14:05:33+01:00"


def test_a_long_list_is_cut_and_says_so(command: Command) -> None:
    for minute in range(4):
        recorded("Sync", minute)
    lines = command("list", "--limit", "3").out.splitlines()
    assert len(lines) == 5
    assert lines[-1] == "… 1 more (meetrec list --limit 0 shows all)"
    assert len(command("list", "--limit", "0").out.splitlines()) == 5
    assert len(command("list", "--json", "--limit", "2").json) == 2


def test_ten_thousand_sessions_are_listed_in_a_moment(home: Path) -> None:
    sessions = store().paths.sessions
    sessions.mkdir(parents=True)
    for number in range(10_000):
        folder = (
            sessions / f"2026-01-{number % 28 + 1:02d}T{number % 24:02d}-{number // 24 % 60:02d}-00-meeting-{number}"
        )
        folder.mkdir()
        (folder / "session.toml").write_text(f'title = "Meeting {number}"\n')
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    done = meetrec("list")
    took = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before  # of the processor, whoever else uses it
    assert done.out.splitlines()[-1] == "… 9950 more (meetrec list --limit 0 shows all)"
    assert took < 3.0


def test_renaming_changes_title_and_minutes_but_not_the_id(command: Command) -> None:
    folder = finished()
    done = command("rename", "latest", "Board", "meeting")
    assert (done.code, done.out) == (0, f"{folder.id} is now called Board meeting\n")
    assert "# Board meeting" in folder.minutes.read_text("utf-8")
    assert "Board meeting" in command("list").out


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("../../x", "../../x"),
        ("CON", "CON"),
        ("-rf", "-rf"),
        ("x" * 300, "x" * 199 + "…"),
        ("\u202eevil\u202c", "evil"),
        ("🎉 会議", "🎉 会議"),
        ("\x1b]52;c;x\x07y", "y"),
    ],
)
def test_any_title_is_kept_harmless_and_leaves_the_folder_where_it_is(command: Command, title: str, shown: str) -> None:
    folder = finished()
    assert command("rename", folder.id, "--", title).code == 0
    assert command("list", "--json").json[0]["title"] == shown
    assert [path.name for path in store().paths.sessions.iterdir()] == [folder.id]


def test_an_empty_title_is_refused(command: Command) -> None:
    finished()
    assert is_refusal(command("rename", "latest", " "), 2)


def test_deleting_needs_a_yes_that_nobody_can_say_without_a_terminal(command: Command) -> None:
    folder = finished()
    done = command("delete", "latest")
    assert is_refusal(done, 2)
    assert "--yes" in done.err
    assert folder.path.exists()


def test_what_is_deleted_is_gone(command: Command) -> None:
    folder = finished()
    done = command("delete", "latest", "--yes")
    assert (done.code, done.out) == (0, f"deleted all of {folder.id}\n")
    assert not folder.path.exists()


def test_the_sound_alone_can_be_deleted_once_the_minutes_are_made(command: Command) -> None:
    folder = finished()
    folder.audio.write_bytes(b"sound")
    assert command("delete", "latest", "--audio", "--yes").code == 0
    assert not folder.audio.exists()
    assert folder.minutes.exists()


def test_the_sound_is_kept_while_there_are_no_minutes(command: Command) -> None:
    folder = recorded()
    folder.audio.write_bytes(b"sound")
    assert is_refusal(command("delete", "latest", "--audio", "--yes"), 1)
    assert folder.audio.exists()


@pytest.mark.parametrize("wanted", ["nothing", "../../etc", "", "-"])
@pytest.mark.parametrize("words", [("show",), ("export",), ("finish",), ("speakers",), ("delete", "--yes")])
def test_a_session_that_is_not_there_is_told(command: Command, wanted: str, words: tuple[str, ...]) -> None:
    finished("One")
    finished("Two", minute=1)
    done = command(*words, "--", wanted)
    assert is_refusal(done, 2), done


def test_an_ambiguous_id_lists_the_candidates(command: Command) -> None:
    first, second = finished("Sync one"), finished("Sync two", minute=1)
    done = command("show", "sync")
    assert is_refusal(done, 2)
    assert first.id in done.err
    assert second.id in done.err


def test_with_json_an_error_is_an_event_too(command: Command) -> None:
    done = command("list", "--json", "--frob")
    (event,) = done.events
    assert (event["type"], event["what"]) == ("fault", "meetrec list has no option --frob")
    assert is_refusal(done, 2)
