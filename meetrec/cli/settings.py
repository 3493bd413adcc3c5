"""`meetrec settings`: show, path, edit, get, set."""

from __future__ import annotations

import os
import tomllib
from argparse import Namespace
from typing import Any

from meetrec.cli.editor_program import run_editor
from meetrec.cli.output import Output, Styled
from meetrec.core.errors import ExitCode, SettingsError
from meetrec.core.settings import Settings, all_keys
from meetrec.storage.files import make_folder, write_whole
from meetrec.storage.paths import Paths
from meetrec.storage.settings_file import load_settings, read_settings_text, set_value, variable_of

_NEW_FILE = "# The settings of meetrec. All of them, with their defaults: meetrec settings show\n"


def show(options: Namespace, output: Output) -> int:
    """Print every setting as TOML, with where its value comes from."""
    paths = Paths.from_environment()
    settings = load_settings(paths.settings)
    origins = _origins(paths)
    if options.json:
        output.json_value({key: {"value": _plain(settings, key), "from": origins[key]} for key, _, _ in all_keys()})
        return ExitCode.DONE
    section = ""
    for key, about, _ in all_keys():
        table, _, name = key.partition(".")
        if table != section:
            if section:
                output.line()
            output.line(Styled(f"[{table}]", "bold"))
            section = table
        comment = f"{about} ({origins[key]})" if origins[key] != "default" else about
        output.line(f"{name} = {toml_value(_plain(settings, key))}", Styled(f"  # {comment}", "dim"))
    return ExitCode.DONE


def path_setting(options: Namespace, output: Output) -> int:
    """Print where the settings file is."""
    output.line(str(Paths.from_environment().settings))
    return ExitCode.DONE


def get_setting(options: Namespace, output: Output) -> int:
    """Print the value of one setting: texts as they are, lists separated by commas."""
    settings = load_settings(Paths.from_environment().settings)
    settings.get(options.key)
    value = _plain(settings, options.key)
    if options.json:
        output.json_value(value)
    elif isinstance(value, list):
        output.line(",".join(value))
    else:
        output.line(value if isinstance(value, str) else toml_value(value))
    return ExitCode.DONE


def set_setting(options: Namespace, output: Output) -> int:
    """Change one setting in the file; its comments stay."""
    path = Paths.from_environment().settings
    _check_address(options.key, options.value)
    settings = set_value(path, options.key, options.value)
    output.line(f"{options.key} = {toml_value(_plain(settings, options.key))}  ({path})")
    variable = variable_of(options.key)
    if variable in os.environ:
        output.warn(f"the environment variable {variable} overrides this", f"unset {variable}")
    return ExitCode.DONE


def edit_setting(options: Namespace, output: Output) -> int:
    """Open the file in the user's editor, and say what is wrong in it afterwards."""
    path = Paths.from_environment().settings
    if not path.exists():
        make_folder(path.parent)
        write_whole(path, _NEW_FILE)
    run_editor(path)
    load_settings(path)
    output.line(f"{path} is valid")
    return ExitCode.DONE


def toml_value(value: Any) -> str:
    """Return the value as TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + "".join(_toml_char(char) for char in value) + '"'
    if isinstance(value, list):
        return f"[{', '.join(toml_value(one) for one in value)}]"
    return repr(value)


def _toml_char(char: str) -> str:
    if char in {'"', "\\"}:
        return f"\\{char}"
    if char.isprintable():
        return char
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"


def _plain(settings: Settings, key: str) -> Any:
    section, _, name = key.partition(".")
    return settings.to_dict()[section][name]


def _origins(paths: Paths) -> dict[str, str]:
    """Return by key "default", the path of the settings file, or the environment variable."""
    try:
        in_file = tomllib.loads(read_settings_text(paths.settings))
    except tomllib.TOMLDecodeError as error:  # load_settings told it before, unless it was changed in between
        raise SettingsError(f"{paths.settings} is not valid TOML: {error}", "run meetrec settings edit") from error
    origins = {}
    for key, _, _ in all_keys():
        section, _, name = key.partition(".")
        if variable_of(key) in os.environ:
            origins[key] = variable_of(key)
        else:
            origins[key] = str(paths.settings) if name in in_file.get(section, {}) else "default"
    return origins


def _check_address(key: str, value: str) -> None:
    """Refuse an address that could never work before it is kept."""
    if key == "provider.base_url" and value:
        from meetrec.provider.endpoints import find_endpoint

        current = load_settings(Paths.from_environment().settings)
        find_endpoint(current.with_text(key, value, "the command line").provider, {})
