"""What is done with speakers: naming them, making two one or one two, swapping them."""

from __future__ import annotations

from collections.abc import Callable

from textual.screen import Screen

from meetrec.core.editing.acts import MergeSpeakers, NameSpeaker, SwapSpeakers
from meetrec.core.editing.edits import alike
from meetrec.core.transcript import Speaker
from meetrec.tui.review.desk import Desk
from meetrec.tui.review.doing import Doing
from meetrec.tui.widgets.choice_list import Choice

SOMEBODY_NEW = "new"


class SpeakerActs:
    """Asks, then acts. Every coroutine runs in a worker of the screen."""

    def __init__(self, screen: Screen[None], desk: Desk, doing: Doing, show_only: Callable[[str], None]) -> None:
        self._screen, self._desk, self._doing, self._show_only = screen, desk, doing, show_only

    async def name(self, speaker_id: str) -> None:
        """Ask for a name; one that another speaker has makes the two one, which is said before and after."""
        from meetrec.tui.screens.choosing import SuggestDialog

        speaker = self._desk.transcript.speaker(speaker_id)
        known = speaker.name if speaker.named else ""
        text = "Every turn of theirs will carry the name. Leave it empty to take a name away."
        dialog = SuggestDialog(
            f"Who is {speaker.name}?", known, text=text, placeholder="Name",
            suggestions=[Choice(one, one) for one in self._desk.names if one != known],
            explain=lambda typed: self._becomes_one(speaker_id, typed),
        )  # fmt: skip
        name = await self._screen.app.push_screen_wait(dialog)
        if name is None or name == known:
            return
        other = self._other(speaker_id, name)
        words = f"{speaker_id} and {other.id} are one speaker now: {other.name}" if other else ""
        await self._doing.act(NameSpeaker(speaker_id, name), words)

    def _other(self, speaker_id: str, name: str) -> Speaker | None:
        speakers = self._desk.transcript.speakers
        return next((one for one in speakers if one.id != speaker_id and name and alike(one.name, name)), None)

    def _becomes_one(self, speaker_id: str, name: str) -> str:
        other = self._other(speaker_id, name)
        return f"! {other.name} is there already ({other.id}): the two become one speaker." if other else ""

    async def menu(self, speaker_id: str) -> None:
        """Ask what to do with a speaker, and do it."""
        from meetrec.tui.screens.choosing import ChoiceDialog

        speaker = self._desk.transcript.speaker(speaker_id)
        choices = [Choice("name", "Name …", "s"), Choice("only", "Show only what they say", "o")]
        if len(self._desk.transcript.speakers) > 1:
            choices.append(Choice("merge", "Make one with another speaker …", "m"))
            choices.append(Choice("swap", "Swap with another speaker …", "x"))
        choices += [Choice(f"split {one}", f"Split {one} back off", "b") for one in await self._origins(speaker_id)]
        chosen = await self._screen.app.push_screen_wait(ChoiceDialog(f"{speaker.name} ({speaker_id})", choices))
        match (chosen or "").split():
            case ["name"]:
                await self.name(speaker_id)
            case ["only"]:
                self._show_only(speaker_id)
            case ["merge"]:
                await self._merge(speaker)
            case ["swap"]:
                await self._swap(speaker)
            case ["split", origin]:
                words = f"{origin} is a speaker of their own again"
                await self._doing.change(self._desk.split_back(origin), words)

    async def _origins(self, speaker_id: str) -> list[str]:
        return list((await self._desk.origins()).get(speaker_id, ()))

    async def _merge(self, speaker: Speaker) -> None:
        other = await self.ask_who(f"Who is {speaker.name} in truth?", without=speaker.id)
        if other:
            into = self._desk.transcript.speaker(other)
            words = f"{speaker.id} and {other} are one speaker now: {into.name}"
            await self._doing.act(MergeSpeakers(other, speaker.id), words)

    async def _swap(self, speaker: Speaker) -> None:
        other = await self.ask_who(f"Swap {speaker.name} with whom?", without=speaker.id)
        if other:
            await self._doing.act(SwapSpeakers(speaker.id, other))

    async def filter(self) -> None:
        """Ask whose turns to show."""
        from meetrec.tui.screens.choosing import ChoiceDialog

        choices = [*self._choices(""), Choice("", "Everybody", "0")]
        chosen = await self._screen.app.push_screen_wait(ChoiceDialog("Show only what one says", choices))
        if chosen is not None:
            self._show_only(chosen)

    async def ask_who(self, title: str, *, without: str = "", new: bool = False) -> str | None:
        """Return the id of a speaker, SOMEBODY_NEW where that is offered, None where the user leaves."""
        from meetrec.tui.screens.choosing import ChoiceDialog

        choices = self._choices(without)
        if new:
            choices.append(Choice(SOMEBODY_NEW, "Somebody else …", "n"))
        return await self._screen.app.push_screen_wait(ChoiceDialog(title, choices))

    def _choices(self, without: str) -> list[Choice]:
        """Return the speakers by the numbers they have everywhere."""
        return [
            Choice(one.id, one.name, str(number + 1) if number < 9 else "", one.id, number)
            for number, one in enumerate(self._desk.transcript.speakers)
            if one.id != without
        ]
