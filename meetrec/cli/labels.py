"""Tags and pins, by which sessions are found again, and the folder they are in."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path

from meetrec.cli.output import Output
from meetrec.cli.sessions import render_minutes
from meetrec.core.errors import ExitCode, MeetrecError, UsageError
from meetrec.storage.paths import Paths
from meetrec.storage.sessions import SessionStore

_LAUNCH_S = 5.0


def tag(options: Namespace, output: Output) -> int:
    """Change the tags of a session, and print them."""
    changes = [word for word in options.changes if word not in ("", "--json")]
    as_json = options.json or "--json" in options.changes
    for word in changes:
        plain = word.strip("+-# ")
        if word[0] not in "+-" or not plain:
            raise UsageError(f"{word} is no change of a tag", f"meetrec tag ID +{plain or 'budget'} gives one")
    folder = SessionStore(Paths.from_environment()).find(options.id)
    if changes:
        given, taken = ([word[1:] for word in changes if word[0] == sign] for sign in "+-")
        folder.change_tags(add=given, remove=taken)
        render_minutes(folder)
    tags = folder.tags
    if as_json:
        output.json_value({"schema": 1, "id": folder.id, "tags": list(tags)})
    else:
        output.line(" ".join(f"#{one}" for one in tags) or f"{folder.id} has no tags: meetrec tag ID +budget gives one")
    return ExitCode.DONE


def pin(options: Namespace, output: Output) -> int:
    """Keep a session at the top of the library."""
    return _pin(options, output, True)


def unpin(options: Namespace, output: Output) -> int:
    """Let a session stand where its age puts it."""
    return _pin(options, output, False)


def _pin(options: Namespace, output: Output, pinned: bool) -> int:
    folder = SessionStore(Paths.from_environment()).find(options.id)
    folder.pin(pinned)
    if options.json:
        output.json_value({"schema": 1, "id": folder.id, "pinned": pinned})
    else:
        output.line(f"{folder.id} is {'pinned' if pinned else 'not pinned any more'}")
    return ExitCode.DONE


def folder(options: Namespace, output: Output) -> int:
    """Open the folder of a session, or print where it is."""
    path = SessionStore(Paths.from_environment()).find(options.id).path
    opened = not options.json and open_folder(path)
    if options.json:
        output.json_value({"schema": 1, "id": path.name, "path": str(path)})
    elif not opened:
        output.line(str(path))
    return ExitCode.DONE


def open_folder(path: Path) -> bool:
    """Show a folder in the desktop's file manager; False where there is no desktop, or it does not want to."""
    command = opener(sys.platform, os.environ)
    if not command:
        return False
    try:
        done = subprocess.run(
            [*command, str(path)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            timeout=_LAUNCH_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return True  # some file managers stay in the foreground
    except OSError as error:
        raise MeetrecError(f"{command[0]} cannot be started: {error.strerror}", f"the folder is {path}") from error
    return done.returncode == 0 or command[0] == "explorer"  # which says 1 whatever it did


def opener(platform: str, environment: Mapping[str, str]) -> Sequence[str]:
    """Return the command that opens a folder, none where there is no desktop."""
    if platform == "darwin":
        return () if environment.get("SSH_CONNECTION") else ("open",)
    if platform == "win32":
        return ("explorer",)
    desktop = environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY")
    return ("xdg-open",) if desktop and shutil.which("xdg-open") else ()
