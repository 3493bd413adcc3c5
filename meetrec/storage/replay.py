"""The log of edits carried out: which acts hold, and what the transcript is after them."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence

from meetrec.core.editing.edits import apply, default_name
from meetrec.core.editing.history import History
from meetrec.core.errors import MeetrecError
from meetrec.core.transcript import Speaker, Transcript
from meetrec.storage.edit_log import NAME, EditLog, Entry, read_log
from meetrec.storage.files import read_bytes
from meetrec.storage.session_folder import SessionFolder


def begun(entries: Sequence[Entry], version: int) -> Entry | None:
    """Return the entry with which the editing of a version began."""
    return next((one for one in entries if one.kind == "begin" and one.version == version), None)


def fold(entries: Sequence[Entry], version: int) -> tuple[list[Entry], list[Entry]]:
    """Return the acts that hold, oldest first, and those that redo would do, the next one last.

    Raises ValueError naming the line that does not go with those before it.
    """
    done: list[Entry] = []
    undone: list[Entry] = []
    for one in entries:
        if one.version != version:
            continue
        if one.kind == "act":
            done.append(one)
            undone.clear()
        elif one.kind != "begin":
            source, target = (done, undone) if one.kind == "undo" else (undone, done)
            if not source or source[-1].n != one.of:
                raise ValueError(f"line {one.n} of {NAME} does not go with the lines before it")
            target.append(source.pop())
    return done, undone


def replayed(
    folder: SessionFolder, version: int, base: Transcript, log: EditLog, names: Mapping[str, str]
) -> tuple[History, str]:
    """Return the history of a version, and in words why it can't be gone on with (empty: nothing is wrong).

    `names` are those in `session.toml`. What is wrong ends it: the acts before hold.
    """
    first = begun(log.entries, version)
    if first is None:
        return History(named(base, base, names)), log.problem
    if first.base != digest_of(folder, version):
        path = folder.transcript_path(version).name
        return History(named(base, base, names)), f"{path} is not the file that {NAME} belongs to any more"
    start = named(base, base, first.names)
    try:
        done, undone = fold(log.entries, version)
    except ValueError as error:
        return History(start), str(error)
    history = History(start, [one.act for one in done if one.act], [one.act for one in undone if one.act])
    try:
        history.current  # noqa: B018 - carries the acts out
    except MeetrecError:
        return _as_far_as_possible(start, done)
    return history, log.problem


def _as_far_as_possible(start: Transcript, done: Sequence[Entry]) -> tuple[History, str]:
    history = History(start)
    for one in done:
        if one.act is not None:
            try:
                history.push(one.act, apply(history.current, one.act))
            except MeetrecError as error:
                return history, f"line {one.n} of {NAME} does not go with the transcript: {error.message}"
    return history, ""


def edited(folder: SessionFolder, version: int, base: Transcript, names: Mapping[str, str]) -> tuple[Transcript, str]:
    """Return a version of the transcript with its edits and `names`, and in words what is wrong with the edits."""
    history, problem = replayed(folder, version, base, read_log(folder.path / NAME), names)
    return named(history.current, base, names), problem


def named(transcript: Transcript, base: Transcript, names: Mapping[str, str]) -> Transcript:
    """Return the transcript with exactly these names, by speaker id; who has none is called as in `base`."""
    own = {one.id: one for one in base.speakers}
    speakers = tuple(
        Speaker(one.id, names[one.id], named=True)
        if names.get(one.id)
        else own.get(one.id) or Speaker(one.id, default_name(one.id))
        for one in transcript.speakers
    )
    return transcript if speakers == transcript.speakers else dataclasses.replace(transcript, speakers=speakers)


def digest_of(folder: SessionFolder, version: int) -> str:
    """Return the SHA-256 of the file of a version: edits belong to exactly this transcript."""
    return hashlib.sha256(read_bytes(folder.transcript_path(version))).hexdigest()
