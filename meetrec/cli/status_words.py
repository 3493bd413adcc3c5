"""The state of a recorder process in a few words, for the headless status line and for `meetrec status`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from meetrec.cli.output import Styled
from meetrec.core.clock import format_clock

_LINK = {"live": "live", "connecting": "connecting", "offline": "captions offline", "off": "captions off"}
_DISK = {"ok": "safe on disk", "low": "disk nearly full", "critical": "disk almost full", "full": "disk full"}
_SIGNAL = {"zero": "no sound arrives", "quiet": "very quiet"}
_BARS = "▁▂▃▄▅▆▇█"
_QUIETEST_DB, _STEP_DB = -60.0, 7.0


def status_words(values: Mapping[str, Any]) -> list[str | Styled]:
    """Return the answer to "status" as pieces of one line, such as "● REC 00:01:23 · live · safe on disk"."""
    state = values["state"]
    clock = format_clock(values["elapsed"])
    if state == "recording" and values.get("kind") == "import":
        return [Styled("○", "dim"), f" {clock} · importing the file"]
    if state in {"recording", "paused"}:
        head = Styled("● REC", "red") if state == "recording" else Styled("❚❚ PAUSED", "yellow")
        pieces = [_link_words(values["link"]), _DISK.get(values["disk"], values["disk"])]
        if values["signal"] in _SIGNAL:
            pieces.append(_SIGNAL[values["signal"]])
        if values.get("fault"):
            pieces.append(values["fault"])
        return [head, f" {clock} · {' · '.join(pieces)}"]
    return [Styled("○", "dim"), f" {clock} · {_making_words(state, values['parts'])}"]


def level_bars(levels: Sequence[float]) -> str:
    """Return loudness values in dB as a row of bars."""
    steps = [round((level - _QUIETEST_DB) / _STEP_DB) for level in levels]
    return "".join(_BARS[min(max(step, 0), len(_BARS) - 1)] for step in steps)


def _link_words(link: Mapping[str, Any]) -> str:
    if link["state"] == "behind":
        return f"captions {link['behind']:.0f} s behind"
    return _LINK.get(link["state"], str(link["state"]))


def _making_words(state: str, parts: Mapping[str, int]) -> str:
    if state == "finishing":
        of = parts["of"]
        return f"making the minutes: {parts['done']} of {of} part{'s' * (of != 1)} done"
    known = {"starting": "starting", "stopped": "stopped", "finished": "minutes ready", "failed": "minutes not made"}
    return known.get(state, state)
