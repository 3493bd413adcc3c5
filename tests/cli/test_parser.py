from __future__ import annotations

import pytest

from meetrec.cli.grammar import build_parser
from meetrec.cli.parser import parse
from meetrec.core.errors import UsageError


def refused(words: str) -> UsageError:
    with pytest.raises(UsageError) as caught:
        parse(build_parser(), words.split())
    return caught.value


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        ("recrod", "there is no command recrod", "run meetrec record"),
        ("zzz", "there is no command zzz", "run meetrec --help to see all commands"),
        ("record --jsn", "meetrec record has no option --jsn", "did you mean --json?"),
        ("list --limti 3", "meetrec list has no option --limti", "did you mean --limit?"),
        ("list --zzz", "meetrec list has no option --zzz", "run meetrec list --help"),
        ("list all", "meetrec list can't use all", "put several words in quotes, or run meetrec list --help"),
        ("show", "ID is missing", "run meetrec show --help"),
        ("record --rate", "--rate needs a value", "run meetrec record --help"),
        ("record --json=3", "--json takes no value, 3 was given", "run meetrec record --help"),
        ("show --json --plain x", "--plain and --json exclude each other", "run meetrec show --help"),
        ("record --speed -1", "--speed must be a number from 0 on, not -1", "run meetrec record --help"),
        ("record --speed nan", "--speed must be a number from 0 on, not nan", "run meetrec record --help"),
        ("record --rate 7", "--rate must be a whole number from 8000 to 192000, not 7", "run meetrec record --help"),
        (
            "export x -f pdf",
            "--format is one of md, txt, json, srt, vtt, html, docx, not pdf",
            "run meetrec export --help",
        ),
        ("settings sho", "ACTION is one of show, path, edit, get, set, not sho", "run meetrec settings --help"),
        ("settings get", "KEY is missing", "run meetrec settings get --help"),
    ],
)
def test_what_makes_no_sense_is_one_sentence_and_a_hint(words: str, message: str, hint: str) -> None:
    error = refused(words)
    assert (error.message, error.hint, error.exit_code) == (message, hint, 2)


def test_words_that_look_like_options_are_told_how_to_be_given() -> None:
    assert "meetrec record -- -rf" in refused("record -rf").hint
    assert parse(build_parser(), ["record", "--", "-rf"]).title == ["-rf"]
    assert parse(build_parser(), ["rename", "latest", "--", "-rf"]).title == ["-rf"]


def test_options_may_stand_before_the_command() -> None:
    namespace = parse(build_parser(), ["--json", "list"])
    assert (namespace.command, namespace.json) == ("list", True)


def test_json_said_before_an_action_of_settings_counts() -> None:
    assert parse(build_parser(), ["settings", "--json", "show"]).json is True


def test_help_with_a_command_is_the_help_of_that_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(build_parser(), ["help", "list"])
    assert ended.value.code == 0
    assert "usage: meetrec list" in capsys.readouterr().out


def test_without_a_command_the_app_opens() -> None:
    assert parse(build_parser(), []).run == "app:open_library"
