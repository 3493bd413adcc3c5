"""Draw screenshots/ from the scenes of the tests: `make screenshots`, or python -m scripts.screenshots [NAME…].

Without names it draws those that show the app best, each at one size; with names, or --all, every size and theme.
SVG always; PNG beside it with --png (needs rsvg-convert).
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.tui.scenes import SCENES, SIZES, THEMES, Scene, play  # noqa: E402 - the root must be on the path first

BEST = {
    "library": ("160x45", "80x24"),
    "library-empty": ("80x24",),
    "record-live": ("160x45", "80x24", "60x20"),
    "record-offline": ("80x24",),
    "record-muted": ("80x24",),
    "record-finishing": ("80x24",),
    "review": ("160x45", "80x24"),
    "review-draft": ("80x24",),
    "review-name": ("80x24",),
}
FONT = "DejaVu Sans Mono, Menlo, Consolas, monospace"


async def draw(scene: Scene, size: tuple[int, int], theme: str) -> str:
    """Return the scene as SVG."""
    app = scene.stage().app(theme)
    async with app.run_test(size=size, notifications=True) as pilot:
        await play(scene, pilot)
        svg = app.export_screenshot(title="meetrec", simplify=False)
    svg = svg.replace("&#160;", " ").replace("<svg ", '<svg xml:space="preserve" ', 1)
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    return re.sub(r"font-family: ?[^;]*;", f"font-family: {FONT};", svg)


def wanted(options: argparse.Namespace, name: str, size: str, theme: str) -> bool:
    """Say whether a picture was asked for."""
    if options.theme not in (None, theme) or options.size not in (None, size):
        return False
    return options.all or name in options.names or (not options.names and size in BEST.get(name, ()))


async def to_png(path: Path) -> None:
    """Draw an SVG as PNG beside it."""
    process = await asyncio.create_subprocess_exec("rsvg-convert", "-o", path.with_suffix(".png"), path)
    if await process.wait():
        raise SystemExit("rsvg-convert failed")


async def main() -> None:
    """Draw what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="scenes to draw")
    parser.add_argument("--all", action="store_true", help="draw all scenes")
    parser.add_argument("--to", type=Path, default=ROOT / "screenshots")
    parser.add_argument("--size", help="only this size, such as 80x24")
    parser.add_argument("--theme", choices=THEMES)
    parser.add_argument("--png", action="store_true", help="draw PNG too (needs rsvg-convert)")
    options = parser.parse_args()
    options.to.mkdir(parents=True, exist_ok=True)
    for scene in SCENES:
        for width, height in SIZES:
            for theme in THEMES:
                if not wanted(options, scene.name, f"{width}x{height}", theme):
                    continue
                path = options.to / f"{scene.name}-{width}x{height}-{theme.removeprefix('meetrec-')}.svg"
                path.write_text(await draw(scene, (width, height), theme), encoding="utf-8")
                if options.png:
                    await to_png(path)
                print(path)


if __name__ == "__main__":
    asyncio.run(main())
