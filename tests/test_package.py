"""What is installed is complete."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import meetrec

ROOT = Path(__file__).parents[1]
PACKAGE = Path(meetrec.__file__).parent


def test_the_wheel_holds_every_module_and_data_file_and_the_license(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=60)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    wanted = {
        path.relative_to(ROOT).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
    }
    assert wanted <= packed
    assert f"meetrec-{meetrec.__version__}.dist-info/licenses/LICENSE" in packed
    assert not {name for name in packed if name.startswith(("tests/", "benchmarks/"))}


def test_the_installed_program_tells_its_version() -> None:
    program = Path(sys.executable).parent / "meetrec"
    done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=60)
    assert done.stdout == f"meetrec {meetrec.__version__}\n"
