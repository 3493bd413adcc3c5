"""Rules of the house no linter knows: how long a module may be, how it may not be called, where its tests stand."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import meetrec

PACKAGE = Path(meetrec.__file__).parent
TESTS = Path(__file__).parent
LONGEST_MODULE = 300
LONGEST_FUNCTION = 60
VAGUE = {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc"}

modules = pytest.mark.parametrize(
    "path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: path.relative_to(PACKAGE).as_posix()
)


@modules
def test_a_module_can_be_read_in_one_go(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= LONGEST_MODULE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
            assert node.end_lineno - node.lineno < LONGEST_FUNCTION, f"{node.name} is too long"


@modules
def test_a_name_says_what_is_inside(path: Path) -> None:
    assert path.stem not in VAGUE


def test_tests_stand_where_what_they_test_stands() -> None:
    floors = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
    folders = {path.name for path in TESTS.iterdir() if any(path.glob("test_*.py"))}
    assert folders - {"docs", "e2e", "reliability", "benchmarks"} <= floors
