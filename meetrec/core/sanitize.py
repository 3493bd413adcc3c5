"""Make text from outside harmless: it may come from a service, a file, a device or a settings file.

`sanitize` is called once, where the text comes in. What it returns holds no control character, no terminal sequence
(ECMA-48, xterm's OSC and DCS), no bidirectional override (Unicode TR9; "Trojan Source", CVE-2021-42574) and no half of
a surrogate pair, so it can be printed, stored as UTF-8 and read in any direction without surprise.
"""

from __future__ import annotations

import re
import unicodedata

_SEQUENCES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"  # CSI
    # OSC, DCS, SOS, PM, APC to their end; an unended one loses its introducer only, so that no words are swallowed
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])(?:[^\x07\x1b\x90\x98\x9c-\x9f]*(?:\x07|\x1b\\|\x9c))?"
    r"|\x1b[ -/]*[0-~]?"  # two-character escapes
)
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_JOINERS = frozenset("\u200c\u200d")  # Persian, Indic scripts and emoji sequences need them
_BREAKS = frozenset("\n\r\t\v\f\x1c\x1d\x1e\x85\u2028\u2029")
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def sanitize(text: str, *, multiline: bool = False, limit: int | None = None) -> str:
    r"""Return `text` without anything that could act on a terminal or confuse a reader.

    Line breaks and tabs become blanks, unless `multiline` keeps "\n". `limit` cuts to that many characters.
    """
    if limit is not None and len(text) > limit:
        text = text[:limit]
    if text.isprintable():
        return text
    return "".join(_harmless(char, multiline) for char in _SEQUENCES.sub("", text))


def _harmless(char: str, multiline: bool) -> str:
    if char.isprintable() or char in _JOINERS:
        return char
    if char in _BREAKS:
        return "\n" if multiline and char == "\n" else " "
    if char in _BIDI:
        return ""
    category = unicodedata.category(char)
    return "" if category in _DROPPED else " "  # what is left are exotic blanks


def one_line(text: str, limit: int = 200) -> str:
    """Return `text` sanitized, on one line, blanks folded, at most `limit` characters with an ellipsis."""
    folded = " ".join(sanitize(text, limit=limit * 8).split())
    return folded if len(folded) <= limit else folded[: limit - 1].rstrip() + "…"
