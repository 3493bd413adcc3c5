"""Where a recording goes on when its folder fails it: deleted, moved, read-only, or on a disk that takes no more.

All that was recorded so far is copied there first, read through the files that are still open; so there is one session
with all the sound, at the same positions, and whatever reads it (captions, minutes) goes on where it was.
"""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import shutil
from collections.abc import Callable, Iterator

from meetrec.audio.sound_files import SoundReader, SoundWriter, copy_sound
from meetrec.audio.writer import Writer
from meetrec.core.errors import DiskFullError, StorageError
from meetrec.core.session import Session
from meetrec.storage.files import free_bytes, make_folder
from meetrec.storage.paths import Paths
from meetrec.storage.session_file import NAME, read_session, write_new_session
from meetrec.storage.session_folder import SessionFolder

log = logging.getLogger(__name__)

RESERVE_S = 600.0
"""Seconds of sound that must still fit in a place, or another one is looked for."""


class Rescue:
    """Finds another place for a recording.

    It is called, and calls `on_rescued(folder, why, missing_s)`, from the writer's thread. `reader` holds the sound
    so far and goes on reading in the new place. `folder` is where the session is.
    """

    def __init__(self, paths: Paths, folder: SessionFolder, reader: SoundReader) -> None:
        self.folder = folder
        self.on_rescued: Callable[[SessionFolder, str, float], None] = lambda *_: None
        self._paths, self._reader = paths, reader
        self._session = folder.session

    def __call__(self, error: StorageError, writer: Writer) -> SoundWriter | None:
        """Return the writer that goes on after `writer`, None where no place takes it.

        A full disk is no reason to go elsewhere unasked: it takes what fits, and the recording ends there.
        """
        if isinstance(error, DiskFullError):
            return None
        for with_copy in (True, False):
            for place in self._places():
                try:
                    return self._go_on_in(place, error, writer, with_copy)
                except (StorageError, OSError):
                    log.warning("%s does not take the recording", place.path, exc_info=True)
        return None

    def _places(self) -> Iterator[SessionFolder]:
        """Yield where the session could go on: in its own place, beside it, then wherever there may be a disk left."""
        with contextlib.suppress(OSError):  # a disk that fails does not even say that
            if not self.folder.audio.exists():
                yield self.folder
        name = f"{self.folder.id.removesuffix('-rescued')}-rescued"
        for root in (self._paths.sessions, *self._paths.rescued):
            if root / name != self.folder.path:
                yield SessionFolder(root / name)

    def _go_on_in(self, place: SessionFolder, error: StorageError, writer: Writer, with_copy: bool) -> SoundWriter:
        frames, per_second = writer.frames, writer.rate * writer.frame_bytes
        there_already = place.path.is_dir()
        make_folder(place.path)
        other: SoundWriter | None = None
        try:
            needed = RESERVE_S * per_second + (frames * writer.frame_bytes if with_copy else 0)
            if free_bytes(place.path) < needed:
                raise DiskFullError(f"too little space in {place.path}")
            other = SoundWriter(place.audio, rate=writer.rate, channels=writer.channels, on_file=self._reader.go_on_in)
            missing = self._take_over(other, frames, with_copy)
            self._keep_session(place)
            self._reader.go_on_in(other.paths)
        except BaseException:  # whatever it was: no half copy is left that could be taken for the recording
            if other is not None:
                other.close()
                for path in other.paths:
                    path.unlink(missing_ok=True)
            if not there_already:
                shutil.rmtree(place.path, ignore_errors=True)
            raise
        self._copy_rest(place)
        self.folder = place
        self.on_rescued(place, error.message, missing / writer.rate)
        return other

    def _take_over(self, other: SoundWriter, frames: int, with_copy: bool) -> int:
        """Bring the frames before to the new place; return how many only stand there as silence."""
        if with_copy:
            return copy_sound(self._reader, other, frames)
        other.skip(frames)
        return frames

    def _keep_session(self, place: SessionFolder) -> None:
        if (place.path / NAME).exists():
            return
        found, problem = read_session(self.folder.path)
        session: Session = self._session if problem else found  # the title may have been changed meanwhile
        if place.id != self.folder.id:
            session = dataclasses.replace(session, id=place.id, title=f"{session.title} (rescued)")
        write_new_session(place.path, session)

    def _copy_rest(self, place: SessionFolder) -> None:
        """Bring the answers that are paid for along, where they can be read."""
        with contextlib.suppress(OSError):
            if place.path != self.folder.path and self.folder.parts_dir.is_dir():
                shutil.copytree(self.folder.parts_dir, place.parts_dir, dirs_exist_ok=True)
                place.parts_dir.chmod(0o700)
