"""Desk: the session under review, read and changed in threads, one call at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from meetrec.core.document import Document
from meetrec.core.editing.acts import Act
from meetrec.core.editing.origins import merged
from meetrec.core.errors import MeetrecError
from meetrec.core.flags import Flag, repeated, with_doubts
from meetrec.core.speaker_stats import SpeakerStats, speaker_stats
from meetrec.core.transcript import Transcript
from meetrec.tui.background import collecting_later, in_background
from meetrec.tui.ports import Editor, Library
from meetrec.tui.review.page import Page, Span

Result = TypeVar("Result")


@dataclass(frozen=True)
class Insight:
    """What is worked out of a transcript: what deserves a second look, and how much each speaker says."""

    flags: Mapping[int, tuple[Flag, ...]]
    speakers: Sequence[SpeakerStats]
    origins: Mapping[str, Sequence[str]]
    """By speaker id: who was merged into them."""


class Desk:
    """Holds the page that is shown. `changed` is called, in the loop, when an act made another one of it."""

    def __init__(self, library: Library, session_id: str, changed: Callable[[Page, Span], None]) -> None:
        self._library, self._id, self._changed = library, session_id, changed
        self._lock = asyncio.Lock()
        self._editor: Editor | None = None
        self._page: Page | None = None
        self._unsaved = False
        self._saving = asyncio.Lock()
        self.flags: Mapping[int, tuple[Flag, ...]] = {}
        """What deserves a second look, as far as it is known at once; `insight` knows all of it."""
        self._texts: Sequence[str] = ()
        self._loops: frozenset[int] = frozenset()
        self.trouble = ""
        """Why nothing can be changed; empty where it can, or where there is nothing to change."""
        self.undo_words = self.redo_words = ""
        self.names: Sequence[str] = ()
        """Names to choose from; empty until `read_names` has read them."""

    @property
    def page(self) -> Page:
        """What is shown. There is one once `open` has returned."""
        assert self._page is not None  # noqa: S101 - the screen waits for `open`
        return self._page

    @property
    def document(self) -> Document | None:
        """The session as it is now, None as long as it is not read."""
        return self._page.document if self._page is not None else None

    @property
    def transcript(self) -> Transcript:
        """What was said; of a session without minutes nothing."""
        document = self.document
        return document.transcript if document is not None and document.transcript is not None else Transcript()

    @property
    def received(self) -> Transcript:
        """The transcript as the service gave it."""
        return self._editor.received if self._editor is not None else self.transcript

    @property
    def can_change(self) -> bool:
        """Whether acts can be carried out."""
        return self._editor is not None and not self.trouble

    # -- reading ---------------------------------------------------------------------------------------------------

    async def open(self) -> Page:
        """Read the session. Raises MeetrecError where that can't be done."""
        async with self._lock:
            with collecting_later():
                self._editor, page = await in_background(self._read)
            self._page = page
            self._look()
            return page

    def _read(self) -> tuple[Editor | None, Page]:
        try:
            editor = self._library.editor(self._id)
        except MeetrecError:  # there are no minutes, or they can't be read: the document says why
            return None, Page.of(self._library.document(self._id))
        document = editor.document
        self.flags = with_doubts(document.transcript or Transcript(), self._loops)
        return editor, Page.of(document)

    def _look(self) -> None:
        if self._editor is not None:
            self.trouble = self._editor.read_only
            self.undo_words, self.redo_words = self._editor.undo_words, self._editor.redo_words

    async def refresh(self) -> None:
        """Take in what other processes, or other parts of this one, changed."""
        await self._change(lambda editor: editor.refresh())

    async def read_names(self) -> None:
        """Find names to choose from."""
        editor = self._editor
        if editor is not None:
            async with self._lock:
                self.names = await in_background(editor.names)

    async def insight(self) -> Insight:
        """Work out what is known of the transcript as it is now. A large one takes a moment."""
        transcript, breaks = self.transcript, self.page.document.breaks
        received = self.received

        def work() -> Insight:
            flags = with_doubts(transcript, self._repeated(transcript))
            return Insight(flags, speaker_stats(transcript, breaks), merged(transcript, received))

        return await in_background(work)

    async def origins(self) -> Mapping[str, Sequence[str]]:
        """Return by speaker id who was merged into them."""
        transcript, received = self.transcript, self.received
        return await in_background(lambda: merged(transcript, received))

    def _repeated(self, transcript: Transcript) -> frozenset[int]:
        texts = [one.text for one in transcript.segments]
        if self._texts != texts:
            self._loops, self._texts = repeated(transcript.segments), texts
        return self._loops

    # -- changing --------------------------------------------------------------------------------------------------

    async def act(self, act: Act | Callable[[Transcript], Act]) -> None:
        """Carry out an act, or what is made of the transcript. It is on the disk on return. Raises MeetrecError."""

        def carry_out(editor: Editor) -> None:
            editor.act(act(editor.document.transcript or Transcript()) if callable(act) else act)

        await self._change(carry_out, changes=True)

    async def split_back(self, speaker_id: str) -> None:
        """Make a speaker who was merged one of their own again. Raises MeetrecError."""
        await self._change(lambda editor: editor.split_back(speaker_id), changes=True)

    async def undo(self) -> str:
        """Take the last act back and return it in words; empty where there is nothing. Raises MeetrecError."""
        return await self._change(lambda editor: editor.undo(), changes=True)

    async def redo(self) -> str:
        """Do again what was undone, as `undo`."""
        return await self._change(lambda editor: editor.redo(), changes=True)

    async def edit_outside(self) -> str:
        """Let the user's own editor change the text; it has the terminal meanwhile. Raises MeetrecError.

        It returns what was changed in words, empty where nothing was. Not in a thread: nothing else may draw.
        """
        async with self._lock:
            editor, page = self._editor, self.page
            if editor is None:
                return ""
            try:
                return editor.edit_outside()
            finally:
                self._show(*page.after(editor.document))

    async def _change(self, call: Callable[[Editor], Result], *, changes: bool = False) -> Result:
        async with self._lock:
            editor, page = self._editor, self.page
            if editor is None:
                raise MeetrecError("there are no minutes to change", "make them first")

            def work() -> tuple[Result | MeetrecError, tuple[Page, Span]]:
                result: Result | MeetrecError
                try:
                    result = call(editor)
                except MeetrecError as error:  # others may have changed it: that is shown, too
                    result = error
                document = editor.document
                self.flags = with_doubts(document.transcript or Transcript(), self._loops)
                return result, page.after(document)

            with collecting_later():
                result, (after, span) = await in_background(work)
            if changes and after.document.transcript != page.document.transcript:
                self._unsaved = True
            self._show(after, span)
        if isinstance(result, MeetrecError):
            raise result
        return result

    def _show(self, page: Page, span: Span) -> None:
        self._page = page
        self._look()
        self._changed(page, span)

    async def save_minutes(self) -> None:
        """Write the minutes anew where something was changed since they were written. Raises MeetrecError."""
        async with self._saving:
            editor = self._editor
            if editor is not None and self._unsaved:
                self._unsaved = False
                try:
                    await in_background(editor.save_minutes)
                except BaseException:  # also when the screen closes meanwhile: they are not saved
                    self._unsaved = True
                    raise
