"""The index shows what is in the folders, whatever happened to them or to it."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from meetrec.core.events import CaptionFinal, NoteAdded
from meetrec.core.found import Results
from meetrec.core.query import Query, parse_query
from meetrec.core.transcript import Segment, Speaker, Transcript
from meetrec.storage import documents
from meetrec.storage.index import SessionIndex
from meetrec.storage.index_search import SearchIn
from meetrec.storage.locks import start_job
from meetrec.storage.paths import Paths
from meetrec.storage.session_folder import SessionFolder
from meetrec.storage.sessions import SessionStore

START = datetime(2026, 11, 20, 14, 5, 33, tzinfo=timezone(timedelta(hours=1)))
SAID = (
    "The budget for the new microphones.",
    "会議は月曜日です",
    "La réunion de l'été à Zürich",
    "วันนี้มีประชุมใหญ่",
    "정기회의에서 봅시다",
    "हिन्दी में बात",
)


@pytest.fixture
def index(tmp_path: Path) -> SessionIndex:
    return SessionIndex(Paths.under(tmp_path / "home"))


def said(store: SessionStore, title: str, *texts: str, day: int = 0) -> SessionFolder:
    folder = store.create(title, START + timedelta(days=day))
    people = (Speaker("S1", "Ana", True), Speaker("S2", "Ben", True))
    segments = tuple(Segment(n, n * 5.0, n * 5.0 + 4, f"S{n % 2 + 1}", text) for n, text in enumerate(texts))
    folder.save_transcript(Transcript(segments, people, duration=60.0))
    folder.save_minutes("# x\n")
    return folder


def age(*folders: SessionFolder) -> None:
    """Let files look an hour old, as they do when nobody just wrote them."""
    for folder in folders:
        for path in folder.path.iterdir():
            os.utime(path, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns - 3_600_000_000_000))


def search(index: SessionIndex, text: str) -> Results:
    return index.search(parse_query(text))


def titles(index: SessionIndex, text: str) -> list[str]:
    return [one.session.title for one in search(index, text).found]


def test_what_was_said_is_found_with_its_time_its_speaker_and_where_it_stands(index: SessionIndex) -> None:
    folder = said(index.store, "Weekly", *SAID)
    index.update()
    (one,) = search(index, "BUDGET").found
    (hit,) = one.hits
    assert (one.session.id, one.count) == (folder.id, 1)
    assert (hit.at, hit.kind, hit.speaker, hit.text) == (0.0, "said", "Ana", SAID[0])
    assert [hit.text[start:end] for start, end in hit.marked] == ["budget"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("budg*", 0), ('"new microphones"', 0), ("会議", 1), ("曜日", 1), ("日", 1), ("reunion", 2), ("zurich", 2),
        ("RÉUNION", 2), ("ete", 2), ("ประชุม", 3), ("회의", 4), ("हिन्दी", 5), ("speaker:ben reunion OR 会議", 1),
    ],
)  # fmt: skip
def test_accents_and_languages_without_spaces_are_found(index: SessionIndex, text: str, place: int) -> None:
    said(index.store, "Weekly", *SAID)
    index.update()
    (one,) = search(index, text).found
    assert one.hits[0].text == SAID[place]


@pytest.mark.parametrize(
    "text",
    [
        "budgets",
        '"budget new"',
        "議会",
        '"microphones 会議"',
        "speaker:ben budget",
        "title:budget",
        "หมป",
        "budget -zurich",
    ],
)  # fmt: skip
def test_what_was_not_said_is_not_found(index: SessionIndex, text: str) -> None:
    said(index.store, "Weekly", *SAID)
    index.update()
    assert search(index, text).found == ()


def test_words_may_stand_in_different_lines_of_a_session(index: SessionIndex) -> None:
    said(index.store, "Both", "the budget", "and november", "budget in november")
    said(index.store, "One", "the budget", day=1)
    index.update()
    results = index.search(parse_query("budget november"), lines=1)
    (one,) = results.found
    assert (one.session.title, one.count, one.hits[0].text) == ("Both", 3, "budget in november")


def test_sessions_come_newest_first_and_are_counted(index: SessionIndex) -> None:
    for day in range(4):
        said(index.store, f"Day {day}", "the budget", day=day)
    index.update()
    results = index.search(parse_query("budget"), sessions=2)
    assert [one.session.title for one in results.found] == ["Day 3", "Day 2"]
    assert (results.sessions, results.read, results.known) == (4, 4, 4)


def test_dates_titles_tags_and_speakers_narrow_the_search(index: SessionIndex) -> None:
    old = said(index.store, "Old sync", "the budget")
    said(index.store, "New sync", "the budget", day=5)
    old.change_tags(add=["Q3 plan"])
    index.update()
    assert titles(index, "after:2026-11-25") == ["New sync"]
    assert titles(index, "before:2026-11-25 budget") == ["Old sync"]
    assert titles(index, "title:old") == titles(index, 'tag:"q3 plan"') == titles(index, "tag:q*") == ["Old sync"]
    assert titles(index, "tag:q3") == []
    assert titles(index, "budget -title:old") == ["New sync"]
    assert titles(index, "tag:q3 OR title:new") == ["New sync"]
    assert titles(index, "budget -tag:q*") == ["New sync"]
    assert titles(index, "speaker:ana budget -speaker:zoe title:sync tag:q* before:2027") == ["Old sync"]


def test_captions_notes_and_titles_are_found_before_there_are_minutes(index: SessionIndex) -> None:
    folder = index.store.create("Planning day", START)
    with folder.open_journal() as journal:
        journal.append(CaptionFinal(at=3.0, item="1:a", start=1.0, end=2.0, text="good morning"))
        journal.append(NoteAdded(at=5.0, text="ask Chiara"))
    index.update()
    assert search(index, "morning").found[0].hits[0].kind == "caption"
    assert search(index, "chiara").found[0].hits[0].at == 5.0
    assert (search(index, "planning").found[0].hits, search(index, "planning").found[0].count) == ((), 0)


@pytest.mark.parametrize(
    "text", ['"', "NEAR(a b)", "a* -", "said:x", "{a b}: c", "^a", "a + b", 'col : "x', "'; DROP--", "\0"]
)
def test_no_query_is_an_error_of_the_database(index: SessionIndex, text: str) -> None:
    said(index.store, "x", "a b c")
    index.update()
    search(index, text)


# -- the folder is the state ---------------------------------------------------------------------------------------


def test_only_what_changed_is_read_again(index: SessionIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    folders = [said(index.store, f"Day {day}", "the budget", day=day) for day in range(3)]
    age(*folders)
    assert index.update()
    read: list[str] = []
    load = documents.load_document
    monkeypatch.setattr(documents, "load_document", lambda folder: [read.append(folder.id), load(folder)][1])
    assert not index.update()
    folders[1].rename("Offsite")
    assert index.update()
    assert set(read) == {folders[1].id}
    assert titles(index, "offsite") == ["Offsite"]
    assert titles(index, 'title:"day 1"') == []


def test_what_is_changed_by_hand_is_seen_at_the_next_look(index: SessionIndex) -> None:
    folder = said(index.store, "Weekly", "the budget")
    age(folder)
    index.update()
    path = folder.path / "session.toml"
    path.write_text(path.read_text().replace("Weekly", "Monthly"))
    assert [one.title for one in index.everything()] == ["Weekly"]
    assert [one.title for one in index.fresh([folder.id])] == ["Monthly"]
    assert titles(index, "budget") == ["Monthly"]
    assert titles(index, "monthly") == ["Monthly"]


def test_a_session_that_is_gone_is_never_shown(index: SessionIndex) -> None:
    folder, kept = said(index.store, "Gone", "the budget"), said(index.store, "Kept", "the budget", day=1)
    age(folder, kept)
    index.update()
    shutil.rmtree(folder.path)
    assert titles(index, "budget") == ["Kept"]
    assert [one.title for one in index.newest(10)[0]] == ["Kept"]
    index.update()
    assert [one.title for one in index.everything()] == ["Kept"]


def test_the_newest_are_as_they_are_on_disk_and_pinned_ones_are_among_them(index: SessionIndex) -> None:
    folders = [said(index.store, f"Day {day}", "x", day=day) for day in range(5)]
    folders[0].pin(True)
    index.update()
    folders[4].rename("Newest")
    new = said(index.store, "Just made", "x", day=6)
    sessions, count = index.newest(2)
    assert [one.title for one in sessions] == ["Day 0", "Just made", "Newest"]
    assert count == 6
    assert sessions[0].pinned
    assert new.id == sessions[1].id


def test_the_folder_is_not_read_where_it_did_not_change(index: SessionIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    age(*(said(index.store, f"Day {day}", "x", day=day) for day in range(3)))
    sessions = index.paths.sessions
    os.utime(sessions, ns=(0, sessions.stat().st_mtime_ns - 3_600_000_000_000))
    index.update()
    monkeypatch.setattr(index.store, "ids", lambda: pytest.fail("all folders were listed"))
    assert [one.title for one in index.newest(2)[0]] == ["Day 2", "Day 1"]


def test_a_session_at_work_is_told_as_it_is_now(index: SessionIndex) -> None:
    folder = said(index.store, "Weekly", "x")
    index.update()
    with start_job(index.paths, folder.id, "finish"):
        assert [one.state for one in index.everything()] == ["finishing"]
        assert [one.state for one in index.fresh([folder.id])] == ["finishing"]
    assert [one.state for one in index.everything()] == ["finished"]


def test_broken_folders_are_listed_and_harm_nothing(index: SessionIndex) -> None:
    folder = said(index.store, "Broken", "the budget")
    (folder.path / "transcript.json").write_text("{")
    (folder.path / "session.toml").write_bytes(b"\xff\x00")
    (folder.path / "events.jsonl").mkdir()
    said(index.store, "Fine", "the budget", day=1)
    index.update()
    assert titles(index, "budget") == ["Fine"]
    assert len(index.everything()) == 2


# -- progress, and the end at any moment ---------------------------------------------------------------------------


def test_it_tells_how_far_it_is_and_goes_on_where_it_was_stopped(index: SessionIndex) -> None:
    age(*(said(index.store, f"Day {day}", "the budget", day=day) for day in range(6)))
    told: list[tuple[int, int]] = []
    index.update(lambda done, of: told.append((done, of)), words=False)
    assert told == []
    assert search(index, "budget").read == 0
    index.update(lambda done, of: told.append((done, of)), stopped=lambda: bool(told))
    assert told[0] == (0, 6)
    index.update(lambda done, of: told.append((done, of)))
    assert told[-1] == (6, 6)
    assert search(index, "budget").sessions == 6


KILLED = """
import sys
from pathlib import Path
from meetrec.storage.index import SessionIndex
from meetrec.storage.paths import Paths
index = SessionIndex(Paths.under(Path(sys.argv[1])))
while True:
    index.update()
    print("begun", flush=True)
    for folder in index.paths.sessions.iterdir():
        (folder / "session.toml").touch()
