"""Values read from JSON or TOML as the types that dataclasses declare: what came from a file may be anything."""

from __future__ import annotations

import math
from typing import Any

from meetrec.core.sanitize import sanitize


def coerced(value: object, declared: str) -> Any:
    """Return `value` as the type named `declared` ("float", "tuple[str, ...]"), or None where it cannot be one.

    Texts are sanitized (line breaks stay); a number must be finite; true and false are no numbers.
    """
    if declared == "float":
        return _finite(value)
    if declared == "int":
        return value if isinstance(value, int) and not isinstance(value, bool) else None
    if declared == "bool":
        return value if isinstance(value, bool) else None
    if declared.startswith("tuple"):
        if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
            return None
        return tuple(sanitize(one, multiline=True) for one in value)
    return sanitize(value, multiline=True) if isinstance(value, str) else None


def _finite(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:  # JSON's integers have no bounds
        return None
    return number if math.isfinite(number) else None
