"""The states of a running session told in words, so that nothing is told by color alone. No Textual here."""

from __future__ import annotations

from dataclasses import dataclass

from meetrec.core.clock import format_length
from meetrec.tui.live import Live
from meetrec.tui.words import Tone, refusal_words

SHAPES: dict[Tone, str] = {"good": "✓", "warn": "!", "bad": "×", "quiet": "·"}


@dataclass(frozen=True, slots=True)
class Status:
    """One line of the status block: what, how it is, and a tone that adds a shape and a color."""

    label: str
    words: str
    tone: Tone


def statuses(live: Live) -> tuple[Status, ...]:
    """Return the lines of the status block: disk, captions, and a line for each track or for the minutes."""
    if live.phase == "starting":
        return (
            Status("Disk", "…", "quiet"),
            Status("Captions", "…", "quiet"),
            Status("Microphone", "starting", "quiet"),
        )
    if live.is_recording:
        sound = tuple(_sound(live, track) for track in live.tracks)
        return (_disk(live), _captions(live), *sound)
    if not live.has_begun:
        return ()
    lost = live.phase == "lost"
    return (
        Status("Sound", "what was written is safe" if lost else "safe on disk", "quiet" if lost else "good"),
        Status("Captions", "kept as a first draft" if live.captioned else "off", "quiet"),
        _minutes(live),
    )


def _disk(live: Live) -> Status:
    disk = live.disk
    if disk is None:
        return Status("Disk", "safe on disk", "good")
    left = time_left_words(disk.minutes_left)
    match disk.state:
        case "ok":
            return Status("Disk", f"safe on disk, {left} left", "good")
        case "low":
            return Status("Disk", f"safe, but only {left} left", "warn")
        case "critical":
            return Status("Disk", f"nearly full, {left} left", "bad")
        case "full":
            return Status("Disk", "full; what was recorded is safe", "bad")


def time_left_words(minutes: float) -> str:
    """Return "5 h" or, when it is less than two hours, "42 min"."""
    return f"{minutes / 60:.0f} h" if minutes >= 120 else format_length(minutes * 60)


def _captions(live: Live) -> Status:
    link = live.link
    if link is None:
        return Status("Captions", "connecting" if live.captioned else "off", "quiet")
    match link.state:
        case "connecting":
            return Status("Captions", "connecting", "quiet")
        case "live":
            return Status("Captions", "live", "good")
        case "behind":
            return Status("Captions", f"{format_length(max(link.behind, 1))} behind, catching up", "warn")
        case "offline":
            return Status("Captions", "offline, the recording goes on", "bad")
        case "off":
            return Status("Captions", "off", "quiet")


def _sound(live: Live, track: str) -> Status:
    label = {"mic": "Microphone", "system": "Computer"}.get(track, track)
    if live.phase == "paused":
        return Status(label, "paused, nothing is recorded", "warn")
    hearing = Status(label, "hearing you" if track == "mic" else "hearing it", "good")
    match live.signals.get(track):
        case "zero" if track == "mic":
            return Status(label, "nothing at all arrives: muted?", "bad")
        case "zero":
            return Status(label, "silent", "quiet")
        case "quiet":
            return Status(label, "very quiet", "warn")
        case "normal":
            return hearing
        case None:
            return hearing if track in live.heard else Status(label, "listening", "quiet")


def _minutes(live: Live) -> Status:
    match live.phase:
        case "failed":
            return Status("Minutes", "not made", "bad")
        case "lost":
            return Status("Minutes", "not known", "bad")
        case "ready":
            return Status("Minutes", "ready", "good")
        case _:
            return Status("Minutes", progress_words(live), "quiet")


def progress_words(live: Live) -> str:
    """Return how far the minutes are: "2 of 5 parts done, 40 s left"."""
    if not live.parts:
        return "getting ready"
    done = f"{len(live.parts_done)} of {live.parts} part{'s' if live.parts != 1 else ''} done"
    if live.parts_failed:
        done += f", {len(live.parts_failed)} failed"
    left = live.seconds_left
    return f"{done}, {format_length(max(left, 1))} left" if left else done


def advice_words(live: Live) -> str:
    """Return what needs attention most while recording, in a full sentence with what to do; empty when all is well."""
    if not live.is_recording:
        return _end_words(live)
    if live.disk is not None and live.disk.state in ("critical", "full"):
        return (
            "The disk is nearly full. Free some space; when none is left the recording stops, and what it has is kept."
        )
    if live.phase == "recording" and live.signals.get("mic") == "zero":
        return "Nothing at all arrives from the microphone. Is it muted, switched off, or the wrong one?"
    link = live.link
    if link is not None and link.state == "offline":
        return _sentences("No captions for now", link.why, link.hint, "The recording goes on and is safe.")
    if link is not None and link.state == "off" and link.why:
        return _sentences("Captions are off", link.why, link.hint)
    return ""


def _end_words(live: Live) -> str:
    if not live.has_begun:
        return ""
    if live.phase == "lost":
        return _sentences("Out of touch with the recorder", live.why, live.hint)
    if live.phase == "failed":
        return _sentences("The minutes are not made", live.why, live.hint)
    return (
        _sentences("The recording stopped", live.stopped_why, "", "What was recorded is safe.")
        if live.stopped_why
        else ""
    )


def _sentences(what: str, why: str, hint: str, *more: str) -> str:
    told = [f"{what}: {why}." if why else f"{what}.", f"{hint[:1].upper()}{hint[1:]}." if hint else "", *more]
    return " ".join(one for one in told if one)


def empty_captions_words(live: Live) -> str:
    """Return what stands in place of captions while there are none: a sentence, then more, a line each."""
    match live.phase:
        case "starting":
            return "Starting to record …"
        case "failed" | "lost" if not live.has_begun:
            return refusal_words(live.why, live.hint, "Press r to try again, Esc for the library.")
        case "paused":
            return "Paused\nSpace goes on with the same recording."
    link = live.link
    if link is not None and link.state == "off":
        return "No captions\nThe recording is kept all the same; the minutes can be made from it."
    if link is not None and link.state == "offline":
        return "No captions yet\nThey follow when the service answers."
    return "Listening\nCaptions appear here while people speak."


def heading_words(live: Live) -> tuple[str, str, Tone]:
    """Return shape, word and tone of the record screen's first line."""
    if live.phase == "failed":
        return ("■", "STOPPED", "warn") if live.has_begun else ("○", "NOT RECORDING", "quiet")
    return _HEADINGS[live.phase]


_HEADINGS: dict[str, tuple[str, str, Tone]] = {
    "starting": ("○", "STARTING", "quiet"),
    "recording": ("●", "REC", "bad"),
    "paused": ("‖", "PAUSED", "warn"),
    "closing": ("■", "STOPPING", "good"),
    "stopping": ("■", "STOPPED, making the minutes", "good"),
    "finishing": ("■", "STOPPED, making the minutes", "good"),
    "ready": ("■", "STOPPED, minutes ready", "good"),
    "lost": ("?", "OUT OF TOUCH", "bad"),
}
