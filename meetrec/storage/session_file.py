"""`session.toml`: what is known of a session beside its sound. A person may edit it, and may break it.

Reading never fails on what the file holds: a value that is missing or wrong is replaced by what the folder's name says
or by the default, and told in words. Writing changes only the values that differ; comments and unknown keys stay.
"""

from __future__ import annotations

import dataclasses
import json
import re
import tomllib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from meetrec.core.errors import StorageError
from meetrec.core.fields import coerced
from meetrec.core.sanitize import one_line, sanitize
from meetrec.core.session import Session, clean_title
from meetrec.storage.files import read_text, write_whole

NAME = "session.toml"
SCHEMA = 1
FILE_LIMIT = 1 << 20
NAME_LIMIT = 80
_STAMP = re.compile(r"(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d)(?:-(.+))?")
_HEADER = "# A session of meetrec. The title and the names of the speakers may be changed here.\n"
_PLAIN = tuple(spec for spec in dataclasses.fields(Session) if spec.name not in {"id", "started_at", "names"})


def read_session(folder: Path) -> tuple[Session, str]:
    """Return what `session.toml` in the folder says, and in words what is wrong with it (empty: nothing)."""
    values, problem = _load(folder / NAME)
    started_at, title = _from_folder_name(folder)
    when = values.pop("started_at", None)
    if isinstance(when, datetime):
        started_at = when if when.tzinfo is not None else when.astimezone()
    known: dict[str, Any] = {"title": title}
    for spec in _PLAIN:
        value = coerced(values.get(spec.name), str(spec.type))
        if value is not None:
            known[spec.name] = value
        elif spec.name in values:
            problem = problem or f"{NAME}: {spec.name} is {one_line(repr(values[spec.name]), 40)}"
    known["title"] = clean_title(known["title"], started_at)
    return Session(id=folder.name, started_at=started_at, names=_names(values.get("speakers")), **known), problem


def _load(path: Path) -> tuple[dict[str, Any], str]:
    """Return the values of the file, none where it can't be read, and what is wrong with it."""
    try:
        values = tomllib.loads(read_text(path, limit=FILE_LIMIT))
    except StorageError as error:
        return {}, f"{NAME} is missing" if isinstance(error.__cause__, FileNotFoundError) else error.message
    except (ValueError, RecursionError) as error:  # TOMLDecodeError is one; so is a number of 5,000 digits
        return {}, f"{NAME} is not valid TOML: {one_line(str(error), 100)}"
    schema = values.get("schema", SCHEMA)
    newer = isinstance(schema, int) and schema > SCHEMA
    return values, f"{NAME} was written by a newer version of meetrec" if newer else ""


def _names(values: object) -> dict[str, str]:
    if not isinstance(values, Mapping):
        return {}
    names = {str(key): one_line(value, NAME_LIMIT) for key, value in values.items() if isinstance(value, str)}
    return {key: name for key, name in names.items() if name}


def _from_folder_name(folder: Path) -> tuple[datetime, str]:
    """Return the start and the title that the name of a folder tells, its time of change where it tells none."""
    if match := _STAMP.fullmatch(folder.name):
        try:
            return datetime.strptime(match[1], "%Y-%m-%dT%H-%M-%S").astimezone(), (match[2] or "").replace("-", " ")
        except (ValueError, OverflowError):  # the 31st of February, the year 0000
            return changed_at(folder), folder.name
    return changed_at(folder), folder.name


def changed_at(folder: Path) -> datetime:
    """Return when the folder was last changed, in local time."""
    try:
        return datetime.fromtimestamp(folder.stat().st_mtime).astimezone()
    except OSError:
        return datetime.fromtimestamp(0).astimezone()


def write_new_session(folder: Path, session: Session) -> None:
    """Write the file of a new session. Raises StorageError."""
    lines = [f"{key} = {_toml(value)}\n" for key, value in _values(session).items()]
    lines += ["\n[speakers]\n", *(f"{_toml(key)} = {_toml(name)}\n" for key, name in session.names.items())]
    write_whole(folder / NAME, _HEADER + "".join(lines), new=True)


def _values(session: Session) -> dict[str, Any]:
    plain = {spec.name: getattr(session, spec.name) for spec in _PLAIN}
    return {"schema": SCHEMA, "title": plain.pop("title"), "started_at": session.started_at, **plain}


def _toml(value: object) -> str:
    """Return a value as TOML; its basic strings are JSON's but for U+007F, which sanitized text does not hold."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(sanitize(value) if isinstance(value, str) else value, ensure_ascii=False)


def change_session(folder: Path, session: Session) -> None:
    """Write what differs from the file as it stands; a file that is no TOML any more is set aside, not lost.

    Raises StorageError, also for a file of a newer version, which is not touched.
    """
    import tomlkit  # costs 60 ms, and only writing needs it

    path = folder / NAME
    before, problem = _load(path)
    schema = before.get("schema", SCHEMA)
    if not isinstance(schema, int) or schema > SCHEMA:
        raise StorageError(f"{path}: {problem or 'its schema is unknown'}", "upgrade meetrec to change it")
    if not before:
        _set_aside(path)
        write_new_session(folder, session)
        return
    text = read_text(path, limit=FILE_LIMIT)
    document = tomlkit.parse(text)
    if schema < SCHEMA:  # what an older meetrec wrote is kept as it was, for that meetrec
        write_whole(path.with_name(f"session.v{schema}.toml"), text)
        document["schema"] = SCHEMA
    there = _values(read_session(folder)[0])
    for key, value in _values(session).items():
        if value != there[key]:
            document[key] = list(value) if isinstance(value, tuple) else value
    if _names(before.get("speakers")) != dict(session.names):
        _change_names(document, session.names)
    write_whole(path, tomlkit.dumps(document))


def _change_names(document: Any, names: Mapping[str, str]) -> None:
    import tomlkit

    if not isinstance(document.get("speakers"), Mapping):
        document["speakers"] = tomlkit.table()
    table = document["speakers"]
    for key in [key for key in table if key not in names]:
        del table[key]
    for key, name in names.items():
        if table.get(key) != name:
            table[key] = name


def _set_aside(path: Path) -> None:
    number = 1
    while (kept := path.with_name(f"session.broken-{number}.toml")).exists():
        number += 1
    try:
        path.rename(kept)
    except FileNotFoundError:
        return
    except OSError as error:
        raise StorageError(f"{path} cannot be set aside: {error.strerror}", "check the folder's permissions") from error
