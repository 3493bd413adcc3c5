"""One session: a folder of plain files. What is missing is what is left to do; nothing else remembers it."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from meetrec.core.errors import StorageError
from meetrec.core.sanitize import one_line
from meetrec.core.session import Session, clean_tags, clean_title
from meetrec.storage.files import read_text, remove_left_over, write_whole
from meetrec.storage.journal import Journal, read_events
from meetrec.storage.locks import acquire
from meetrec.storage.session_file import change_session, read_session
from meetrec.storage.sound_length import sound_seconds

if TYPE_CHECKING:
    from meetrec.core.event import Event
    from meetrec.core.transcript import Transcript

EDIT_WAIT_S = 5.0
_SOUND = re.compile(r"audio\.([1-9]\d{0,5})\.wav")
_VERSION = re.compile(r"transcript(?:\.([1-9]\d{0,5}))?\.json")


@dataclasses.dataclass(frozen=True)
class SessionFolder:
    """The files of the session at `path`. Methods that write raise StorageError, DiskFullError where space ran out."""

    path: Path

    @property
    def id(self) -> str:
        return self.path.name

    @property
    def audio(self) -> Path:
        """The recording: 16-bit WAV, one channel a track."""
        return self.path / "audio.wav"

    @property
    def audio_files(self) -> list[Path]:
        """The files of the recording that are there, in their order: a WAV ends at 4 GiB, then another begins."""
        others = {
            int(match[1]): path for path in self.path.glob("audio.*.wav") if (match := _SOUND.fullmatch(path.name))
        }
        return [self.audio, *(others[number] for number in sorted(others))] if self.audio.exists() else []

    @property
    def events_path(self) -> Path:
        """The journal: everything that happened, one event a line."""
        return self.path / "events.jsonl"

    @property
    def parts_dir(self) -> Path:
        """The service's answers, as received (storage/part_files.py)."""
        return self.path / "parts"

    @property
    def minutes(self) -> Path:
        """The document that a person reads."""
        return self.path / "minutes.md"

    # -- what is known of it ---------------------------------------------------------------------------------------

    @property
    def session(self) -> Session:
        """What `session.toml` says; what it does not say comes from the folder's name. Never fails on its content."""
        return read_session(self.path)[0]

    @property
    def problem(self) -> str:
        """What is wrong with `session.toml`, in words; empty when nothing is."""
        return read_session(self.path)[1]

    def edit(self, change: Callable[[Session], Session]) -> Session:
        """Change `session.toml` while no other process does, and return the session as it is then."""
        with acquire(self.path / ".lock", wait_s=EDIT_WAIT_S, holder="another meetrec"):
            session = change(self.session)
            change_session(self.path, session)
        return session

    def rename(self, title: str) -> Session:
        """Give the session another title; an empty one becomes "Meeting of …". The folder keeps its name."""
        return self.edit(lambda session: dataclasses.replace(session, title=clean_title(title, session.started_at)))

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags that the user gave."""
        return clean_tags(self.session.tags)

    def change_tags(self, add: Iterable[str] = (), remove: Iterable[str] = ()) -> Session:
        """Give tags and take tags away, whatever their case."""
        unwanted = {tag.casefold() for tag in clean_tags(remove)}

        def change(session: Session) -> Session:
            kept = [tag for tag in clean_tags(session.tags) if tag.casefold() not in unwanted]
            return dataclasses.replace(session, tags=clean_tags([*kept, *add]))

        return self.edit(change)

    def pin(self, pinned: bool) -> Session:
        """Pin the session, or undo that."""
        return self.edit(lambda session: dataclasses.replace(session, pinned=pinned))

    def duration(self) -> float:
        """Return the seconds recorded so far, by the size of the sound; 0 where there is none."""
        return self.sound_seconds() or 0.0

    def sound_seconds(self) -> float | None:
        """Return the seconds recorded so far, None where there is no sound."""
        lengths = [sound_seconds(path) for path in self.audio_files]
        return None if not lengths or None in lengths else sum(filter(None, lengths))

    # -- what happened ---------------------------------------------------------------------------------------------

    def open_journal(self) -> Journal:
        """Open the journal to append to it."""
        return Journal(self.events_path)

    def events(self) -> Iterator[Event]:
        """Yield everything that happened so far."""
        return read_events(self.events_path)

    # -- what was said ---------------------------------------------------------------------------------------------

    def versions(self) -> list[int]:
        """Return the versions of the transcript that are there, oldest first; 1 is `transcript.json`."""
        found = [_VERSION.fullmatch(path.name) for path in self.path.glob("transcript*.json")]
        return sorted(int(match[1] or 1) for match in found if match)

    def transcript_path(self, version: int) -> Path:
        """Return the file of a version: `transcript.json`, `transcript.2.json` and so on."""
        return self.path / ("transcript.json" if version == 1 else f"transcript.{version}.json")

    def transcript(self, version: int | None = None) -> Transcript | None:
        """Return a version of the transcript as stored (without the user's names), the newest for None.

        None where there is none yet. Raises StorageError where it is broken or of a newer version.
        """
        from meetrec.core.transcript import SCHEMA, Transcript  # a list of sessions reads none

        versions = self.versions()
        if version is None and not versions:
            return None
        path = self.transcript_path(versions[-1] if version is None else version)
        hint = "move it away, or make a new version: meetrec finish ID --again"
        try:
            values = json.loads(read_text(path))
            newer = isinstance(values, dict) and isinstance(values.get("schema"), int) and values["schema"] > SCHEMA
            if not newer:
                return Transcript.from_dict(values)
        except (ValueError, RecursionError) as error:
            raise StorageError(f"{path} is not a transcript: {one_line(str(error), 100)}", hint) from error
        raise StorageError(f"{path} was written by a newer version of meetrec", "upgrade meetrec to read it")

    def save_transcript(self, transcript: Transcript, version: int | None = None) -> int:
        """Store the transcript as a new version and return its number; nothing that is there is overwritten.

        `version` is the number an earlier call of the same run returned: that version is replaced.
        """
        text = json.dumps(transcript.to_dict(), ensure_ascii=False, indent=1) + "\n"
        if version is not None:
            write_whole(self.transcript_path(version), text)
            return version
        number = (self.versions() or [0])[-1] + 1
        write_whole(self.transcript_path(number), text, new=True)
        return number

    def save_minutes(self, text: str) -> Path:
        """Store the minutes in place of earlier ones, and return their path."""
        write_whole(self.minutes, text)
        return self.minutes

    def tidy(self) -> int:
        """Remove temporary files of killed processes, and return how many there were."""
        return remove_left_over(self.path) + (remove_left_over(self.parts_dir) if self.parts_dir.is_dir() else 0)
