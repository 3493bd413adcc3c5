"""Every state of the app looks as it did when somebody last looked at it (python -m tests.tui.snapshot draws anew)."""

from __future__ import annotations

import difflib

import pytest

from tests.tui.scenes import SCENES, Scene
from tests.tui.snapshot import FOLDER, path_of, snapshot


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
async def test_a_scene_looks_as_it_was_approved(scene: Scene) -> None:
    wanted, seen = path_of(scene).read_text("utf-8").splitlines(), (await snapshot(scene)).splitlines()
    if seen != wanted:
        pytest.fail("\n".join(difflib.unified_diff(wanted, seen, "approved", "now", lineterm="", n=1)))


def test_no_snapshot_is_left_of_a_scene_that_is_gone() -> None:
    assert {path.stem for path in FOLDER.glob("*.txt")} == {scene.name for scene in SCENES}
