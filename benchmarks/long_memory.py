"""What a recorder process holds after eight hours of a recording with captions live, against ten minutes."""

from __future__ import annotations

from benchmarks.memory import footprints

HOURS = 8


def main() -> None:
    """Record eight hours, fifty times faster than real time."""
    first, last, _ = footprints(10, HOURS * 60)
    print(f"  minute 10: {first}")
    print(f"  hour {HOURS}: {last}")
    ratio = last.resident_mb / first.resident_mb
    print(f"memory of the recorder after {HOURS} h: {ratio:.2f} of that after 10 min (at most 1.05)")
