"""Taking a session elsewhere: into a file, to the clipboard, into the user's own editor and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from textual.app import SuspendNotSupported
from textual.screen import Screen

from meetrec.core.errors import FileThereError, MeetrecError
from meetrec.tui.background import in_background
from meetrec.tui.notices import tell_error
from meetrec.tui.ports import Library
from meetrec.tui.review.desk import Desk
from meetrec.tui.review.doing import Doing
from meetrec.tui.widgets.choice_list import Choice

Result = TypeVar("Result")
TERMINAL_BYTES = 74_994
"""What every terminal takes at once (OSC 52): base64 of it fits into the 100,000 bytes that the strictest allow."""


class Outlets:
    """Asks where something is to be chosen, acts, and tells refusals. Every coroutine runs in a worker."""

    def __init__(self, screen: Screen[None], library: Library, session_id: str, desk: Desk, doing: Doing) -> None:
        self._screen, self._library, self._id = screen, library, session_id
        self._desk, self._doing = desk, doing

    async def export(self) -> None:
        """Ask for the format and the file, and write it; a file that is there is replaced only after a question."""
        from meetrec.tui.screens.choosing import ChoiceDialog
        from meetrec.tui.screens.dialogs import TextDialog

        push = self._screen.app.push_screen_wait
        formats = self._library.formats()
        choices = [Choice(name, about, name[0], f".{name}") for name, about in formats]
        chosen = await push(ChoiceDialog("Export as …", _with_keys(choices)))
        if chosen is None:
            return
        suggested = await self._try(lambda: self._library.export_path(self._id, chosen))
        path = suggested and await push(TextDialog("Write to which file?", suggested))
        if path:
            await self._write(chosen, path)

    async def _write(self, name: str, path: str) -> None:
        from meetrec.tui.screens.choosing import ChoiceDialog

        replace = False
        while True:
            try:
                written = await in_background(lambda: self._library.export(self._id, name, path, replace))  # noqa: B023 - awaited here
            except FileThereError as error:
                choices = [Choice("no", "Leave it as it is", "n"), Choice("yes", "Replace it", "y")]
                dialog = ChoiceDialog("Replace the file?", choices, text=f"{error.message}.")
                if await self._screen.app.push_screen_wait(dialog) != "yes":
                    self._doing.tell("Nothing was written.")
                    return
                replace = True
                continue
            except MeetrecError as error:
                tell_error(self._screen, error)
                return
            self._screen.notify(written, title=f"Exported as {dict(self._library.formats())[name]}", markup=False)
            return

    async def copy(self) -> None:
        """Put the session into the clipboard as Markdown, through the terminal."""
        text = await self._try(lambda: self._library.markdown(self._id))
        if text is None:
            return
        self._screen.app.copy_to_clipboard(text)
        size = len(text.encode())
        if size > TERMINAL_BYTES:
            told = f"Copied {size // 1000:,} kB as Markdown; some terminals drop so much. e writes a file instead."
        else:
            told = "Copied as Markdown, if the terminal allows it (OSC 52)."
        self._doing.tell(told)

    async def edit_outside(self) -> None:
        """Give the terminal to the user's own editor, and take back what was changed there."""
        try:
            with self._screen.app.suspend():
                done, refusal = await self._edited()
        except SuspendNotSupported:
            tell_error(self._screen, MeetrecError("this terminal cannot be lent to an editor", "run meetrec edit"))
            return
        self._screen.refresh(layout=True)
        if refusal is not None:
            tell_error(self._screen, refusal)
        elif done:
            self._doing.tell(f"{done} · u takes it back")
        else:
            self._doing.tell("Nothing was changed in the editor.")

    async def _edited(self) -> tuple[str, MeetrecError | None]:
        try:
            return await self._desk.edit_outside(), None
        except MeetrecError as error:
            return "", error

    async def _try(self, act: Callable[[], Result]) -> Result | None:
        try:
            return await in_background(act)
        except MeetrecError as error:
            tell_error(self._screen, error)
            return None


def _with_keys(choices: list[Choice]) -> list[Choice]:
    """Give each a letter of its own."""
    taken: set[str] = set("jkgq")
    keyed = []
    for one in choices:
        key = next((letter for letter in one.value if letter not in taken), "")
        taken.add(key)
        keyed.append(one._replace(key=key))
    return keyed
