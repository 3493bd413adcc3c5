"""Reading the command line, and saying in plain words what makes no sense in it."""

from __future__ import annotations

import argparse
import re
from collections.abc import Collection, Sequence
from typing import Any, NoReturn

from meetrec.core.errors import UsageError

_PHRASES = (
    (r"argument (?:-\w/)?(\S+): invalid choice: '?(.*?)'? \(choose from (.*)\)", r"\1 is one of \3, not \2"),
    (r"argument (?:-\w/)?(\S+): not allowed with argument (?:-\w/)?(\S+)", r"\1 and \2 exclude each other"),
    (r"argument (?:-\w/)?(\S+): expected (?:one|at least one) argument", r"\1 needs a value"),
    (r"argument (?:-\w/)?(\S+): ignored explicit argument '(.*)'", r"\1 takes no value, \2 was given"),
    (r"argument (?:-\w/)?(\S+): (.*)", r"\1 \2"),
    (r"the following arguments are required: (.*)", r"\1 is missing"),
)


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one sentence, and what to do next."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **{"allow_abbrev": False, **options})
        self.commands: dict[str, Parser] = {}
        """The parsers of the commands by name."""

    def error(self, message: str) -> NoReturn:
        """Raise UsageError instead of printing the usage and ending the program."""
        raise UsageError(_in_words(message), f"run {self.prog} --help")


def parse(parser: Parser, arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line. Raises UsageError; `--help` and `--version` print and raise SystemExit.

    Options of a command may stand before it (`meetrec --json list`); `meetrec help list` means `list --help`.
    """
    words = _command_first(list(arguments), parser.commands)
    if words and not words[0].startswith("-") and words[0] not in parser.commands:
        import difflib  # only a mistake needs it

        near = difflib.get_close_matches(words[0], parser.commands, n=1, cutoff=0.5)
        hint = f"run meetrec {near[0]}" if near else "run meetrec --help to see all commands"
        raise UsageError(f"there is no command {words[0]}", hint)
    namespace, extra = parser.parse_known_args(words)
    if extra:
        raise _unexpected(extra, parser.commands.get(namespace.command or "", parser))
    return namespace


def _command_first(words: list[str], commands: Collection[str]) -> list[str]:
    if words[:1] == ["help"]:
        return [*words[1:2], "--help"]
    place = next((index for index, word in enumerate(words) if not word.startswith("-")), 0)
    leading = words[:place]
    if not leading or words[place] not in commands or {"--", "--version", "--help", "-h"}.intersection(leading):
        return words
    return [words[place], *leading, *words[place + 1 :]]


def _unexpected(extra: Sequence[str], parser: Parser) -> UsageError:
    """Say what to do about words that nothing takes."""
    name = parser.prog
    word = extra[0]
    if not word.startswith("-") or word == "-":
        return UsageError(f"{name} can't use {word}", f"put several words in quotes, or run {name} --help")
    option = word.partition("=")[0]
    import difflib

    near = difflib.get_close_matches(option, re.findall(r"--?[a-z][a-z-]*", parser.format_usage()), n=1, cutoff=0.7)
    if near:
        return UsageError(f"{name} has no option {option}", f"did you mean {near[0]}?")
    hint = f"run {name} --help"
    if "..." in parser.format_usage():  # it takes words, and this may be one of them
        hint += f"; words that begin with a dash go after --, as in {name} -- {word}"
    return UsageError(f"{name} has no option {option}", hint)


def _in_words(message: str) -> str:
    """Turn what argparse says into a sentence."""
    for pattern, words in _PHRASES:
        if re.fullmatch(pattern, message, re.DOTALL):
            return re.sub(pattern, words, message, flags=re.DOTALL).replace("'", "")
    return message
