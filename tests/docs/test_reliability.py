"""docs/reliability.md names a test for every promise, and every test it names exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.docs.pages import ROOT

PAGE = ROOT / "docs" / "reliability.md"
TO_COME = {"A7", "A8", "A13"}
"""Rows that belong to recording what the computer plays, and to devices that change."""
ROWS = [
    f"{part}{number}"
    for part, last in {"A": 15, "B": 8, "C": 9, "D": 7, "E": 7, "F": 6, "G": 7}.items()
    for number in range(1, last + 1)
    if f"{part}{number}" not in TO_COME
]


def rows() -> dict[str, list[str]]:
    """Return the cells of each row of the page's tables: fault, promise, test, figure."""
    lines = [re.split(r" *\| *", line.strip("|").strip()) for line in PAGE.read_text("utf-8").splitlines()]
    return {cells[0]: cells[1:] for cells in lines if re.fullmatch(r"[A-G]\d+", cells[0])}


def functions_in(path: Path) -> set[str]:
    """Return the names of the functions in a file of tests."""
    tree = ast.parse(path.read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_promise_has_a_row_with_all_its_cells() -> None:
    assert list(rows()) == ROWS
    assert [row for row, cells in rows().items() if len(cells) != 4 or not all(cells)] == []
    assert [row for row, cells in rows().items() if "not yet" in " ".join(cells)] == []
    assert [row for row, (_, _, tests, _) in rows().items() if "::" not in tests and "`benchmarks/" not in tests] == []


def test_every_test_the_page_names_exists() -> None:
    for row, (_, _, tests, _) in rows().items():
        for path, name in re.findall(r"`([\w./-]+)::(\w+)`", tests):
            assert (ROOT / path).is_file(), f"{row}: {path} does not exist"
            assert name in functions_in(ROOT / path), f"{row}: {path} has no {name}"
