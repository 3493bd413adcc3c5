"""`meetrec play`: hear a session, without a screen."""

from __future__ import annotations

import time
from argparse import Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING

from meetrec.cli.output import Output, Styled
from meetrec.core.clock import format_clock
from meetrec.core.document import Document
from meetrec.core.editing.origins import find_speaker
from meetrec.core.errors import AudioDeviceError, AudioError, ExitCode, UsageError
from meetrec.core.moments import moment
from meetrec.core.playing import Playing, segment_at, speed_words, spoken_spans
from meetrec.core.transcript import Segment, Transcript
from meetrec.storage.documents import load_document
from meetrec.storage.paths import Paths
from meetrec.storage.session_folder import SessionFolder
from meetrec.storage.sessions import SessionStore

if TYPE_CHECKING:
    from meetrec.audio.player import Player

_LOOK_S = 0.1
_LET_GO_S = 2.0


def open_player(folder: SessionFolder) -> Player:
    """Return what plays a session. Raises AudioError where it has no sound."""
    files = folder.audio_files
    if not files:
        raise AudioError(f"{folder.id} has no sound", "it was deleted, or never recorded")
    from meetrec.audio.player import Player

    return Player(files)


def play(options: Namespace, output: Output) -> int:
    """Play a session to its end, or to Ctrl+C."""
    folder = SessionStore(Paths.from_environment()).find(options.id)
    document = load_document(folder)
    spans = _spans(options, document)
    player = open_player(folder)
    try:
        _set_speed(player, options.speed, output)
        player.play(spans)
        output.line(Styled(document.session.title, "bold"), f" · from {format_clock(spans[0][0])}")
        _follow(player, document.transcript or Transcript(), output)
    finally:
        player.close(wait_s=_LET_GO_S)
    return ExitCode.DONE


def _spans(options: Namespace, document: Document) -> list[tuple[float, float]]:
    """Return what is to be heard. Raises UsageError where there is nothing of it."""
    start = moment(options.start, document) if options.start is not None else 0.0
    if start >= document.duration > 0:
        length = format_clock(document.duration)
        raise UsageError(f"there is no {options.start} in this session", f"it ends at {length}")
    if not options.speaker:
        return [(start, float("inf"))]
    if document.transcript is None:
        hint = f"run meetrec finish {document.session.id}"
        raise UsageError("who speaks is not known before the minutes are made", hint)
    speaker = find_speaker(document.transcript, options.speaker)
    spans = spoken_spans(document.transcript.segments, speaker, start)
    if not spans:
        raise UsageError(f"{options.speaker} says nothing from {format_clock(start)} on", "give an earlier time")
    return spans


def _set_speed(player: Player, speed: float, output: Output) -> None:
    try:
        player.set_speed(speed)
    except AudioError as error:
        output.warn(f"{error.message}; played as it was spoken", error.hint)


def _follow(player: Player, transcript: Transcript, output: Output) -> None:
    """Show what is heard until it is over. Raises AudioDeviceError where nothing can be heard, AudioError else."""
    starts = [one.start for one in transcript.segments]
    while (playing := player.status).state != "ended":
        if playing.problem:
            kind = AudioDeviceError if playing.state == "no output" else AudioError
            raise kind(playing.problem, playing.hint)
        index = segment_at(transcript.segments, starts, playing.position)
        output.status(*_status(playing, transcript, None if index is None else transcript.segments[index], output))
        time.sleep(_LOOK_S)


def _status(
    playing: Playing, transcript: Transcript, heard: Segment | None, output: Output
) -> Sequence[str | Styled]:  # fmt: skip
    """Return "▶ 00:12:34 / 01:02:03 · 1.25× · Ana  what she says", as much of it as fits in a line."""
    head = f"▶ {format_clock(playing.position)} / {format_clock(playing.duration)}"
    if playing.speed != 1:
        head += f" · {speed_words(playing.speed)}"
    if heard is None:
        return [head]
    head += f" · {transcript.speaker(heard.speaker).name}"
    room = output.columns - len(head) - 3
    text = heard.text if len(heard.text) <= room else f"{heard.text[: max(room - 1, 0)]}…"
    return [head, Styled(f"  {text}", "dim")] if room > 10 else [head]
