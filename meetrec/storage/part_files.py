"""The `parts/` folder of a session: the plan of the parts, and the service's answer to each as received."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from meetrec.core.parts import Part
from meetrec.core.stitch import PartAnswer
from meetrec.storage.files import make_folder, write_whole


class PartFiles:
    """Reads and writes `parts/plan.json` and `parts/000.json`. A broken file counts as missing: it is made again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load_plan(self) -> list[Part]:
        """Return the plan of an earlier run, nothing where there is none."""
        try:
            values = json.loads((self._folder / "plan.json").read_text(encoding="utf-8"))
            return [Part(number, float(start), float(end)) for number, (start, end) in enumerate(values["parts"])]
        except (OSError, ValueError, KeyError, TypeError):
            return []

    def save_plan(self, parts: Sequence[Part]) -> None:
        """Keep the plan. Raises StorageError."""
        plan = {"schema": 1, "parts": [[part.start, part.end] for part in parts]}
        make_folder(self._folder)
        write_whole(self._folder / "plan.json", json.dumps(plan) + "\n")

    def load_answers(self) -> dict[int, PartAnswer]:
        """Return the answers kept so far by part number."""
        answers = {}
        for path in sorted(self._folder.glob("[0-9][0-9][0-9].json")):
            number = int(path.stem)
            try:
                answers[number] = PartAnswer.from_dict(number, json.loads(path.read_text(encoding="utf-8")))
            except (OSError, ValueError):
                continue
        return answers

    def save_answer(self, answer: PartAnswer) -> None:
        """Keep an answer for good. Raises StorageError."""
        make_folder(self._folder)
        text = json.dumps(answer.to_dict(), ensure_ascii=False, indent=1)
        write_whole(self._folder / f"{answer.part.number:03d}.json", text + "\n")

    def upload_path(self, part: Part, upload: str) -> Path:
        """Return where the file for the upload of a part is put; its folder exists. Raises StorageError."""
        make_folder(self._folder)
        return self._folder / f"{part.number:03d}.upload.{upload}"

    def clear(self) -> None:
        """Forget plan and answers, for a run from the beginning; a transcript made of them stays."""
        for path in (*self._folder.glob("[0-9][0-9][0-9].json"), self._folder / "plan.json"):
            path.unlink(missing_ok=True)