"""


async def test_a_kill_in_the_middle_of_an_update_breaks_nothing(index: SessionIndex) -> None:
    for day in range(25):
        said(index.store, f"Day {day}", *["the budget of november"] * 20, day=day)
    for number in range(10):
        home = str(index.paths.data.parent)
        child = await asyncio.create_subprocess_exec(sys.executable, "-c", KILLED, home, stdout=asyncio.subprocess.PIPE)
        assert child.stdout is not None
        await child.stdout.readline()
        await asyncio.sleep(number * 0.011)  # another moment each time
        child.kill()
        await child.wait()
        with sqlite3.connect(index.paths.index) as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            for table in ("line", "whole"):
                database.execute(f"INSERT INTO {table}({table}) VALUES('integrity-check')")
        database.close()
    index.update()
    assert search(index, "november").sessions == 25


def test_two_at_once_end_with_one_right_index(index: SessionIndex) -> None:
    for day in range(30):
        said(index.store, f"Day {day}", "the budget", day=day)
    failures: list[Exception] = []

    def work(act: Callable[[], object]) -> None:
        try:
            act()
        except Exception as error:  # noqa: BLE001 - whatever it is, the test tells
            failures.append(error)

    others = [SessionIndex(index.paths) for _ in range(3)]
    acts: Sequence[Callable[[], object]] = [
        *(other.update for other in others),
        lambda: [search(others[0], "budget") for _ in range(20)],
        lambda: [index.newest(5) for _ in range(20)],
    ]
    threads = [threading.Thread(target=work, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert search(index, "budget").sessions == 30


# -- a file that is not right --------------------------------------------------------------------------------------


def spoil_head(path: Path) -> None:
    path.write_bytes(b"this is no database" * 1000)


def spoil_middle(path: Path) -> None:
    data = bytearray(path.read_bytes())
    for page in range(1, len(data) // 4096):
        data[page * 4096 : page * 4096 + 200] = b"\xff" * 200
    path.write_bytes(data)


def spoil_tables(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("DROP TABLE IF EXISTS line")
    database.close()


def spoil_version(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()


def spoil_all(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("spoil", [spoil_head, spoil_middle, spoil_tables, spoil_version, spoil_all])
def test_an_index_that_is_broken_is_made_anew(index: SessionIndex, spoil: Callable[[Path], None]) -> None:
    said(index.store, "Weekly", *SAID)
    index.update()
    index.close()
    spoil(index.paths.index)
    index.update()
    assert titles(index, "budget") == ["Weekly"]
    index.close()
    spoil(index.paths.index)
    assert [one.title for one in index.newest(5)[0]] == ["Weekly"]


def test_an_index_that_breaks_while_it_is_used_is_made_anew(
    index: SessionIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    said(index.store, "Weekly", *SAID)
    index.update()
    results = SearchIn.results
    answers = [sqlite3.DatabaseError("database disk image is malformed")]

    def broken_once(self: SearchIn, query: Query, sessions: int, lines: int) -> Results:
        if answers:
            spoil_tables(index.paths.index)
            raise answers.pop()
        return results(self, query, sessions, lines)

    monkeypatch.setattr(SearchIn, "results", broken_once)
    assert titles(index, "budget") == ["Weekly"]
