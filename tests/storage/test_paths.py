"""Where things are kept."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from meetrec.storage.paths import Paths


def test_one_folder_holds_all_where_it_is_asked_for(tmp_path: Path) -> None:
    paths = Paths.from_environment({"MEETREC_HOME": str(tmp_path / "home")})
    for path in (paths.sessions, paths.settings, paths.running, paths.ledger, paths.logs, paths.cache):
        assert path.is_relative_to(tmp_path / "home")
    assert not (tmp_path / "home").exists()


def test_the_home_may_be_relative_and_begin_with_a_tilde(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Paths.from_environment({"MEETREC_HOME": "here"}).data == tmp_path / "here" / "data"
    assert Paths.from_environment({"MEETREC_HOME": "~/there"}).data == tmp_path / "there" / "data"


def test_without_it_the_system_says_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATA", "CONFIG", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name))
    paths = Paths.from_environment({})
    assert paths.data.name == "meetrec"
    assert len({paths.data, paths.config, paths.state, paths.cache}) >= 1


def test_folders_are_made_private(tmp_path: Path) -> None:
    paths = Paths.under(tmp_path / "home").make()
    for folder in (paths.data, paths.sessions, paths.config, paths.state, paths.running, paths.logs, paths.cache):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
