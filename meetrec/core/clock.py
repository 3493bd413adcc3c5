"""Times as people read them."""

from __future__ import annotations

_FIELD_CHARS = 12


def format_clock(seconds: float) -> str:
    """Return `seconds` as "00:12:34" (hours never wrap; fractions are cut off, a time shown is never in the future)."""
    whole = max(0, int(seconds))
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def format_length(seconds: float) -> str:
    """Return a duration in few words: "41 s", "12 min", "1 h 05 min"."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    minutes = round(whole / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"


def parse_clock(text: str) -> float | None:
    """Read "34", "12:34" or "1:02:03.5" as seconds; None where it is none of them."""
    seconds = 0.0
    fields = text.strip().split(":")
    if not 1 <= len(fields) <= 3:
        return None
    for field in fields:
        if len(field) > _FIELD_CHARS or not field.replace(".", "", 1).isdecimal():
            return None
        seconds = seconds * 60 + float(field)
    return seconds
