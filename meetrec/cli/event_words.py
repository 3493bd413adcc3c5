"""What is said of each event in a line of its own, for those who record without the app."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from meetrec.core import events
from meetrec.core.clock import format_clock


def event_lines(event: events.Event, *, imports: bool = False) -> list[str]:
    """Return the lines for the event; none for what is shown otherwise (captions, levels) or not worth a line.

    `imports` is for files, which are read and not recorded.
    """
    say = (_IMPORT_WORDS if imports else _WORDS).get(type(event))
    return [] if say is None else say(event)


def _started(event: events.RecordingStarted) -> list[str]:
    lines = [f"recording {event.title}" + (f" with {event.device}" if event.device else "")]
    if event.simulated:
        lines.append("the speech service is simulated, nothing leaves this machine")
    return [*lines, f"session {event.id}"]


def _importing(event: events.RecordingStarted) -> list[str]:
    return [f"importing {event.device} as {event.title}", f"session {event.id}"]


def _signal(event: events.AudioSignal) -> list[str]:
    if event.state != "zero":
        return []
    return [_at(event, "no sound at all arrives: the microphone may be muted or unplugged")]


def _disk(event: events.DiskChanged) -> list[str]:
    if event.state == "ok":
        return []
    if event.state == "full":
        return [_at(event, "the disk is full")]
    return [_at(event, f"the disk is nearly full: space for about {event.minutes_left:.0f} more minutes")]


def _making(event: events.MinutesStarted) -> list[str]:
    left = event.parts - event.done
    model = f" with {event.model}" if event.model else ""
    return [f"making the minutes{model}: {left} part{'s' * (left != 1)} to transcribe"]


def _failed(event: events.PartFailed) -> list[str]:
    span = f"{format_clock(event.start)} to {format_clock(event.end)}"
    return [f"{span} could not be transcribed{_because(event.why)}"]


def _ready(event: events.MinutesReady) -> list[str]:
    missing = f" ({event.missing} part{'s' * (event.missing != 1)} missing)" if event.missing else ""
    return [f"minutes: {event.path}{missing}"]


def _at(event: events.Event, words: str) -> str:
    return f"{format_clock(event.at)}  {words}".rstrip()


def _because(why: str) -> str:
    return f": {why}" if why else ""


_WORDS: dict[type[events.Event], Callable[[Any], list[str]]] = {
    events.RecordingStarted: _started,
    events.RecordingPaused: lambda event: [_at(event, "paused")],
    events.RecordingResumed: lambda event: [_at(event, "recording again")],
    events.RecordingStopped: lambda event: [
        f"stopped at {format_clock(event.duration)}, the sound is safe{_because(event.why)}"
    ],
    events.RecordingRecovered: lambda event: [f"recovered: {format_clock(event.duration)} recorded"],
    events.RecordingRescued: lambda event: [_at(event, f"{event.why}; {event.where_now}")],
    events.MarkAdded: lambda event: [_at(event, f"★ {event.text}")],
    events.NoteAdded: lambda event: [_at(event, f"✎ {event.text}")],
    events.AudioSignal: _signal,
    events.AudioGap: lambda event: [_at(event, f"{event.seconds:.1f} s of sound are missing{_because(event.why)}")],
    events.DeviceChanged: lambda event: [_at(event, event.what)],
    events.DiskChanged: _disk,
    events.MinutesStarted: _making,
    events.PartFailed: _failed,
    events.MinutesReady: _ready,
    events.Notice: lambda event: [f"{event.what} ({event.hint})" if event.hint else event.what],
}
_IMPORT_WORDS = _WORDS | {
    events.RecordingStarted: _importing,
    events.RecordingStopped: lambda event: [f"read to {format_clock(event.duration)}{_because(event.why)}"],
    events.AudioSignal: lambda event: [],
}
