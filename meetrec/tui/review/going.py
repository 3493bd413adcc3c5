"""The part of the review screen that moves about: to a text, a doubt, a mark, a time, the speakers, and back."""

from __future__ import annotations

from textual import on
from textual.widgets import Input

from meetrec.tui.review.session_screen import SessionScreen


class GoingActions(SessionScreen):
    """The actions of the keys that change what is looked at, and nothing else."""

    def action_find(self) -> None:
        self._show_turns()
        self._run(self._moving.ask())

    @on(Input.Changed, "#find")
    def _typed(self, event: Input.Changed) -> None:
        self._moving.look_for(event.value)

    @on(Input.Submitted, "#find")
    def _typed_all(self) -> None:
        self._run(self._moving.close(keep=True))

    def action_next_found(self, step: int) -> None:
        self._show_turns()
        self._moving.next_found(step)

    def action_next_doubt(self, step: int) -> None:
        self._show_turns()
        self._moving.next_doubt(step)

    def action_next_mark(self, step: int) -> None:
        self._show_turns()
        self._moving.next_mark(step)

    def action_go(self) -> None:
        self._show_turns()
        self._run(self._moving.ask_time())

    def action_panel(self) -> None:
        """Give the keys to the speakers, or back to the turns; where there is little room one hides the other."""
        other = self.panel.has_focus or (not self.has_class("-wide") and self.has_class("-people"))
        self.set_class(not other, "-people")
        (self.turns if other else self.panel).focus()

    def _show_turns(self) -> None:
        """Give the keys to the turns, which the speakers hide where there is little room."""
        if self.panel.has_focus:
            self.set_class(False, "-people")
            self.turns.focus()

    def action_leave(self) -> None:
        """Go one step back: from the search, the filter, the speakers; from the session when there is none of it."""
        if self._moving.is_typing:
            self._run(self._moving.close(keep=False))
        elif self.panel.has_focus:
            self.action_panel()
        elif self._moving.wanted:
            self._moving.forget()
            self.refresh_bindings()
        elif self._only:
            self.show_only("")
        else:
            self.post_message(self.Left(self._session_id))
