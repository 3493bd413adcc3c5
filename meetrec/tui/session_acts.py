"""What the library does with one session: it asks where something is to be typed or lost, acts, and tells refusals."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TypeVar

from textual.screen import Screen

from meetrec.core.errors import MeetrecError
from meetrec.tui.background import in_background
from meetrec.tui.notices import tell_error
from meetrec.tui.ports import Library, SessionSummary

Result = TypeVar("Result")


class SessionActs:
    """Acts on sessions for `screen`; `done` is called after something changed. Every method runs in a worker."""

    def __init__(self, screen: Screen[None], library: Library, done: Callable[[], None]) -> None:
        self._screen, self._library, self._done = screen, library, done

    def named(self, what: str) -> Callable[[SessionSummary], Coroutine[None, None, None]]:
        """Return the act of that name, as bindings call it."""
        return {
            "rename": self.rename,
            "tag": self.tag,
            "pin": self.pin,
            "delete": self.delete,
            "delete_audio": self.delete_audio,
            "export": self.export,
            "open_folder": self.open_folder,
        }[what]

    async def rename(self, session: SessionSummary) -> None:
        from meetrec.tui.screens.dialogs import TextDialog

        title = await self._screen.app.push_screen_wait(TextDialog("Rename the session", session.title))
        if title and title != session.title:
            await self._change(lambda: self._library.rename(session.id, title))

    async def tag(self, session: SessionSummary) -> None:
        from meetrec.tui.screens.dialogs import TextDialog

        text = "Separate them by commas. Filter by one with F, search with tag:planning."
        answer = await self._screen.app.push_screen_wait(
            TextDialog("Tags", ", ".join(session.tags), text=text, placeholder="planning, q3")
        )
        if answer is not None and answer != ", ".join(session.tags):
            await self._change(lambda: self._library.change_tags(session.id, answer.split(",")))

    async def pin(self, session: SessionSummary) -> None:
        await self._change(lambda: self._library.pin(session.id, not session.pinned))

    async def delete(self, session: SessionSummary) -> None:
        await self._delete(session, audio_only=False)

    async def delete_audio(self, session: SessionSummary) -> None:
        await self._delete(session, audio_only=True)

    async def _delete(self, session: SessionSummary, *, audio_only: bool) -> None:
        from meetrec.tui.screens.dialogs import ConfirmDialog

        gone = await self._try(lambda: list(self._library.contents(session.id, audio_only)))
        if gone is None:
            return
        what = "the sound of " if audio_only else ""
        kept = " The minutes, captions and notes stay." if audio_only else ""
        text = f"These will be gone for good: {', '.join(gone)}.{kept}"
        if await self._screen.app.push_screen_wait(ConfirmDialog(f"Delete {what}“{session.title}”?", text)):
            await self._change(lambda: self._library.delete(session.id, audio_only))

    async def export(self, session: SessionSummary) -> None:
        path = await self._try(lambda: self._library.export(session.id, "md"))
        if path:
            self._screen.notify(path, title="Exported as Markdown", markup=False)

    async def open_folder(self, session: SessionSummary) -> None:
        path = await self._try(lambda: self._library.open_folder(session.id))
        if path:
            self._screen.notify(path, title="The folder of the session", markup=False)

    async def _change(self, act: Callable[[], None]) -> None:
        def changed() -> bool:
            act()
            return True

        if await self._try(changed):
            self._done()

    async def _try(self, act: Callable[[], Result]) -> Result | None:
        """Run something that may block. A refusal is told, and gives None."""
        try:
            return await in_background(act)
        except MeetrecError as error:
            tell_error(self._screen, error)
            return None
