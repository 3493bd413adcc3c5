"""`meetrec models`: what each speech model can do, costs, and until when it is there."""

from __future__ import annotations

import dataclasses
from argparse import Namespace
from datetime import date, datetime
from typing import Any

from meetrec.cli.output import Output
from meetrec.cli.table import table
from meetrec.core.errors import ExitCode
from meetrec.core.models import CATALOGUE, Model, find_model
from meetrec.storage.paths import Paths
from meetrec.storage.settings_file import load_settings

_HEADING = ("", "model", "for", "abilities", "turns cut by", "about $/min", "ends")
_ABILITIES = {
    "text_while_speaking": "text while speaking",
    "speakers": "speakers",
    "takes_prompt": "prompt",
    "takes_keywords": "keywords",
    "takes_languages": "languages",
    "takes_delay": "delay",
}


def models(options: Namespace, output: Output) -> int:
    """Print the catalogue, and a warning for each model in use that ends soon."""
    settings = load_settings(Paths.from_environment().settings)
    used = {"captions": settings.captions.model, "minutes": settings.minutes.model}
    known = [model.name for model in CATALOGUE]
    rows = [*CATALOGUE, *(find_model(name) for name in dict.fromkeys(used.values()) if name not in known)]
    today = datetime.now().astimezone().date()
    if options.json:
        output.json_value([_as_json(model, today, used) for model in rows])
        return ExitCode.DONE
    for line in table([_HEADING, *(_row(model, today, used) for model in rows)]):
        output.line(line)
    output.line()
    output.line("* in use (settings captions.model and minutes.model)")
    for name in dict.fromkeys(used.values()):
        warning = find_model(name).ending_words(today)
        if warning:
            output.warn(warning, "choose another: meetrec settings set minutes.model NAME")
    return ExitCode.DONE


def _row(model: Model, today: date, used: dict[str, str]) -> tuple[str, ...]:
    abilities = [words for flag, words in _ABILITIES.items() if getattr(model, flag)]
    return (
        "*" if model.name in used.values() else "",
        model.name,
        " and ".join(purpose for purpose in ("captions", "minutes") if getattr(model, purpose)),
        ", ".join(abilities) + (" (guessed)" if model.guessed else ""),
        ("the service" if model.cuts_turns == "server" else "meetrec") if model.captions else "",
        "?" if model.price_per_minute is None else f"{model.price_per_minute:g}",
        _end(model, today),
    )


def _end(model: Model, today: date) -> str:
    left = model.days_left(today)
    if left is None:
        return ""
    return f"{model.ends}, in {left} days" if left >= 0 else f"{model.ends}, gone"


def _as_json(model: Model, today: date, used: dict[str, str]) -> dict[str, Any]:
    return {
        **dataclasses.asdict(model),
        "ends": None if model.ends is None else model.ends.isoformat(),
        "days_left": model.days_left(today),
        "warning": model.ending_words(today),
        "used_for": [purpose for purpose, name in used.items() if name == model.name],
    }
