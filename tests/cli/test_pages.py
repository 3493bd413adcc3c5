"""docs/command-line.md and docs/settings.md leave nothing out."""

from __future__ import annotations

import argparse
import dataclasses
import re
from pathlib import Path

import pytest

from meetrec.cli.grammar import build_parser
from meetrec.cli.settings import toml_value
from meetrec.core.errors import ExitCode
from meetrec.core.events import TYPES
from meetrec.core.settings import Settings, all_keys, choices
from meetrec.recorder.job import Job
from meetrec.recorder.status import Status

DOCS = Path(__file__).parents[2] / "docs"
COMMAND_LINE = (DOCS / "command-line.md").read_text("utf-8")
SETTINGS = (DOCS / "settings.md").read_text("utf-8")


@pytest.mark.parametrize("name", sorted(build_parser().commands))
def test_every_command_and_each_of_its_options_is_described(name: str) -> None:
    assert re.search(rf"^\| `meetrec {name}\b", COMMAND_LINE, re.MULTILINE)
    parser = build_parser().commands[name]
    for action in parser._actions:
        if not isinstance(action, argparse._HelpAction) and action.option_strings:
            assert any(f"`{option}" in COMMAND_LINE for option in action.option_strings), action.option_strings


PRINTED = [kind for kind in TYPES if kind not in {"unknown", "request.sent"}]  # the latter is a row of the ledger


@pytest.mark.parametrize("kind", PRINTED)
def test_every_event_is_described_with_its_fields(kind: str) -> None:
    row = re.search(rf"^\| `{re.escape(kind)}` \| (.*?) \|", COMMAND_LINE, re.MULTILINE)
    fields = [spec.name for spec in dataclasses.fields(TYPES[kind]) if spec.name not in {"at", "time"}]
    assert row is not None, f"no row for {kind}"
    assert row[1].strip() == ", ".join(f"`{name}`" for name in fields)


def test_every_exit_code_is_described() -> None:
    for code in ExitCode:
        assert f"| {code.value} | " in COMMAND_LINE


def test_every_value_of_a_running_job_is_described() -> None:
    described = COMMAND_LINE[COMMAND_LINE.index("A running job in") : COMMAND_LINE.index("## Events")]
    for name in Status(Job(kind="record")).values:
        assert f"`{name}`" in described


@pytest.mark.parametrize("key", [key for key, _, _ in all_keys()])
def test_every_setting_is_described_with_its_default_and_what_it_takes(key: str) -> None:
    about = next(about for name, about, _ in all_keys() if name == key)
    section, _, name = key.partition(".")
    taken = ", ".join(toml_value(one) for one in choices(key))
    meaning = f"{about} ({taken})" if taken else about
    assert f"| `{key}` | `{toml_value(Settings().to_dict()[section][name])}` | {meaning} |" in SETTINGS.splitlines()
