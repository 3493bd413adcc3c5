"""Times as people write them: "12:34", "mark:2", "note 1"."""

from __future__ import annotations

import re

from meetrec.core.clock import parse_clock
from meetrec.core.document import Document
from meetrec.core.errors import UsageError
from meetrec.core.sanitize import one_line

_REMARK = re.compile(r"(mark|note)[: ]?([1-9]\d{0,5})")


def moment(text: str, document: Document) -> float:
    """Return seconds on the recording's clock. Raises UsageError."""
    if match := _REMARK.fullmatch(text.strip().casefold()):
        remarks = document.marks if match[1] == "mark" else document.notes
        number = int(match[2])
        if number > len(remarks):
            there = f"it has {len(remarks)}" if remarks else "it has none"
            raise UsageError(
                f"there is no {match[1]} {number} in this session", f"{there}; a time such as 12:34 will do"
            )
        return remarks[number - 1].at
    seconds = parse_clock(text)
    if seconds is None:
        raise UsageError(f"{one_line(text, 40)} is no time", "write 12:34, 1:02:03, mark:1 or note:1")
    return seconds


def span(start: str | None, end: str | None, document: Document) -> tuple[float, float | None]:
    """Return the bounds in seconds; None is the end of the session. Raises UsageError."""
    first = moment(start, document) if start is not None else 0.0
    last = moment(end, document) if end is not None else None
    if last is not None and last <= first:
        raise UsageError(
            f"{one_line(end or '', 40)} is not after {one_line(start or '0:00', 40)}", "give the earlier time to --from"
        )
    return first, last
