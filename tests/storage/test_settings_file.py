"""Settings come in layers, and the file stays the user's."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meetrec.core.errors import SettingsError, StorageError
from meetrec.core.settings import Settings, all_keys, choices
from meetrec.storage.settings_file import load_file, load_settings, save_settings, set_value, variable_of

KEYS = [key for key, _, _ in all_keys()]
COMMENTED = """\
# mine
[captions]   # live
model = "whisper-1"  # the old one
languages = ["en",
  "de"]
[screen]
theme = "nord"
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "settings.toml"


def write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)


def refused(path: Path, text: str) -> SettingsError:
    write(path, text)
    with pytest.raises(SettingsError) as caught:
        load_settings(path, {})
    return caught.value


def test_without_a_file_there_are_defaults(path: Path) -> None:
    assert load_settings(path, {}) == Settings()
    assert not path.exists()


def test_the_environment_lies_over_the_file(path: Path) -> None:
    write(path, COMMENTED)
    settings = load_settings(
        path, {"MEETREC_CAPTIONS_MODEL": "gpt-transcribe", "MEETREC_MINUTES_MAX_PART_SECONDS": "60"}
    )
    assert settings.captions.model == "gpt-transcribe"
    assert settings.captions.languages == ("en", "de")
    assert settings.minutes.max_part_seconds == 60.0
    assert settings.screen.theme == "nord"


def test_every_setting_has_a_variable_of_its_own() -> None:
    assert len({variable_of(key) for key in KEYS}) == len(KEYS)
    assert all(name.count("_") >= 2 for name in map(variable_of, KEYS))


