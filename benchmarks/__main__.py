"""Run the benchmarks that are named, or all of them but the slow ones."""

from __future__ import annotations

import compileall
import importlib
import sys
import time
from pathlib import Path

ALL = (
    "first_paint", "link_delay", "caption_paint", "recorder_cost", "app_cost", "memory", "recovery",
    "export_time", "editing_time", "library_scale", "review_speed",
)  # fmt: skip
SLOW = ("long_memory", "minutes_time", "import_time")
"""Ten to twenty minutes: run when they are named."""


def main() -> int:
    """Run them one after the other: each measures the machine and must be alone on it."""
    unknown = [name for name in sys.argv[1:] if name not in ALL + SLOW]
    if unknown:
        print(f"there is no benchmark {unknown[0]}; choose from: {' '.join(ALL + SLOW)}", file=sys.stderr)
        return 2
    compileall.compile_dir(Path(__file__).parents[1] / "meetrec", quiet=1)  # as an installation does
    for name in sys.argv[1:] or ALL:
        began = time.monotonic()
        print(f"{name}", flush=True)
        importlib.import_module(f"benchmarks.{name}").main()
        print(f"  (took {time.monotonic() - began:.0f} s)", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
