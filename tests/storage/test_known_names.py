"""Names to choose from."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from pathlib import Path

from meetrec.storage.known_names import known_names
from meetrec.storage.paths import Paths
from meetrec.storage.sessions import SessionStore


def test_attendees_come_first_then_names_used_before_the_most_frequent_first(tmp_path: Path) -> None:
    paths = Paths.under(tmp_path)
    store = SessionStore(paths)
    assert known_names(paths) == []
    for minute, names in enumerate(
        [{"S1": "Ben"}, {"S1": "ana", "S2": "Eve"}, {"S1": "Eve", "S2": "Ana"}, {"S1": "Eve"}]
    ):
        store.create("x", datetime(2026, 11, 20, 9, minute, tzinfo=UTC), names=names)
    folder = store.create("y", datetime(2026, 11, 21, tzinfo=UTC), attendees=("Zoe", "", " Ben\x07 "))
    assert known_names(paths, folder) == ["Zoe", "Ben", "Eve", "Ana"]
    assert known_names(paths) == ["Eve", "Ana", "Ben"]


def test_a_session_file_that_is_broken_costs_only_its_names(tmp_path: Path) -> None:
    paths = Paths.under(tmp_path)
    store = SessionStore(paths)
    store.create("x", datetime(2026, 11, 20, tzinfo=UTC), names={"S1": "Ana"})
    broken = store.create("y", datetime(2026, 11, 21, tzinfo=UTC))
    (broken.path / "session.toml").write_text("[")
    assert known_names(paths, broken) == ["Ana"]


def test_attendees_stand_in_the_session_file(tmp_path: Path) -> None:
    folder = SessionStore(Paths.under(tmp_path)).create("x", datetime(2026, 11, 20, tzinfo=UTC))
    folder.edit(lambda session: dataclasses.replace(session, attendees=("Ana", "Ben")))
    assert 'attendees = ["Ana", "Ben"]' in (folder.path / "session.toml").read_text("utf-8")
    assert folder.session.attendees == ("Ana", "Ben")


def test_names_given_in_a_rescued_session_are_among_them(tmp_path: Path) -> None:
    paths = Paths.under(tmp_path)
    folder = SessionStore(paths).create("x", datetime(2026, 11, 20, tzinfo=UTC), names={"S1": "Ana"})
    paths.rescued[0].mkdir(parents=True)
    folder.path.rename(paths.rescued[0] / folder.id)
    assert known_names(paths) == ["Ana"]