def test_a_variable_that_is_no_setting_is_named_with_the_nearest(path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(path, {"MEETREC_CAPTIONS_MODLE": "x"})
    assert "MEETREC_CAPTIONS_MODLE" in caught.value.message
    assert caught.value.hint == "did you mean MEETREC_CAPTIONS_MODEL?"


def test_variables_of_one_word_are_the_programs_own(path: Path) -> None:
    names = {"MEETREC_HOME": "/x", "MEETREC_JOB": "{}", "MEETREC_DEBUG": "1", "OPENAI_API_KEY": "sk-1"}
    assert load_settings(path, names) == Settings()


def test_a_wrong_value_in_a_variable_names_the_variable(path: Path) -> None:
    with pytest.raises(SettingsError, match="MEETREC_MINUTES_PARALLEL") as caught:
        load_settings(path, {"MEETREC_MINUTES_PARALLEL": "many"})
    assert "minutes.parallel is 'many', it must be a whole number" in caught.value.message


def test_a_wrong_key_names_file_key_and_nearest(path: Path) -> None:
    error = refused(path, '[captions]\nmodle = "x"\n')
    assert error.message == f"{path}: there is no setting captions.modle"
    assert error.hint == "did you mean captions.model?"


def test_a_key_in_the_settings_is_refused_without_showing_its_value(path: Path) -> None:
    error = refused(path, '[keys]\nopenai = "sk-secret"\n')
    assert "keys.openai" in error.message
    assert "secret" not in error.message + error.hint


@pytest.mark.parametrize(
    "text", ['[captions\nmodel = "x"', "a = 1\na = 2", 'model = "unended', "n = " + "9" * 5000, "\x00"]
)
def test_broken_toml_names_the_file_and_what_to_do(path: Path, text: str) -> None:
    error = refused(path, text)
    assert error.message.startswith(f"{path} is not valid TOML: ")
    assert error.hint == "correct that line: meetrec settings edit"


def test_broken_toml_names_the_line(path: Path) -> None:
    assert "line 2" in refused(path, '[captions]\nmodel = "x\n').message


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"#" * (1 << 21)])
def test_a_file_that_is_no_settings_file_is_told(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(SettingsError, match=r"settings\.toml"):
        load_settings(path, {})


def test_a_folder_in_its_place_is_told(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(SettingsError, match="directory"):
        load_settings(path, {})


def test_setting_a_value_keeps_comments_and_everything_else(path: Path) -> None:
    write(path, COMMENTED)
    settings = set_value(path, "captions.model", "gpt-transcribe")
    assert settings.captions.model == "gpt-transcribe"
    assert path.read_text() == COMMENTED.replace('"whisper-1"', '"gpt-transcribe"')


def test_the_first_setting_makes_the_file_private(path: Path) -> None:
    set_value(path, "captions.keywords", "Ünï, x")
    assert load_file(path).captions.keywords == ("Ünï", "x")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_wrong_value_is_never_written(path: Path) -> None:
    write(path, COMMENTED)
    for key, text in (("captions.modle", "x"), ("minutes.parallel", "99"), ("captions.enabled", "perhaps")):
        with pytest.raises(SettingsError):
            set_value(path, key, text)
    assert path.read_text() == COMMENTED


def test_a_file_that_is_broken_is_not_rewritten(path: Path) -> None:
    write(path, "[captions\n")
    with pytest.raises(SettingsError, match="not valid TOML"):
        set_value(path, "captions.model", "x")
    assert path.read_text() == "[captions\n"


def test_a_wrong_value_elsewhere_in_the_file_can_be_corrected_by_setting_it(path: Path) -> None:
    write(path, "[minutes]\nparallel = 99 # too many\n")
    assert set_value(path, "minutes.parallel", "4").minutes.parallel == 4
    assert path.read_text() == "[minutes]\nparallel = 4 # too many\n"


def test_settings_kept_elsewhere_are_written_there(path: Path, tmp_path: Path) -> None:
    path.parent.mkdir()
    path.symlink_to(tmp_path / "dotfiles.toml")
    (tmp_path / "dotfiles.toml").write_text(COMMENTED)
    set_value(path, "screen.theme", "dracula")
    assert path.is_symlink()
    assert load_file(tmp_path / "dotfiles.toml").screen.theme == "dracula"


@pytest.mark.parametrize("text", ["captions.model = 'x'\n", "captions = {model = 'x'}\n", "[captions]\n[screen]\n"])
def test_any_form_of_table_can_be_changed(path: Path, text: str) -> None:
    write(path, text)
    assert set_value(path, "captions.delay", "high").captions.delay == "high"


def test_an_unwritable_folder_is_told(path: Path) -> None:
    path.parent.mkdir(mode=0o500)
    path.parent.parent.joinpath("plain").touch()
    with pytest.raises(StorageError, match="cannot be made"):
        set_value(path.parent.parent / "plain" / "settings.toml", "captions.delay", "high")


def value_of(key: str, default: object) -> st.SearchStrategy[object]:
    """Draw a value that the setting may have."""
    if choices(key):
        return st.sampled_from(choices(key))
    if isinstance(default, bool):
        return st.booleans()
    texts = st.text(st.characters(exclude_categories=["Cs"]))
    return (
        texts
        if isinstance(default, str)
        else st.lists(texts, max_size=3)
        if isinstance(default, tuple)
        else st.just(default)
    )


SETTINGS = st.fixed_dictionaries({key: value_of(key, default) for key, _, default in all_keys()})


@settings(max_examples=20)
@given(SETTINGS)
def test_settings_survive_save_and_load(tmp_path_factory: pytest.TempPathFactory, values: dict[str, object]) -> None:
    tables: dict[str, dict[str, object]] = {}
    for key, value in values.items():
        section, name = key.split(".")
        tables.setdefault(section, {})[name] = value
    chosen = Settings().with_values(tables, "the test")
    path = tmp_path_factory.mktemp("settings") / "settings.toml"
    save_settings(path, chosen)
    assert load_file(path) == chosen
    save_settings(path, Settings())
    assert load_file(path) == Settings()


@settings(max_examples=40)
@given(st.text(st.characters()))
def test_a_text_set_is_the_text_read(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("settings") / "settings.toml"
    try:
        assert set_value(path, "captions.prompt", text).captions.prompt == text
    except SettingsError:
        assert any("\ud800" <= char <= "\udfff" for char in text)
        return
    assert load_file(path).captions.prompt == text
