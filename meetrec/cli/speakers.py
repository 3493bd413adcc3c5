"""`meetrec speakers`: who speaks in a session, and what they are called; who is one person, and who is two."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from typing import Any

from meetrec.cli.changing import change, find_session, open_editing
from meetrec.cli.output import Output
from meetrec.cli.table import table
from meetrec.core.clock import format_clock, format_length
from meetrec.core.editing.acts import Act, Composite, MergeSpeakers, NameSpeaker, SwapSpeakers
from meetrec.core.editing.edits import alike, apply
from meetrec.core.editing.origins import find_speaker, merged, split_back
from meetrec.core.errors import ExitCode, UsageError
from meetrec.core.moments import span
from meetrec.core.speaker_stats import SpeakerStats, speaker_stats
from meetrec.core.transcript import Transcript
from meetrec.storage.documents import load_document
from meetrec.storage.editing import Editing

_HEADING = ("label", "name", "talk time", "share", "turns", "first", "says")
_SAYS = 6


def speakers(options: Namespace, output: Output) -> int:
    """List the speakers, or change who is who: `meetrec speakers latest S1=Ana`."""
    pairs = [_pair(text) for text in options.names]
    if pairs and (options.merge or options.split or options.swap):
        raise UsageError("names, --merge, --split and --swap exclude each other", "do one after the other")
    if not options.swap and (options.start is not None or options.end is not None):
        raise UsageError("--from and --to need --swap", "meetrec assign says who spoke between two times")
    editing = open_editing(find_session(options))
    document = load_document(editing.folder)
    notes: list[str] = []
    if pairs:
        change(editing, lambda now: _naming(now, pairs, notes))
    elif options.merge or options.split or options.swap:
        start, end = span(options.start, options.end, document)
        if done := change(editing, _other_act(options, editing, start, end)):
            notes.append(done)
    for note in notes:
        output.line(f"{note} (meetrec undo {editing.folder.id} takes it back)")
    _list(options, output, editing, document.breaks)
    return ExitCode.DONE


def _pair(text: str) -> tuple[str, str]:
    label, equals, name = text.partition("=")
    if not equals or not label.strip():
        raise UsageError(f"{text} names nobody", 'write LABEL=NAME, as in "S1=Ana"')
    return label.strip(), name.strip()


def _naming(now: Transcript, pairs: list[tuple[str, str]], notes: list[str]) -> Act:
    """Return the act that gives all the names; `notes` says who becomes one by it."""
    acts: list[Act] = []
    notes.clear()
    for label, name in pairs:
        act = NameSpeaker(find_speaker(now, label), name)
        same = [one for one in now.speakers if one.id != act.speaker and name and alike(one.name, name)]
        notes += [f"{act.speaker} and {one.id} are one speaker now, {one.name}" for one in same[:1]]
        now = apply(now, act)
        acts.append(act)
    return acts[0] if len(acts) == 1 else Composite(tuple(acts), f"{len(acts)} speakers named")


def _other_act(options: Namespace, editing: Editing, start: float, end: float | None) -> Callable[[Transcript], Act]:
    def act(now: Transcript) -> Act:
        if options.split:
            return split_back(now, editing.base, _merged_label(now, editing.base, options.split), editing.session.names)
        one, other = (find_speaker(now, label) for label in options.merge or options.swap)
        return MergeSpeakers(one, other) if options.merge else SwapSpeakers(one, other, start, end)

    return act


def _merged_label(now: Transcript, base: Transcript, label: str) -> str:
    """Return who is meant: a label that is no more, or the only one who was merged into a speaker there is."""
    into = merged(now, base)
    known = [origin for origins in into.values() for origin in origins if origin.casefold() == label.casefold()]
    if known:
        return known[0]
    there = [one.id for one in now.speakers if one.id.casefold() == label.casefold() or alike(one.name, label)]
    origins = into.get(there[0], []) if len(there) == 1 else []
    if len(origins) > 1:
        raise UsageError(f"{len(origins)} speakers were merged into {label}", f"say which: {', '.join(origins)}")
    return origins[0] if origins else label


def _list(options: Namespace, output: Output, editing: Editing, breaks: list[float]) -> None:
    transcript = editing.transcript
    into = merged(transcript, editing.base)
    longest = {one.id: "" for one in transcript.speakers}
    for turn in transcript.turns(breaks):
        longest[turn.speaker] = max(longest.get(turn.speaker, ""), turn.text, key=len)
    stats = speaker_stats(transcript, breaks)
    if options.json:
        output.json_value([_as_json(one, longest[one.id], into.get(one.id, [])) for one in stats])
        return
    rows = [_row(one, longest[one.id], into.get(one.id, [])) for one in stats]
    for line in table([_HEADING, *rows], columns=output.columns if output.rewrites else 100, shrink=_SAYS):
        output.line(line)


def _row(one: SpeakerStats, says: str, origins: list[str]) -> tuple[str, ...]:
    return (
        f"{one.id} (and {', '.join(origins)})" if origins else one.id,
        one.name,
        format_length(one.talk_time),
        f"{one.share * 100:.0f} %",
        str(one.turns),
        format_clock(one.first),
        says[:200],
    )


def _as_json(one: SpeakerStats, says: str, origins: list[str]) -> dict[str, Any]:
    """Return a speaker as the session's JSON has them, and what helps to tell who it is."""
    return {
        "id": one.id,
        "name": one.name,
        "named": one.named,
        "talk_time": round(one.talk_time, 1),
        "says": says[:200],
        "share": round(one.share, 4),
        "turns": one.turns,
        "first": round(one.first, 3),
        "excerpt": {"start": round(one.excerpt.start, 3), "end": round(one.excerpt.end, 3)},
        "merged": origins,
    }
