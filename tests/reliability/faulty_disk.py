"""A disk that fails on command, for the recorder processes of a test: what no test can bring a real one to do.

`install(folder)` writes a `sitecustomize.py`, which Python runs when it starts (PYTHONPATH), and returns the
environment that makes programs use it. The file `orders.json` beside it says what fails from now on:

- `{"write": "ENOSPC", "after": 3}`: the third and all later writes to a session's files are refused;
- `{"sound": "EIO"}`: writes to `audio.wav` in the folder of sessions are refused;
- `{"free": 1000000}`: so many bytes are free on the disk.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

_CODE = """
import errno, json, os, shutil
from pathlib import Path

_orders = Path(__file__).with_name("orders.json")
_count = [0]

def _order():
    try:
        return json.loads(_orders.read_text())
    except (OSError, ValueError):
        return {}

def _path(fd):
    try:
        return os.readlink(f"/proc/self/fd/{fd}")
    except OSError:
        return ""

def _check(fd):
    order = _order()
    if not order:
        return
    path = _path(fd)
    if "/sessions/" not in path:
        return
    if "sound" in order and path.endswith("/audio.wav"):
        raise OSError(getattr(errno, order["sound"]), os.strerror(getattr(errno, order["sound"])))
    if "write" in order:
        _count[0] += 1
        if _count[0] >= order["after"]:
            raise OSError(getattr(errno, order["write"]), os.strerror(getattr(errno, order["write"])))

def _failing(call):
    def wrapped(fd, *arguments):
        _check(fd)
        return call(fd, *arguments)
    return wrapped

os.write, os.pwrite = _failing(os.write), _failing(os.pwrite)
_usage = shutil.disk_usage

def _disk_usage(path):
    found = _usage(path)
    free = _order().get("free")
    return found if free is None else type(found)(found.total, found.total - free, free)

shutil.disk_usage = _disk_usage
"""


class FaultyDisk:
    """The disk of the programs that are started with `environment`."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._orders = folder / "orders.json"
        (folder / "sitecustomize.py").write_text(_CODE, "utf-8")
        self.environment = {"PYTHONPATH": os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")]))}

    def order(self, **values: object) -> None:
        """Say what fails from now on; nothing where nothing is given."""
        temporary = self._orders.with_suffix(".new")
        temporary.write_text(json.dumps(values), "utf-8")
        temporary.replace(self._orders)
