"""A file is old or new at every single call to the system by which it is written."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

# Writes a file, and ends as `kill -9` does just before the n-th call that could leave a trace.
CHILD = """
import os, signal, sys
from pathlib import Path
from meetrec.storage.files import write_whole

path, last, how = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
calls = [0]

def counted(call):
    def wrapped(*arguments, **options):
        calls[0] += 1
        if calls[0] == last and how == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if calls[0] == last:
            raise OSError(28, "No space left on device")
        return call(*arguments, **options)
    return wrapped

frees_space = ("fchmod", "unlink") if how == "kill" else ()
for name in ("open", "write", "fsync", "rename", "replace", "link", *frees_space):
    setattr(os, name, counted(getattr(os, name)))
try:
    write_whole(path, '{"new": true}')
except Exception as error:  # its name is what the test looks at
    print(type(error).__name__, error)
    sys.exit(1)
sys.exit(0)
"""


def steps(path: Path, last: int, how: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", CHILD, str(path), str(last), how]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("how", ["kill", "full"])
def test_killed_or_refused_at_any_call_the_file_is_old_or_new(tmp_path: Path, how: str) -> None:
    path = tmp_path / "session.json"
    ended, new = [], 0
    for last in range(1, 40):
        path.write_text('{"new": false}')
        done = steps(path, last, how)
        value = json.loads(path.read_text())
        assert value in ({"new": True}, {"new": False})
        new += value["new"]
        ended.append(done.returncode)
        if done.returncode == 0:
            break
        if how == "full":
            assert done.stdout.startswith(("DiskFullError", "OSError")), done
            assert [one.name for one in tmp_path.iterdir()] == ["session.json"]
    assert len(ended) >= 6  # open, write, sync, rename, open the folder, sync it
    assert ended[-1] == 0
    assert [one.name for one in tmp_path.iterdir()] == ["session.json"]  # what kills left went with the next write
