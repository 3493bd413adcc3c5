"""Settings take what they should, and say in one sentence what is wrong with the rest."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetrec.core.errors import ExitCode, SettingsError
from meetrec.core.settings import Settings, all_keys, choices, split_key, value_from_text
from tests.core.test_fields import JSON

KEYS = [key for key, _, _ in all_keys()]
HERE = "/srv/work/settings.toml"


def wrong(values: dict[str, object]) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        Settings().with_values(values, HERE)
    return caught.value


def test_layers_lie_on_each_other() -> None:
    low = Settings().with_values({"captions": {"model": "whisper-1", "delay": "high"}}, HERE)
    high = low.with_values({"captions": {"model": "gpt-transcribe"}}, "the environment")
    assert (high.captions.model, high.captions.delay) == ("gpt-transcribe", "high")
    assert low.captions.model == "whisper-1"


def test_a_wrong_key_names_the_file_the_key_and_the_nearest_valid_one() -> None:
    error = wrong({"captions": {"modle": "x"}})
    assert error.message == f"{HERE}: there is no setting captions.modle"
    assert error.hint == "did you mean captions.model?"
    assert error.exit_code == ExitCode.USAGE


def test_a_wrong_section_names_the_nearest_valid_one() -> None:
    error = wrong({"caption": {"model": "x"}})
    assert "[caption]" in error.message
    assert error.hint == "did you mean captions?"


def test_a_value_where_a_section_belongs_is_told() -> None:
    assert wrong({"captions": 3}).hint == "write [captions] above its keys"


@pytest.mark.parametrize(
    ("section", "key", "value", "wanted"),
    [
        ("provider", "kind", "opnai", "one of 'openai', 'azure', 'compatible'"),
        ("captions", "enabled", "yes", "true or false"),
        ("captions", "enabled", 1, "true or false"),
        ("captions", "model", 5, "a text"),
        ("captions", "languages", "en", "a list of texts"),
        ("captions", "languages", [1], "a list of texts"),
        ("minutes", "parallel", 0, "a whole number from 1 to 8"),
        ("minutes", "parallel", 2.0, "a whole number"),
        ("minutes", "parallel", True, "a whole number"),
        ("audio", "rate", 192_001, "a whole number from 8000 to 192000"),
        ("captions", "max_turn_s", "22", "a number"),
        ("captions", "max_turn_s", float("nan"), "a number from 5 to 60"),
        ("captions", "max_cost_per_session", -1, "a number from 0 on"),
        ("captions", "max_cost_per_session", float("inf"), "a number from 0 on"),
        ("captions", "max_cost_per_session", 10**400, "a number from 0 on"),
    ],
)
def test_a_wrong_value_is_told_with_what_it_must_be(section: str, key: str, value: object, wanted: str) -> None:
    error = wrong({section: {key: value}})
    assert error.message.startswith(f"{HERE}: {section}.{key} is ")
    assert error.message.endswith(f"it must be {wanted}")


def test_a_number_may_be_written_without_its_point() -> None:
    settings = Settings().with_values({"captions": {"max_turn_s": 30}}, HERE)
    assert settings.captions.max_turn_s == 30.0
    assert type(settings.captions.max_turn_s) is float


def test_every_setting_has_a_line_of_help_and_a_valid_default() -> None:
    for key, about, default in all_keys():
        section, name = split_key(key, HERE)
        assert about
        assert Settings().get(key) == default
        Settings().with_values({section: {name: Settings().to_dict()[section][name]}}, HERE)
        assert not choices(key) or default in choices(key)


def test_the_values_of_a_choice_are_known() -> None:
    assert choices("provider.kind") == ("openai", "azure", "compatible")
    assert choices("captions.model") == ()


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("captions.enabled", " Yes ", True),
        ("captions.enabled", "off", False),
        ("minutes.parallel", "4", 4),
        ("captions.max_turn_s", "12.5", 12.5),
        ("captions.languages", "en, de,,", ["en", "de"]),
        ("captions.languages", "", []),
        ("captions.prompt", " as it is ", " as it is "),
    ],
)
def test_text_becomes_a_value_of_the_settings_type(key: str, text: str, value: object) -> None:
    assert value_from_text(key, text, HERE) == value


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("captions.enabled", "perhaps"),
        ("minutes.parallel", "two"),
        ("minutes.parallel", "9" * 5000),
        ("captions.max_turn_s", "nan"),
        ("captions.max_turn_s", "1e999"),
        ("captions.nothing", "x"),
        ("captions", "x"),
        ("", "x"),
        ("provider.kind", "\x1b[31m"),
    ],
)
def test_text_that_is_no_value_is_a_settings_error_without_control_characters(key: str, text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings().with_text(key, text, "the command line")
    assert caught.value.message.isprintable()
    assert len(caught.value.message) < 300


@given(st.sampled_from(KEYS), st.text())
def test_no_text_raises_anything_but_a_settings_error(key: str, text: str) -> None:
    try:
        settings = Settings().with_text(key, text, "the command line")
    except SettingsError:
        return
    section, name = key.split(".")
    assert settings.with_values({section: {name: settings.to_dict()[section][name]}}, HERE) == settings


@given(st.dictionaries(st.sampled_from(["captions", "minutes", "x"]), JSON))
def test_no_content_raises_anything_but_a_settings_error(values: dict[str, object]) -> None:
    with contextlib.suppress(SettingsError):
        Settings().with_values(values, HERE)


def test_values_and_settings_are_two_forms_of_the_same() -> None:
    settings = Settings().with_values({"captions": {"keywords": ["Ünï", "a,b"]}}, HERE)
    assert Settings().with_values(settings.to_dict(), HERE) == settings
