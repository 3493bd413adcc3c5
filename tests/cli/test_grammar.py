from __future__ import annotations

from importlib import import_module

import pytest

from meetrec.cli.grammar import FORMATS, build_parser
from meetrec.cli.parser import parse
from meetrec.export import formats

COMMANDS = sorted(build_parser().commands)
SETTINGS = ["show", "path", "edit", "get", "set"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(build_parser(), [command, "--help"])
    assert ended.value.code == 0
    assert f"usage: meetrec {command}" in capsys.readouterr().out


@pytest.mark.parametrize("words", [*([name] for name in COMMANDS), *(["settings", action] for action in SETTINGS)])
def test_every_command_names_a_function_that_exists(words: list[str]) -> None:
    parser = build_parser()
    needed = {"note": ["x"], "show": ["x"], "speakers": ["x"], "rename": ["x", "y"], "delete": ["x"], "export": ["x"]}
    needed |= {"play": ["x"], "search": ["x"], "tag": ["x"], "pin": ["x"], "unpin": ["x"], "folder": ["x"]}
    needed |= {"assign": ["x", "S1", "--line", "1"], **{key: ["x"] for key in ("edit", "undo", "redo", "versions")}}
    needed |= {"import": ["x"], "finish": ["x"], "settings get": ["k"], "settings set": ["k", "v"]}
    module, _, function = parse(parser, [*words, *needed.get(" ".join(words), [])]).run.partition(":")
    assert callable(getattr(import_module(f"meetrec.cli.{module}"), function))


def test_the_formats_offered_are_the_formats_there_are() -> None:
    assert set(FORMATS) == set(formats.FORMATS)
