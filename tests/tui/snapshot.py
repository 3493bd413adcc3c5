"""What a screen looks like, as text that can be read and compared: characters, and below them the styles.

Style runs are letters, given in the order in which styles first appear, so that dark and light share them as long as
what differs in one differs in the other; the legend tells what each letter means in each theme.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from rich.style import Style
from textual.pilot import Pilot

from tests.tui.scenes import SCENES, SIZES, THEMES, Scene, play, settle

FOLDER = Path(__file__).parent / "snapshots"
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _named(style: Style | None) -> str:
    if style is None:
        return "none"
    words = [one for one in ("bold", "dim", "italic", "underline", "reverse") if getattr(style, one)]
    color = style.color.get_truecolor().hex if style.color else "-"
    background = style.bgcolor.get_truecolor().hex if style.bgcolor else "-"
    return " ".join([f"{color} on {background}", *words])


Description = tuple[list[str], list[str], dict[str, str]]


def describe(app: Any) -> Description:
    """Return the text, the style runs ("3a 12b" for each line), and what the letters mean."""
    legend: dict[str, str] = {}
    text, runs = [], []
    for strip in app.screen._compositor.render_strips(app.size):
        text.append(strip.text.rstrip())
        cells = [(_named(segment.style), segment.cell_length) for segment in strip if segment.text]
        line = []
        for name, group in itertools.groupby(cells, key=lambda cell: cell[0]):
            letter = legend.setdefault(name, LETTERS[len(legend)])
            line.append(f"{sum(length for _, length in group)}{letter}")
        runs.append(" ".join(line))
    return text, runs, {letter: name for name, letter in legend.items()}


async def snapshot(scene: Scene) -> str:
    """Play a scene and return what it looks like at every size in both themes."""
    app = scene.stage().app(THEMES[0])
    parts: list[str] = []
    async with app.run_test(size=SIZES[0], notifications=True) as pilot:
        await play(scene, pilot)
        for size in SIZES:
            app.theme = THEMES[0]
            await pilot.resize_terminal(*size)
            await settle(pilot, scene.shows_at(size))
            dark = describe(app)
            app.theme = THEMES[1]
            light = await settle_theme(pilot, dark[2].values())
            parts += _section(size, dark, light)
    return "\n".join(parts) + "\n"


async def settle_theme(pilot: Pilot[Any], dark: Iterable[str]) -> Description:
    """Wait until none of the dark backgrounds is left and nothing changes any more; return what is seen then."""
    deadline = time.monotonic() + 60
    gone = {name.split()[2] for name in dark if "reverse" not in name}
    last, stable = describe(pilot.app), 0
    while stable < 3:
        assert time.monotonic() < deadline, "the theme did not change"
        await pilot.pause(0.03)
        seen = describe(pilot.app)
        left = any(name.split()[2] in gone for name in seen[2].values())
        stable = stable + 1 if seen == last and not left else 0
        last = seen
    return last


def _section(size: tuple[int, int], dark: Description, light: Description) -> Iterator[str]:
    yield f"== {size[0]}x{size[1]}"
    yield from (f"|{line}" for line in dark[0])
    yield "-- styles"
    yield from _folded(dark[1])
    yield from _legend(THEMES[0], dark[2])
    if light[:2] != dark[:2]:
        yield "-- other text or styles in the light theme"
        yield from (f"|{line}" for line in light[0])
        yield from _folded(light[1])
    yield from _legend(THEMES[1], light[2])


def _folded(runs: list[str]) -> Iterator[str]:
    """Yield runs, those of equal neighboring lines once ("x4 80a")."""
    for run, group in itertools.groupby(runs):
        count = len(list(group))
        yield f"x{count} {run}" if count > 1 else run


def _legend(theme: str, legend: dict[str, str]) -> list[str]:
    return [f"-- {theme}", *(f"{letter} {name}" for letter, name in legend.items())]


def path_of(scene: Scene) -> Path:
    return FOLDER / f"{scene.name}.txt"


async def update(names: list[str]) -> None:
    """Write the snapshots anew; all of them when none is named."""
    FOLDER.mkdir(exist_ok=True)
    wanted = [scene for scene in SCENES if not names or scene.name in names]
    for scene in wanted:
        path_of(scene).write_text(await snapshot(scene), encoding="utf-8")
    if not names:
        kept = {path_of(scene) for scene in SCENES}
        for path in FOLDER.glob("*.txt"):
            if path not in kept:
                path.unlink()


if __name__ == "__main__":
    asyncio.run(update(sys.argv[1:]))
