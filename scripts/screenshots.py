"""Draw screenshots/ from the scenes of the tests: `make screenshots`, or python -m scripts.screenshots [NAME…].

SVG always; PNG beside it where rsvg-convert is installed and --png is given.
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


async def to_png(path: Path) -> None:
    """Draw an SVG as PNG beside it."""
    process = await asyncio.create_subprocess_exec("rsvg-convert", "-o", path.with_suffix(".png"), path)
    if await process.wait():
        raise SystemExit("rsvg-convert failed")


async def main() -> None:
    """Draw what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="scenes to draw; all of them when none is named")
    parser.add_argument("--to", type=Path, default=ROOT / "screenshots")
    parser.add_argument("--size", help="only this size, such as 80x24")
    parser.add_argument("--theme", choices=THEMES)
    parser.add_argument("--png", action="store_true", help="draw PNG too (needs rsvg-convert)")
    options = parser.parse_args()
    options.to.mkdir(parents=True, exist_ok=True)
    for scene in SCENES:
        if options.names and scene.name not in options.names:
            continue
        for width, height in SIZES:
            for theme in THEMES:
                if options.theme not in (None, theme) or options.size not in (None, f"{width}x{height}"):
                    continue
                path = options.to / f"{scene.name}-{width}x{height}-{theme.removeprefix('meetrec-')}.svg"
                path.write_text(await draw(scene, (width, height), theme), encoding="utf-8")
                if options.png:
                    await to_png(path)
                print(path)


if __name__ == "__main__":
    asyncio.run(main())
