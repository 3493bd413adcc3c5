"""Saying who spoke: a line, a turn, everything from here on, everything between two moments."""

from __future__ import annotations

from textual.screen import Screen

from meetrec.core.clock import format_clock
from meetrec.core.document import Document
from meetrec.core.editing.acts import Act, AssignSegments, AssignSpan, DeleteSegments, MergeSpeakers
from meetrec.core.editing.edits import segments_between
from meetrec.core.editing.origins import said_by
from meetrec.core.errors import UsageError
from meetrec.core.moments import span
from meetrec.core.transcript import Transcript
from meetrec.tui.notices import tell_error
from meetrec.tui.review.desk import Desk
from meetrec.tui.review.doing import Doing
from meetrec.tui.review.speaker_acts import SOMEBODY_NEW, SpeakerActs
from meetrec.tui.turns import Line
from meetrec.tui.widgets.choice_list import Choice

_LINES = 9


class Assigning:
    """Asks what, then who, then acts. Every coroutine runs in a worker of the screen."""

    def __init__(self, screen: Screen[None], desk: Desk, doing: Doing, speakers: SpeakerActs) -> None:
        self._screen, self._desk, self._doing, self._speakers = screen, desk, doing, speakers

    async def assign(self, line: Line) -> None:
        """Ask what of a turn, or of what surrounds it, was said by somebody else, and by whom."""
        from meetrec.tui.screens.choosing import ChoiceDialog

        name = self._desk.transcript.speaker(line.who).name
        at = format_clock(line.start)
        choices = [Choice("turn", "This turn", "t", at)]
        if len(line.segments) > 1:
            choices.append(Choice("line", "One line of it …", "l", f"{len(line.segments)} lines"))
        choices += [
            Choice("here", f"Everything by {name} from here on", "h", f"from {at}"),
            Choice("between", f"Everything by {name} between two moments …", "b"),
            Choice("all", f"Everything by {name}", "e"),
        ]
        match await self._screen.app.push_screen_wait(ChoiceDialog("What was said by somebody else?", choices)):
            case "turn":
                await self._lines(tuple(one.id for one in line.segments), line.who)
            case "line":
                await self._one_line(line)
            case "here":
                await self._span(line.start, None, line.who)
            case "between":
                await self._between(line)
            case "all":
                await self._span(0.0, None, line.who)

    async def _one_line(self, line: Line) -> None:
        from meetrec.tui.screens.choosing import ChoiceDialog

        choices = [
            Choice(str(one.id), one.text, str(number) if number <= _LINES else "", format_clock(one.start))
            for number, one in enumerate(line.segments, 1)
        ]
        chosen = await self._screen.app.push_screen_wait(ChoiceDialog("Which line?", choices))
        if chosen is not None:
            await self._lines((int(chosen),), line.who)

    async def _between(self, line: Line) -> None:
        from meetrec.tui.screens.dialogs import TextDialog

        document = self._desk.page.document
        text = "Times such as 12:34, mark 1 or note 2. What begins between them is meant."
        asked = await self._screen.app.push_screen_wait(
            TextDialog("From when, to when?", _around(document, line), text=text, placeholder="mark 1 to mark 2")
        )
        if asked is None:
            return
        try:
            start, end = _parse(asked, document)
        except UsageError as error:
            tell_error(self._screen, error)
            return
        await self._span(start, end, line.who)

    async def _lines(self, ids: tuple[int, ...], speaker: str) -> None:
        who = await self._who(speaker)
        if who is not None:
            await self._doing.act(lambda now: self._said(now, ids, *who))

    async def _span(self, start: float, end: float | None, only: str) -> None:
        who = await self._who(only)
        if who is None:
            return

        def act(now: Transcript) -> Act:
            if who[0]:
                everything = start == 0.0 and end is None
                return MergeSpeakers(who[0], only) if everything else AssignSpan(who[0], start, end, only)
            ids = tuple(one.id for one in segments_between(now, start, end, only))
            return self._said(now, ids, *who)

        await self._doing.act(act)

    def _said(self, now: Transcript, ids: tuple[int, ...], speaker: str, name: str) -> Act:
        if not ids:
            raise UsageError("nothing was said there", "choose another time")
        return AssignSegments(ids, speaker) if speaker else said_by(now, self._desk.received, ids, name)

    async def _who(self, without: str) -> tuple[str, str] | None:
        """Return the id of a speaker, or of nobody and the name of somebody new; None where the user leaves."""
        from meetrec.tui.screens.choosing import SuggestDialog

        who = await self._speakers.ask_who("Who said it?", without=without, new=True)
        if who != SOMEBODY_NEW:
            return (who, "") if who is not None else None
        name = await self._screen.app.push_screen_wait(
            SuggestDialog(
                "Who is it?", text="Somebody who has said nothing so far. Empty: a speaker without a name.",
                placeholder="Name", suggestions=[Choice(one, one) for one in self._desk.names],
            )
        )  # fmt: skip
        return ("", name) if name is not None else None

    async def confirm(self, line: Line) -> None:
        """Say that the speaker of a turn is right: it is not doubtful any more."""
        ids = tuple(one.id for one in line.segments if one.doubt)
        if ids:
            name = self._desk.transcript.speaker(line.who).name
            await self._doing.act(AssignSegments(ids, line.who), f"{name} it is, no doubt any more")

    async def delete(self, line: Line) -> None:
        """Delete a turn: it was never said."""
        await self._doing.act(DeleteSegments(tuple(one.id for one in line.segments)), "Turn deleted")


def _around(document: Document, line: Line) -> str:
    """Return the marks or notes before and after a turn, as they are written."""
    moments = [(one.at, f"mark {number}") for number, one in enumerate(document.marks, 1)]
    moments += [(one.at, f"note {number}") for number, one in enumerate(document.notes, 1)]
    moments.sort()
    before = [words for at, words in moments if at <= line.start]
    after = [words for at, words in moments if at > line.start]
    return f"{before[-1] if before else '0:00'} to {after[0] if after else format_clock(document.duration)}"


def _parse(text: str, document: Document) -> tuple[float, float | None]:
    start, separator, end = text.replace("–", " to ").replace(" - ", " to ").partition(" to ")
    if not separator:
        raise UsageError("that is one moment, not two", "write it as in: mark 1 to mark 2")
    return span(start, end, document)
