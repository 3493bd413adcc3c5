"""Text from outside is shown as it is: it is no markup to the app and no command to the terminal."""

from __future__ import annotations

import sys
import unicodedata
from pathlib import Path

import pytest

from tests.terminal import Terminal
from tests.tui.hostile import DRIVING, HOSTILE_SCENES, LITERAL, PAYLOAD, hostile_scenes
from tests.tui.looking import looking
from tests.tui.scenes import SIZES, Scene, Stage, play, screen_text

ROOT = Path(__file__).parents[2]


def harmful(text: str) -> list[str]:
    kinds = {"Cc", "Cf", "Cs"}
    return [
        f"{char!r} in {line!r}" for line in text.split("\n") for char in line if unicodedata.category(char) in kinds
    ]


@pytest.mark.parametrize("scene", HOSTILE_SCENES, ids=lambda scene: scene.name)
async def test_no_widget_lets_a_control_character_through(scene: Scene) -> None:
    app = scene.stage().app()
    async with app.run_test(size=SIZES[0], notifications=True) as pilot:
        await play(scene, pilot)
        for size in SIZES:
            await pilot.resize_terminal(*size)
            assert harmful(screen_text(app)) == []


@pytest.mark.parametrize("scene", hostile_scenes("markup", LITERAL), ids=lambda scene: scene.name)
async def test_markup_is_shown_letter_by_letter(scene: Scene) -> None:
    app = scene.stage().app()
    async with app.run_test(size=(160, 45)) as pilot:
        await play(scene, pilot)
        assert "[@click=app.bell]x[/]" in screen_text(app)


@pytest.mark.parametrize("text", [PAYLOAD, LITERAL], ids=["driving", "markup"])
async def test_notifications_are_no_markup_and_no_command(text: str) -> None:
    async with looking(Stage(), (160, 45)) as look:
        look.app.notify(text, title=text, markup=False)
        await look.see("end" if text is PAYLOAD else "a[/]b [red]r[/red]")
        assert harmful(look.text) == []


def test_a_real_terminal_receives_none_of_it(tmp_path: Path) -> None:
    for name in ("driving-library", "driving-record"):
        command = (sys.executable, "-m", "tests.tui.play", name, "--log", str(tmp_path / "log"))
        with Terminal(*command, cwd=ROOT, env={"PYTHONUNBUFFERED": "1"}) as terminal:
            terminal.wait_for("end")
            title = terminal.title
            terminal.keys("C-q")
            assert terminal.wait_for_exit() == 0
            output = terminal.output()
        assert title != "owned"
        for payload in DRIVING:
            raw = payload.encode("utf-8", "surrogatepass")
            assert raw not in output, payload
        assert b"\x1b]52" not in output
        assert b"\x1b]0;" not in output
        assert b"\x1b]8;" not in output
        assert "\u202e".encode() not in output
