"""Quick commands stay quick: what is slow to load is loaded by those who need it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = {"textual", "rich", "aiohttp", "sounddevice", "soundfile", "soxr", "numpy", "openai", "azure", "keyring"}
EVENTS = "meetrec.core.events"
"""Thirty kinds of events, which take as long to load as the rest of a list of sessions."""

# Runs a command as the installed program does, then reports what it has loaded.
PROBE = """
import json, sys
sys.argv[0] = "meetrec"
from meetrec.cli import main
try:
    status = main()
except SystemExit as ended:
    status = ended.code
loaded = sorted({name.partition(".")[0] for name in sys.modules} | {name for name in sys.modules if "meetrec." in name})
print(json.dumps({"status": status or 0, "loaded": loaded}), file=sys.stderr)
"""


@pytest.mark.parametrize(
    "command", [["--help"], ["--version"], ["list"], ["list", "--json"], ["status"], ["settings"], ["models"]]
)
def test_a_quick_command_loads_nothing_heavy(command: list[str]) -> None:
    done = subprocess.run([sys.executable, "-c", PROBE, *command], capture_output=True, text=True, timeout=60)
    assert done.stderr.strip(), done
    report = json.loads(done.stderr.splitlines()[-1])
    assert report["status"] == 0, done.stdout + done.stderr
    assert not (HEAVY | {EVENTS}) & set(report["loaded"])


@pytest.mark.parametrize("floor", ["core", "storage", "export", "workflow"])
def test_a_floor_without_sound_and_network_loads_nothing_heavy(floor: str) -> None:
    probe = f"""
import importlib, pkgutil, sys
import meetrec.{floor} as floor
for module in pkgutil.walk_packages(floor.__path__, floor.__name__ + "."):
    importlib.import_module(module.name)
print(*sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, timeout=60, check=True)
    assert not HEAVY & {name.partition(".")[0] for name in done.stdout.split()}
