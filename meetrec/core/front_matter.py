"""YAML front matter in the one form meetrec writes: texts, and lists of texts, always in double quotes.

A quoted scalar is JSON's with YAML's escapes (YAML 1.2, 5.7 and 7.3.1), so that no title can end it, start a comment or
become a key. Any YAML reader takes it; `load` reads this form, not YAML.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

_KEY = re.compile(r'(?P<key>[a-z][a-z0-9_-]*):(?: (?P<value>\[\]|".*"))?')
_UNSAFE = (  # compiled when it is needed: that takes long
    r"[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_SHORT_ESCAPE = re.compile(r"\\x([0-9a-f]{2})")

Value = str | Sequence[str]


def dump(values: Mapping[str, Value]) -> str:
    """Return the block with its two fences. Half surrogates, which no file can hold, become U+FFFD."""
    lines = []
    for key, value in values.items():
        if isinstance(value, str):
            lines.append(f"{key}: {quoted(value)}")
        else:
            lines += [f"{key}:", *(f"  - {quoted(one)}" for one in value)] if value else [f"{key}: []"]
    return "\n".join(["---", *lines, "---", ""])


def quoted(text: str) -> str:
    """Return the text as a double-quoted scalar on one line."""
    whole = re.sub("[\ud800-\udfff]", "\ufffd", text)
    return re.sub(_UNSAFE, _escape, json.dumps(whole, ensure_ascii=False))


def _escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def load(text: str) -> dict[str, Value]:
    """Read the block at the beginning of `text`; what is not in the form of `dump` is passed over."""
    lines = text.split("\n")
    values: dict[str, Value] = {}
    key = ""
    for line in lines[1:] if lines[0] == "---" else []:
        if line == "---":
            break
        listed = values.get(key)
        if line.startswith("  - ") and isinstance(listed, list):
            listed.append(_unquoted(line[4:]))
        elif match := _KEY.fullmatch(line):
            key, value = match["key"], match["value"]
            values[key] = [] if value in {None, "[]"} else _unquoted(value)
    return values


def _unquoted(scalar: str) -> str:
    try:
        text = json.loads(_SHORT_ESCAPE.sub(r"\\u00\1", scalar))
    except ValueError:
        return scalar
    return text if isinstance(text, str) else scalar
