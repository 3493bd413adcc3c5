"""The settings file and the layers around it: defaults ← settings file ← environment.

The file belongs to the user: it is changed one value at a time, with its comments, and only when the new value is
valid. The command line's layer is put on top by the commands, with `Settings.with_text`.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path

from meetrec.core.errors import SettingsError, StorageError
from meetrec.core.sanitize import one_line
from meetrec.core.settings import Settings, all_keys, split_key, value_from_text
from meetrec.storage.files import make_folder, read_text, write_whole

PREFIX = "MEETREC_"
FILE_LIMIT = 1 << 20


def load_settings(path: Path, environment: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings of the file (none needed) and of the environment.

    Raises SettingsError that names the file or the variable, the key, and the nearest valid one; StorageError where the
    file cannot be read.
    """
    return with_environment(load_file(path), environment)


def load_file(path: Path) -> Settings:
    """Return the defaults with the values of the file, if there is one. Raises as `load_settings` does."""
    return Settings().with_values(_parsed(path, read_settings_text(path)), str(path))


def read_settings_text(path: Path) -> str:
    """Return the text of the settings file, empty where there is none. A symbolic link is followed."""
    if not path.exists():
        return ""
    try:
        return read_text(path, limit=FILE_LIMIT, follow=True)
    except StorageError as error:
        raise SettingsError(error.message, error.hint) from error


def _parsed(path: Path, text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # TOMLDecodeError is one; so is a number of 5,000 digits
        why = one_line(str(error)) or "too deep"
        raise SettingsError(f"{path} is not valid TOML: {why}", "correct that line: meetrec settings edit") from error


def with_environment(settings: Settings, environment: Mapping[str, str]) -> Settings:
    """Return the settings with the values of `MEETREC_<SECTION>_<KEY>` variables.

    A variable of one word (MEETREC_HOME, MEETREC_JOB) is no setting and is left alone. Raises SettingsError.
    """
    keys = {variable_of(key): key for key, _, _ in all_keys()}
    for name in sorted(environment):
        if not name.startswith(PREFIX) or "_" not in name.removeprefix(PREFIX):
            continue
        if name not in keys:
            raise SettingsError(f"the environment: there is no setting for {one_line(name, 80)}", _near(name, keys))
        settings = settings.with_text(keys[name], environment[name], f"the environment ({name})")
    return settings


def variable_of(key: str) -> str:
    """Return "MEETREC_CAPTIONS_MODEL" for "captions.model"."""
    return PREFIX + key.replace(".", "_").upper()


def _near(name: str, known: Mapping[str, str]) -> str:
    import difflib  # for this error alone

    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"did you mean {near[0]}?" if near else f"unset {one_line(name, 80)}"


def set_value(path: Path, key: str, text: str) -> Settings:
    """Set "captions.model" from text in the file, its comments kept, and return the settings of the file.

    Nothing is written where the key or the value is wrong, or the file is not valid as it stands: SettingsError.
    Raises StorageError where the file cannot be written.
    """
    section, name = split_key(key, "the command line")
    value = value_from_text(key, text, "the command line")
    Settings().with_values({section: {name: value}}, "the command line")
    before = read_settings_text(path)
    _parsed(path, before)
    after = _changed(before, section, name, value)
    settings = Settings().with_values(_parsed(path, after), str(path))
    make_folder(path.parent)
    write_whole(path, after, follow=True)
    return settings


def save_settings(path: Path, settings: Settings) -> None:
    """Write every value that is not the default, and those that the file has already; comments stay."""
    text = read_settings_text(path)
    there = _parsed(path, text)
    defaults = Settings()
    for key, _, _ in all_keys():
        section, name = key.split(".")
        value, table = settings.to_dict()[section][name], there.get(section)
        if settings.get(key) != defaults.get(key) or (isinstance(table, dict) and name in table):
            text = _changed(text, section, name, value)
    make_folder(path.parent)
    write_whole(path, text, follow=True)


def _changed(text: str, section: str, name: str, value: object) -> str:
    import tomlkit  # costs 60 ms, and only writing needs it

    document = tomlkit.parse(text)
    if section not in document:
        document[section] = tomlkit.table()
    table = document[section]
    if not isinstance(table, tomlkit.items.AbstractTable | tomlkit.container.OutOfOrderTableProxy):
        raise SettingsError(f"{section} must be a table", f"write [{section}] above its keys")
    table[name] = value
    return tomlkit.dumps(document)
