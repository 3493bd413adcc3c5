"""Values read from JSON or TOML as the types that dataclasses declare: what came from a file may be anything."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

from meetrec.core.sanitize import sanitize

_Declared = tuple[tuple[str, str, bool], ...]
_DECLARED: dict[type, _Declared] = {}


def declared_fields(cls: type) -> _Declared:
    """Return (name, declared type, whether it has a default) of each field; kept, since files hold many rows."""
    if cls not in _DECLARED:
        _DECLARED[cls] = tuple(
            (spec.name, str(spec.type), spec.default is not dataclasses.MISSING) for spec in dataclasses.fields(cls)
        )
    return _DECLARED[cls]


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
    if type(value) is not float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        try:
            value = float(value)
        except OverflowError:  # JSON's integers have no bounds
            return None
    return value if math.isfinite(value) else None
