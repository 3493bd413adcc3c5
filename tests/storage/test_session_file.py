"""session.toml belongs to a person, who may edit it and may break it."""

from __future__ import annotations

import dataclasses
import tomllib
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meetrec.core.errors import StorageError
from meetrec.core.sanitize import sanitize
from meetrec.core.session import Session, clean_title
from meetrec.storage.session_file import change_session, read_session, write_new_session
from tests.core.test_fields import JSON

START = datetime(2026, 11, 20, 14, 5, 33, tzinfo=timezone(timedelta(hours=1)))
SESSION = Session(
    id="2026-11-20T14-05-33-weekly-sync",
    title='A "title" \\ with Ünï',
    started_at=START,
    tracks=("mic", "system"),
    rate=48000,
    device="Built-in: Mic #1",
    captions_model="gpt-live-transcribe",
    minutes_model="gpt-4o-transcribe-diarize",
    simulated=True,
    names={"S1": "Ana", "odd key": "Ben"},
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / SESSION.id
    path.mkdir()
    return path


def edited(folder: Path, text: str) -> tuple[Session, str]:
    (folder / "session.toml").write_text(text)
    return read_session(folder)


def test_a_session_survives_its_file(folder: Path) -> None:
    write_new_session(folder, SESSION)
    assert read_session(folder) == (SESSION, "")


TEXT = st.text(st.characters())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=40)
@given(TEXT, TEXT, st.dictionaries(TEXT.map(sanitize), TEXT, max_size=3))
def test_any_text_makes_a_file_that_can_be_read(folder: Path, title: str, device: str, names: dict[str, str]) -> None:
    (folder / "session.toml").unlink(missing_ok=True)
    write_new_session(folder, dataclasses.replace(SESSION, title=title, device=device, names=names))
    session, problem = read_session(folder)
    assert problem == ""
    assert session.title == clean_title(sanitize(title), START)
    assert session.device == sanitize(device)
    change_session(folder, dataclasses.replace(session, names={"S1": sanitize(device)[:20].strip()}, title="x"))
    tomllib.loads((folder / "session.toml").read_text())


def test_a_changed_value_leaves_comments_order_and_unknown_keys_alone(folder: Path) -> None:
    text = '# mine\ntitle = "Old" # short\ncustomer = 7\n[speakers]\n# who\nS1 = "A"\n'
    session, problem = edited(folder, text)
    assert (session.title, session.names, problem) == ("Old", {"S1": "A"}, "")
    change_session(folder, dataclasses.replace(session, title="New", names={"S1": "Ana", "S2": "Ben"}))
    assert (folder / "session.toml").read_text() == (
        text.replace('"Old"', '"New"').replace('"A"\n', '"Ana"\nS2 = "Ben"\n')
    )


def test_a_name_taken_away_goes_from_the_file(folder: Path) -> None:
    write_new_session(folder, SESSION)
    change_session(folder, dataclasses.replace(SESSION, names={"S1": "Ana"}))
    assert read_session(folder)[0].names == {"S1": "Ana"}


def test_a_missing_file_is_made_up_for_by_the_folders_name(folder: Path) -> None:
    session, problem = read_session(folder)
    assert problem == "session.toml is missing"
    assert session.title == "weekly sync"
    assert session.started_at == datetime(2026, 11, 20, 14, 5, 33).astimezone()
    assert session.id == folder.name


@pytest.mark.parametrize(
    "name", ["renamed by hand", "2026-02-31T10-00-00-x", "9999-99-99T99-99-99", "0000-01-01T00-00-00"]
)
def test_a_folder_whose_name_tells_no_time_still_opens(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    session, problem = read_session(folder)
    assert problem
    assert session.title == name
    assert session.started_at > datetime(2020, 1, 1, tzinfo=UTC)


def test_a_file_cut_at_any_byte_still_opens(folder: Path) -> None:
    write_new_session(folder, SESSION)
    whole = (folder / "session.toml").read_bytes()
    for size in range(len(whole)):
        (folder / "session.toml").write_bytes(whole[:size])
        session, _ = read_session(folder)
        assert session.id == SESSION.id
        assert session.title


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=40)
@given(st.binary() | st.text(st.characters(exclude_categories=["Cs"])).map(str.encode))
def test_no_content_keeps_a_session_from_opening(folder: Path, content: bytes) -> None:
    (folder / "session.toml").write_bytes(content)
    session, _ = read_session(folder)
    assert session.title
    assert session.started_at.tzinfo is not None


@pytest.mark.parametrize("line", ["title = 5", "tracks = [1]", "rate = true", "simulated = 'yes'", "device = []"])
def test_a_wrong_value_is_told_and_replaced(folder: Path, line: str) -> None:
    session, problem = edited(folder, line)
    assert problem.startswith(f"session.toml: {line.split()[0]} is ")
    assert session.rate == 24000


def test_a_start_without_offset_is_local_time(folder: Path) -> None:
    session, problem = edited(folder, "started_at = 2026-01-02T03:04:05")
    assert session.started_at == datetime(2026, 1, 2, 3, 4, 5).astimezone()
    assert problem == ""


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=40)
@given(st.sampled_from(["title", "started_at", "tracks", "rate", "speakers", "schema", "id"]), JSON)
def test_no_value_keeps_a_session_from_opening(folder: Path, key: str, value: object) -> None:
    import tomlkit

    try:
        text = tomlkit.dumps({key: value})
    except (ValueError, TypeError):  # TOML has no null
        return
    session, _ = edited(folder, text)
    assert session.id == folder.name


def test_a_broken_file_is_set_aside_when_something_is_changed(folder: Path) -> None:
    session, problem = edited(folder, "title = 'unended\n# important")
    assert "not valid TOML" in problem
    change_session(folder, dataclasses.replace(session, title="New"))
    assert read_session(folder)[0].title == "New"
    assert (folder / "session.broken-1.toml").read_text() == "title = 'unended\n# important"


def test_a_file_of_a_newer_version_is_read_but_never_changed(folder: Path) -> None:
    text = 'schema = 999\ntitle = "From the future"\n'
    session, problem = edited(folder, text)
    assert session.title == "From the future"
    assert "newer version" in problem
    with pytest.raises(StorageError, match="newer version"):
        change_session(folder, dataclasses.replace(session, title="x"))
    assert (folder / "session.toml").read_text() == text


def test_a_file_of_an_older_version_opens_and_is_kept_when_it_is_rewritten(folder: Path) -> None:
    text = '# mine\nschema = 0\ntitle = "From the past"\n'
    session, problem = edited(folder, text)
    assert (session.title, problem) == ("From the past", "")
    assert (folder / "session.toml").read_text() == text  # to read it changes nothing
    change_session(folder, dataclasses.replace(session, title="New"))
    assert (folder / "session.v0.toml").read_text() == text
    assert '# mine\nschema = 1\ntitle = "New"' in (folder / "session.toml").read_text()
    assert read_session(folder)[0].title == "New"


def test_text_in_the_file_is_harmless_once_read(folder: Path) -> None:
    session, _ = edited(folder, 'title = "a\\u001b[31mb\\u202e"\n[speakers]\nS1 = "\\u001b]0;x\\u0007Ana"\nS2 = 5\n')
    assert session.title == "ab"
    assert session.names == {"S1": "Ana"}
