"""What is done on the review screen is on the disk, and u takes it back: each act with the real store behind it."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from meetrec.cli.app import DiskLibrary, ProcessRecorder
from meetrec.core.transcript import Segment, Speaker, Transcript
from meetrec.storage.documents import load_document
from meetrec.storage.paths import Paths
from meetrec.storage.session_folder import SessionFolder
from meetrec.storage.sessions import SessionStore
from meetrec.tui.app import MeetrecApp, Start
from meetrec.tui.screens.library import LibraryScreen
from meetrec.tui.screens.review import ReviewScreen
from meetrec.tui.widgets.turn_editor import TurnEditor
from meetrec.workflow.minutes import write_minutes
from tests.tui.fakes import FakeLibrary, FakeRecorder
from tests.tui.looking import Look
from tests.tui.scenes import Stage

SAID = (
    ("S1", "Shall we begin?"),
    ("S2", "Yes, with the budget."),
    ("S3", "I have to leave early."),
    ("S1", "Then the budget."),
    ("S1", "It is small."),
    ("S2", "Smaller than last year."),
)


@pytest.fixture
def folder(tmp_path: Path) -> SessionFolder:
    made = SessionStore(Paths.under(tmp_path / "home")).create("Budget", datetime(2026, 11, 20, tzinfo=UTC))
    segments = tuple(
        Segment(number, number * 2.0, number * 2.0 + 1.8, who, text, doubt="overlapping voices" if number == 5 else "")
        for number, (who, text) in enumerate(SAID)
    )
    speakers = tuple(Speaker(f"S{number}", f"Speaker {number}") for number in (1, 2, 3))
    made.save_transcript(Transcript(segments, speakers, duration=12.0))
    write_minutes(made)
    return made


@asynccontextmanager
async def reviewing(folder: SessionFolder, size: tuple[int, int] = (120, 40)) -> AsyncIterator[Look]:
    """Run the app on a session on disk."""
    paths = Paths.under(folder.path.parents[2])
    app = MeetrecApp(DiskLibrary(paths), ProcessRecorder(paths), start=Start("open", folder.id))
    async with app.run_test(size=size, notifications=True) as pilot:
        look = Look(Stage(FakeLibrary(), FakeRecorder()), pilot, app)
        await look.see("Shall we begin?", "1 ●")
        yield look


def said(folder: SessionFolder) -> list[tuple[str, str]]:
    """Return who says what, as it is on the disk now."""
    words = load_document(folder).transcript
    assert words is not None
    return [(words.speaker(one.speaker).name, one.text) for one in words.segments]


AS_RECEIVED = [(f"Speaker {who[1]}", text) for who, text in SAID]


async def undo(look: Look, folder: SessionFolder) -> None:
    """Take it back, and see that nothing of it is left."""
    await look.press("u")
    await look.see("Undone: ")
    assert said(folder) == AS_RECEIVED


async def test_a_name_is_kept_and_taken_back(folder: SessionFolder) -> None:
    async with reviewing(folder) as look:
        await look.press("j", "s")
        await look.see("Who is Speaker 2?")
        await look.type("Ben")
        await look.press("enter")
        await look.see("S2 named Ben", "■ Ben")
        assert said(folder)[1] == ("Ben", SAID[1][1])
        await look.press("u")
        await look.see("Undone: S2 named Ben", "■ Speaker 2")
        assert said(folder) == AS_RECEIVED
        await look.press("ctrl+r")
        await look.see("Done again: S2 named Ben", "■ Ben")
        assert said(folder)[1][0] == "Ben"


async def test_a_name_that_another_has_makes_the_two_one_and_says_so_and_one_is_split_back(
    folder: SessionFolder,
) -> None:
    async with reviewing(folder) as look:
        await look.press("1")
        await look.see("Who is Speaker 1?")
        await look.type("Ana")
        await look.press("enter")
        await look.see("S1 named Ana")
        await look.press("3")
        await look.see("Who is Speaker 3?")
        await look.type("ana")
        await look.see("Ana is there already (S1): the two become one")
        await look.press("enter")
        await look.see("S3 and S1 are one speaker now: Ana")
        assert [name for name, _ in said(folder)] == ["Ana", "Speaker 2", "Ana", "Ana", "Ana", "Speaker 2"]
        await look.press("home", "S")
        await look.see("Split S3 back off")
        await look.press("b")
        await look.see("S3 is a speaker of their own again")
        assert [name for name, _ in said(folder)] == ["Ana", "Speaker 2", "Speaker 3", "Ana", "Ana", "Speaker 2"]


async def test_two_are_merged_and_two_are_swapped(folder: SessionFolder) -> None:
    async with reviewing(folder) as look:
        await look.press("S")
        await look.see("Make one with another")
        await look.press("m")
        await look.see("in truth?")
        await look.press("2")
        await look.see("S1 and S2 are one speaker now")
        assert {name for name, _ in said(folder)} == {"Speaker 2", "Speaker 3"}
        await undo(look, folder)
        await look.press("S")
        await look.see("Swap with another")
        await look.press("x")
        await look.see("with whom?")
        await look.press("3")
        await look.see("S1 and S3 swapped")
        assert [name for name, _ in said(folder)][:3] == ["Speaker 3", "Speaker 2", "Speaker 1"]
        await undo(look, folder)


@pytest.mark.parametrize(
    ("keys", "changed"),
    [
        (("t",), [3, 4]),
        (("l", "2"), [4]),
        (("h",), [3, 4]),
        (("e",), [0, 3, 4]),
    ],
    ids=["turn", "line", "from here on", "everything"],
)
async def test_what_one_said_was_said_by_another(
    folder: SessionFolder, keys: tuple[str, ...], changed: list[int]
) -> None:
    async with reviewing(folder) as look:
        await look.press("j", "j", "j", "a")
        await look.see("What was said by somebody else?")
        await look.press(keys[0])
        if len(keys) > 1:
            await look.see("Which line?")
            await look.press(keys[1])
        await look.see("Who said it?")
        await look.press("3")
        await look.see("u takes it back")
        names = [name for name, _ in said(folder)]
        assert [place for place, name in enumerate(names) if name != AS_RECEIVED[place][0]] == changed
        assert {names[place] for place in changed} == {"Speaker 3"}
        await undo(look, folder)


async def test_everything_between_two_moments_is_given_to_somebody_new(folder: SessionFolder) -> None:
    folder.path.joinpath("events.jsonl").touch()
    async with reviewing(folder) as look:
        await look.press("a")
        await look.see("What was said by somebody else?")
        await look.press("b")
        await look.see("From when, to when?")
        await look.type("0:05 to 0:07")
        await look.press("enter")
        await look.see("Who said it?")
        await look.press("n")
        await look.see("Who is it?")
        await look.type("Chiara")
        await look.press("enter")
        await look.see("u takes it back")
        assert said(folder)[3] == ("Chiara", "Then the budget.")
        assert said(folder)[4] == ("Speaker 1", "It is small.")
        await undo(look, folder)


async def test_a_text_is_edited_where_it_stands_and_saved_on_leaving(folder: SessionFolder) -> None:
    async with reviewing(folder) as look:
        await look.press("j", "enter")
        await look.see("Save, next turn")
        await look.type(" Please.")
        await look.press("escape")
        await look.see("Text changed", "with the budget. Please.")
        assert said(folder)[1] == ("Speaker 2", "Yes, with the budget. Please.")
        assert not look.app.screen.query(TurnEditor)
        await undo(look, folder)


async def test_tab_saves_and_goes_on_with_the_next_turn(folder: SessionFolder) -> None:
    async with reviewing(folder) as look:
        await look.press("enter")
        await look.see("Save, next turn")
        await look.type(" One.")
        await look.press("tab")
        await look.see("Text changed", "Shall we begin? One.")
        await look.until(lambda: [one.text for one in look.app.screen.query(TurnEditor)] == [SAID[1][1]])
        await look.type(" Two.")
        await look.press("enter")
        await look.see("with the budget. Two.")
        assert [text for _, text in said(folder)][:2] == ["Shall we begin? One.", "Yes, with the budget. Two."]


async def test_what_is_given_up_stays_as_it_was(folder: SessionFolder) -> None:
    async with reviewing(folder) as look:
        await look.press("enter")
        await look.see("Give up")
        await look.type("x")
        await look.press("ctrl+g")
        await look.see("left as it was")
        assert said(folder) == AS_RECEIVED


async def test_a_turn_without_words_is_deleted_and_so_is_one_by_d(folder: SessionFolder) -> None:
    async with reviewing(folder) as look:
        await look.press("j", "enter")
        await look.see("Save, next turn")
        await look.press("ctrl+u", "enter")
        await look.see("Turn deleted")
        assert len(said(folder)) == 5
        await undo(look, folder)
        await look.press("d")
        await look.see("Turn deleted")
        assert len(said(folder)) == 5
        await undo(look, folder)


async def test_words_are_kept_when_the_app_is_left_in_the_middle_of_a_turn(folder: SessionFolder) -> None:
    async with reviewing(folder) as look:
        await look.press("enter")
        await look.see("Save, next turn")
        await look.type(" Now.")
        await look.press("ctrl+q")
    assert said(folder)[0] == ("Speaker 1", "Shall we begin? Now.")
    assert "Shall we begin? Now." in folder.minutes.read_text("utf-8")


async def test_the_minutes_follow_the_changes(folder: SessionFolder) -> None:
    async with reviewing(folder) as look:
        await look.press("1")
        await look.see("Who is Speaker 1?")
        await look.type("Ana")
        await look.press("enter")
        await look.see("S1 named Ana")
        await look.until(lambda: "Ana" in folder.minutes.read_text("utf-8"))


async def test_a_doubt_is_found_and_settled(folder: SessionFolder) -> None:
    async with reviewing(folder) as look:
        await look.press("right_square_bracket")
        await look.see("speaker uncertain: overlapping voices")
        await look.press("c")
        await look.see("no doubt any more")
        await look.press("right_square_bracket")
        await look.see("Nothing here is in doubt")
        words = load_document(folder).transcript
        assert words is not None
        assert not any(one.doubt for one in words.segments)


async def test_what_another_process_changed_is_shown_and_nothing_of_it_is_lost(folder: SessionFolder) -> None:
    async with reviewing(folder) as look:
        other = DiskLibrary(Paths.under(folder.path.parents[2])).editor(folder.id)
        from meetrec.core.editing.acts import EditText, NameSpeaker

        other.act(EditText(((0, "Shall we start?"),)))
        await look.press("2")
        await look.see("Who is Speaker 2?")
        await look.type("Ben")
        await look.press("enter")
        await look.see("changed elsewhere", "Shall we start?")
        await look.press("2")
        await look.see("Who is Speaker 2?")
        await look.type("Ben")
        await look.press("enter")
        await look.see("S2 named Ben")
        assert said(folder)[:2] == [("Speaker 1", "Shall we start?"), ("Ben", SAID[1][1])]
        assert NameSpeaker("S2", "Ben").name == "Ben"


async def test_edits_of_a_newer_version_can_be_read_and_not_changed(folder: SessionFolder) -> None:
    line = {"v": 99, "n": 1, "version": 1, "time": "", "act": {"act": "name", "speaker": "S1", "name": "x"}}
    folder.path.joinpath("edits.jsonl").write_text(json.dumps(line) + "\n", "utf-8")
    async with reviewing(folder) as look:
        await look.see("Nothing can be changed: edits.jsonl was written by a newer version")
        await look.press("d", "enter", "1", "u", "a")
        await look.press("slash")
        await look.type("budget")
        await look.see("1 of 2")
        assert said(folder) == AS_RECEIVED


async def test_the_users_editor_changes_the_whole_and_a_refusal_names_the_line(
    folder: SessionFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextlib.contextmanager
    def suspended(_: MeetrecApp) -> Iterator[None]:
        yield

    monkeypatch.setattr(MeetrecApp, "suspend", suspended)  # there is no terminal to be lent here
    monkeypatch.delenv("VISUAL", raising=False)
    async with reviewing(folder) as look:
        monkeypatch.setenv("EDITOR", "sed -i 's/the budget/the costs/'")
        await look.press("E")
        await look.see("in the editor: 2 lines changed", "Yes, with the costs.")
        assert [text for _, text in said(folder)][3] == "Then the costs."
        monkeypatch.setenv("EDITOR", "sed -i '8s/.*/**Nobody** 9:99/'")
        await look.press("E")
        await look.see("line 8", "kept")
        await undo(look, folder)


async def test_an_export_asks_before_a_file_is_replaced(
    folder: SessionFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    target = tmp_path / "Budget.txt"
    target.write_text("mine", "utf-8")
    async with reviewing(folder) as look:
        for answer, told in (("n", "Nothing was written"), ("y", "Exported as plain text")):
            await look.press("e")
            await look.see("Export as")
            await look.press("t")
            await look.see("Write to which file?")
            await look.press("enter")
            await look.see("Replace the file?")
            assert target.read_text("utf-8") == "mine"
            await look.press(answer)
            await look.see(told)
    assert "Shall we begin?" in target.read_text("utf-8")


async def test_y_copies_markdown(folder: SessionFolder) -> None:
    async with reviewing(folder) as look:
        await look.press("y")
        await look.see("Copied as Markdown")
        assert "Shall we begin?" in look.app.clipboard


async def test_a_session_is_opened_at_the_second_that_was_found(folder: SessionFolder) -> None:
    async with reviewing(folder) as look:
        screen = look.app.screen
        assert isinstance(screen, ReviewScreen)
        look.app.switch_screen(ReviewScreen(DiskLibrary(Paths.under(folder.path.parents[2])), folder.id, at=6.5))
        await look.until(lambda: look.app.screen is not screen)
        await look.see("Shall we begin?")
        opened = look.app.screen
        assert isinstance(opened, ReviewScreen)
        await look.until(lambda: opened.turns.picked is not None and opened.turns.picked.start == 6.0)
        await look.press("q")
        await look.until(lambda: isinstance(look.app.screen, LibraryScreen))
