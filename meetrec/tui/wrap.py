"""Text into lines of so many cells. Counting lines is what laying out a long list costs, so plain text goes fast."""

from __future__ import annotations

from rich.cells import cell_len, chop_cells


def wrap(text: str, width: int) -> list[str]:
    """Return `text` in lines of at most `width` cells, broken at blanks, inside a word only where it is longer.

    An empty text is one empty line. Cells, not characters: East Asian characters and emoji take two.
    """
    width = max(width, 2)
    if len(text) * 2 <= width or (len(text) <= width and text.isascii()):
        return [text]
    return _wrap_narrow(text, width) if text.isascii() else _wrap_wide(text, width)


def fit(text: str, width: int) -> str:
    """Return `text` cut to `width` cells; an ellipsis stands for what is missing."""
    if len(text) * 2 <= width or cell_len(text) <= width:
        return text
    if width <= 1:
        return "…"[:width]
    kept = chop_cells(text, width - 1)[0]
    return kept.rstrip() + "…"


def _wrap_narrow(text: str, width: int) -> list[str]:
    """Wrap text whose characters all take one cell."""
    lines = []
    start, length = 0, len(text)
    while length - start > width:
        cut = text.rfind(" ", start, start + width + 1)
        if cut < start:
            lines.append(text[start : start + width])
            start += width
        elif cut == start:  # a blank at the beginning of a line is no place for a break, and none is seen there
            start += 1
        else:
            lines.append(text[start:cut])
            start = cut + 1
    lines.append(text[start:])
    return lines


def _wrap_wide(text: str, width: int) -> list[str]:
    lines = []
    line, used = "", 0
    for word in text.split(" "):
        size = cell_len(word)
        if line and used + 1 + size <= width:
            line, used = f"{line} {word}", used + 1 + size
            continue
        if line:
            lines.append(line)
        if size <= width:
            line, used = word, size
            continue
        *whole, line = chop_cells(word, width)
        lines.extend(whole)
        used = cell_len(line)
    lines.append(line)
    return lines
