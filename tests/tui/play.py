"""Look at a scene in a terminal: python -m tests.tui.play record-live [meetrec-light]."""

from __future__ import annotations

import sys

from tests.tui.scenes import SCENES, play


def main() -> int:
    names = {scene.name: scene for scene in SCENES}
    if len(sys.argv) < 2 or sys.argv[1] not in names:
        sys.stderr.write("scenes: " + " ".join(names) + "\n")
        return 2
    scene = names[sys.argv[1]]
    app = scene.stage().app(*sys.argv[2:3])

    async def auto(pilot: object) -> None:
        await play(scene, pilot)  # type: ignore[arg-type]

    app.run(auto_pilot=auto if scene.steps else None)
    return app.return_code or 0


if __name__ == "__main__":
    sys.exit(main())
