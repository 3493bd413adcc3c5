"""The user's own editor."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

from meetrec.core.errors import UsageError


def run_editor(path: Path) -> None:
    """Open the file in $VISUAL or $EDITOR and wait for its end. Raises UsageError where that fails."""
    command = os.environ.get("VISUAL") or os.environ.get("EDITOR") or ("notepad" if os.name == "nt" else "vi")
    try:
        code = subprocess.run([*shlex.split(command), str(path)], check=False).returncode
    except (OSError, ValueError) as error:
        raise UsageError(f"the editor {command} could not be started", "set EDITOR to one, such as nano") from error
    if code != 0:
        raise UsageError(f"the editor {command} ended with status {code}", f"look at {path}")
