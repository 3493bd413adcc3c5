"""Columns that line up in a terminal, whatever is written in them."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from meetrec.core.sanitize import one_line

GAP = "  "
_CELL_LIMIT = 500


def width(text: str) -> int:
    """Return how many cells of a terminal the text takes (Unicode TR11: wide and full-width characters take two)."""
    if text.isascii():
        return len(text)
    return sum(_cells(char) for char in text)


def fit(text: str, cells: int) -> str:
    """Return the text cut to that many cells, with an ellipsis where something was cut."""
    if width(text) <= cells:
        return text
    kept, used = "", 0
    for char in text:
        used += _cells(char)
        if used > cells - 1:
            break
        kept += char
    return f"{kept.rstrip()}…" if cells > 0 else ""


def table(rows: Sequence[Sequence[str]], *, columns: int | None = None, shrink: int | None = None) -> list[str]:
    """Return the rows as lines in which the columns line up; the first row is the heading.

    Where a line would be wider than `columns` cells, the column number `shrink` is cut.
    """
    cells = [[one_line(cell, _CELL_LIMIT) for cell in row] for row in rows]
    widths = [max(map(width, column)) for column in zip(*cells, strict=True)]
    if columns is not None and shrink is not None:
        over = sum(widths) + len(GAP) * (len(widths) - 1) - columns
        widths[shrink] = max(width(cells[0][shrink]), widths[shrink] - max(0, over))
    return [GAP.join(map(_padded, row, widths)).rstrip() for row in cells]


def _padded(text: str, cells: int) -> str:
    fitted = fit(text, cells)
    return fitted + " " * (cells - width(fitted))


def _cells(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in {"Cf", "Me", "Mn"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1
