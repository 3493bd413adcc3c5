"""The pages tell the truth: examples run, commands, options and files they name exist. See CONTRIBUTING.md."""

from __future__ import annotations

import functools
import itertools
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, ROOT, Page, commands, meetrec_calls, read_page, shows

README_LINES = 150
TOP_LEVEL = ("meetrec/", "tests/", "docs/", "scripts/", "benchmarks/", "screenshots/", ".ci/")
BESIDE_PYTHON = Path(sys.executable).parent

pages = pytest.mark.parametrize("page", [read_page(path) for path in PAGES], ids=lambda page: page.name)


def run(command: str, folder: Path, variables: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a line in a shell, in `folder`, with the installed meetrec first on the path and without a terminal."""
    path = os.pathsep.join([str(BESIDE_PYTHON), os.environ.get("PATH", os.defpath)])
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        cwd=folder,
        env={**os.environ, **variables, "PATH": path},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=100,
    )


@functools.cache
def help_of(*command: str) -> str:
    """Return what `meetrec COMMAND --help` prints."""
    done = run(" ".join(["meetrec", *command, "--help"]), ROOT, {})
    assert done.returncode == 0, done
    return done.stdout


def subcommands(*command: str) -> set[str]:
    """Return the names of the commands, or of one command's actions."""
    return set(re.findall(r"^ {4}([a-z][a-z-]*)\b", help_of(*command), re.MULTILINE)) if _has_more(*command) else set()


def _has_more(*command: str) -> bool:
    return re.search(r"^(commands|actions):$", help_of(*command), re.MULTILINE) is not None


def options(*command: str) -> set[str]:
    """Return the options a command knows."""
    return set(re.findall(r"(?<![\w-])--?[a-zA-Z][\w-]*", help_of(*command)))


def all_options() -> set[str]:
    """Return the options any command knows."""
    return options().union(*(options(name) for name in subcommands()))


def unknown_in(words: list[str]) -> list[str]:
    """Return the commands, actions and options among the words of a call that meetrec does not know."""
    if words and not re.match(r"[a-z-]", words[0]):  # a picture or a synopsis
        return []
    words = words[1:] if words[:1] == ["help"] else words  # `meetrec help list` is `meetrec list --help`
    command: tuple[str, ...] = ()
    for word in (word for word in words if re.fullmatch(r"[a-z][a-z-]*", word)):
        if not _has_more(*command):
            break
        if word not in subcommands(*command):
            return [word]
        command = (*command, word)
    known = options(*command)
    named = [word.partition("=")[0].strip("[]") for word in itertools.takewhile(lambda word: word != "--", words)]
    return [word for word in named if re.match(r"--?[a-zA-Z]", word) and word not in known]


def is_settings(document: Mapping[str, object]) -> bool:
    """Say whether a TOML document can be meant as settings, which are sections and nothing else."""
    return all(isinstance(value, dict) for value in document.values())


@pages
def test_examples_run_and_print_what_the_page_shows(page: Page, folder: Path, simulated: Mapping[str, str]) -> None:
    for block in page.blocks:
        for command in commands(block) if block.language == "console" else []:
            where = f"{page.name}:{command.line}: $ {command.text}"
            assert "meetrec" in command.text, f"{where}\nis no example of meetrec: fence it as sh or text"
            done = run(command.text, folder, simulated)
            printed = f"{where}\n{done.stdout}{done.stderr}"
            assert done.returncode == 0, f"{printed}ended with {done.returncode}"
            assert shows(done.stdout + done.stderr, command.shown) is None, (
                f"{printed}does not show what the page shows"
            )


@pages
def test_every_command_and_option_a_page_names_exists(page: Page) -> None:
    for line, words in meetrec_calls(page):
        unknown = unknown_in(words)
        assert not unknown, f"{page.name}:{line}: meetrec {' '.join(words)}: unknown {unknown}"
    for line, span in page.spans:
        option = re.match(r"--[a-z][\w-]*", span)
        assert option is None or option[0] in all_options(), f"{page.name}:{line}: no command has {option[0]}"


@pages
def test_every_file_a_page_links_to_or_names_exists(page: Page) -> None:
    for link in page.links:
        target, _, fragment = link.target.partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        path = page.path.parent / target if target else page.path
        assert path.exists(), f"{page.name}:{link.line}: {link.target} does not exist"
        assert not fragment or fragment in read_page(path).anchors, f"{page.name}:{link.line}: no heading #{fragment}"
    for line, span in page.spans:
        if re.fullmatch(r"[\w./-]+", span) and span.startswith(TOP_LEVEL):
            assert (ROOT / span).exists(), f"{page.name}:{line}: {span} does not exist"


@pages
def test_every_make_target_a_page_names_exists(page: Page) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for line, text in [*page.spans, *((block.line, block.text) for block in page.blocks)]:
        named = set(re.findall(r"^(?:\$ )?make ([a-z-]+)", text, re.MULTILINE))
        assert named <= targets, f"{page.name}:{line}: make has no {named - targets}"


@pages
def test_settings_a_page_shows_are_accepted(page: Page, folder: Path, simulated: Mapping[str, str]) -> None:
    for block in page.blocks:
        if block.language == "toml" and is_settings(tomllib.loads(block.text)):
            path = Path(run("meetrec settings path", folder, simulated).stdout.strip())
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, "utf-8")
            done = run("meetrec settings show", folder, simulated)
            assert done.returncode == 0, f"{page.name}:{block.line}: {done.stderr}"


def test_the_readme_is_short_enough_to_be_read() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= README_LINES
