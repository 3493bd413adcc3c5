"""Text with `{placeholders}`: names in braces and nothing else, so that a template can look nothing up and run nothing.

`{{` and `}}` are braces; a brace that is no placeholder stays as it is.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping

from meetrec.core.errors import SettingsError
from meetrec.core.sanitize import one_line

_BRACES = re.compile(r"\{\{|\}\}|\{([a-z_]+)\}")


def placeholders(text: str) -> list[str]:
    """Return the names in braces, in their order."""
    return [match[1] for match in _BRACES.finditer(text) if match[1]]


def filled(text: str, values: Mapping[str, str]) -> str:
    """Return the text with each placeholder replaced by its value, once: a value with braces stays as it is."""
    return _BRACES.sub(lambda match: values[match[1]] if match[1] else match.group()[0], text)


def check_names(text: str, known: Collection[str], source: str) -> None:
    """Raise SettingsError for a placeholder that is none of the known; `source` says where it stands."""
    for name in placeholders(text):
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
            listed = ", ".join(f"{{{one}}}" for one in known)
            hint = f"did you mean {{{near[0]}}}?" if near else f"there are {listed}; a brace alone is written {{{{"
            raise SettingsError(f"{source}: there is no placeholder {{{one_line(name, 40)}}}", hint)
