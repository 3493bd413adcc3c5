"""The `parts/` folder of a session: the plan of the parts, and the service's answers as received."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from meetrec.core.errors import StorageError
from meetrec.core.stitching.parts import Part
from meetrec.core.stitching.stitch import PartAnswer, RollCall
from meetrec.storage.files import make_folder, write_whole

SCHEMA = 1
_BROKEN = (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError)


class PartFiles:
    """Reads and writes `parts/plan.json` and `parts/000.json`. A broken file counts as missing: it is made again.

    One of a newer version is neither read nor replaced: it is paid for. All that read raise StorageError then.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def move_to(self, folder: Path) -> None:
        """Read and write there from now on."""
        self._folder = folder

    def load_plan(self) -> list[Part]:
        """Return the plan of an earlier run, nothing where there is none."""
        try:
            values = _values(self._folder / "plan.json")
            parts = [Part(int(number), *(float(one) for one in times)) for number, *times in values["parts"]]
        except _BROKEN:
            return []
        return sorted(parts, key=lambda part: part.start)

    def save_plan(self, parts: Sequence[Part]) -> None:
        """Keep the plan. Raises StorageError."""
        plan = {"schema": SCHEMA, "parts": [[part.number, part.start, part.end, part.cut] for part in parts]}
        self._write("plan.json", plan)

    def load_answers(self) -> dict[int, PartAnswer]:
        """Return the answers kept so far by part number."""
        answers = {}
        for path in sorted(self._folder.glob("[0-9][0-9][0-9].json")):
            number = int(path.stem)
            try:
                answers[number] = PartAnswer.from_dict(number, _values(path))
            except _BROKEN:
                continue
        return answers

    def save_answer(self, answer: PartAnswer) -> None:
        """Keep an answer for good. Raises StorageError."""
        self._write(f"{answer.part.number:03d}.json", answer.to_dict())

    def load_roll_calls(self) -> list[RollCall]:
        """Return what the roll calls so far said, the first one first."""
        try:
            return [RollCall.from_dict(one) for one in _values(self._folder / "voices.json")["roll_calls"]]
        except _BROKEN:
            return []

    def save_roll_calls(self, roll_calls: Sequence[RollCall]) -> None:
        """Keep what the roll calls said. Raises StorageError."""
        self._write("voices.json", {"schema": SCHEMA, "roll_calls": [one.to_dict() for one in roll_calls]})

    def upload_path(self, name: str) -> Path:
        """Return where a file for upload is put; its folder exists. Raises StorageError."""
        make_folder(self._folder)
        return self._folder / f"upload-{name}"

    def clear(self) -> None:
        """Forget plan and answers, for a run from the beginning; a transcript made of them stays."""
        for path in self._folder.glob("*.json"):
            path.unlink(missing_ok=True)

    def _write(self, name: str, values: dict[str, Any]) -> None:
        make_folder(self._folder)
        # What is not ASCII is escaped: answers are kept as received, and may hold what acts on who looks at the file.
        write_whole(self._folder / name, json.dumps(values, indent=1) + "\n")


def _values(path: Path) -> Any:
    values = json.loads(path.read_text(encoding="utf-8"))
    if isinstance(values, dict) and isinstance(values.get("schema"), int) and values["schema"] > SCHEMA:
        raise StorageError(f"{path} was written by a newer version of meetrec", "upgrade meetrec to go on with it")
    return values
