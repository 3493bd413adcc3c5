"""The part of the review screen that is listened to."""

from __future__ import annotations

from textual import events, on

from meetrec.tui.playback import Playback
from meetrec.tui.ports import Library
from meetrec.tui.review.actions import ReviewActions
from meetrec.tui.turns import Line
from meetrec.tui.widgets.heard_view import HeardView
from meetrec.tui.widgets.player_bar import PlayerBar


class ListeningActions(ReviewActions):
    """The actions of the keys that play (tui/playback.py: PLAYBACK_KEYS)."""

    def __init__(self, library: Library, session_id: str) -> None:
        super().__init__(library, session_id)
        self.player_bar = PlayerBar(id="player")
        self.playback = Playback(self, library, session_id, self.turns, self.player_bar, self._speaker_of)

    @on(ReviewActions.Left)
    @on(ReviewActions.FinishWanted)
    @on(events.Unmount)
    def _fall_silent(self) -> None:
        """Not only when the screen goes: before that it may write the minutes anew."""
        self.playback.close()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to play what is there, and a voice where speakers are told apart."""
        allowed = super().check_action(action, parameters)
        if action == "play_voice" and allowed:
            return bool(self._subject())
        return allowed

    def _speaker_of(self, line: Line) -> str:
        return self.desk.transcript.speaker(line.who).name if line.who else ""

    @on(HeardView.PlayWanted)
    def _play_line(self, event: HeardView.PlayWanted) -> None:
        self._run(self.playback.play_line(event.index))

    @on(PlayerBar.Clicked)
    def action_play(self) -> None:
        self._run(self.playback.toggle())

    def action_play_skip(self, seconds: float) -> None:
        self._run(self.playback.skip(seconds))

    def action_play_speed(self, step: int) -> None:
        self._run(self.playback.change_speed(step))

    def action_play_turn(self, step: int) -> None:
        self._run(self.playback.next_turn(step))

    def action_play_person(self, step: int) -> None:
        self._run(self.playback.next_of_person(step))

    def action_play_mark(self, step: int) -> None:
        self._run(self.playback.next_mark(step))

    def action_play_along(self) -> None:
        self.playback.go_along()

    def action_play_voice(self) -> None:
        self._run(self.playback.voice(self.document, self._subject()))
