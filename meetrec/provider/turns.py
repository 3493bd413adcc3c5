"""TurnTable: which stretch of the sent audio each of the service's items is, and which of them are settled.

Positions are samples sent on this link. Two families of models fill the table in two ways: where meetrec cuts, its
commits tile the audio and the n-th `committed` answers the n-th of them; where the service cuts, `speech_started` and
`speech_stopped` give milliseconds. Compatible servers leave out ids and events; what can be told apart is kept apart.
"""

from __future__ import annotations

from dataclasses import dataclass

from meetrec.core.sanitize import sanitize

_ID_LIMIT = 128
_REMEMBERED = 4096
_OPEN_LIMIT = 4096
_SAMPLES_PER_MS = 24


@dataclass(slots=True, eq=False)
class Turn:
    """Samples `begin` to `end` (None: still growing) and the text so far. `voice` is where in it somebody speaks."""

    begin: int
    serial: int
    end: int | None = None
    item: str = ""
    text: str = ""
    committed: bool = False
    commit_id: str = ""
    """The `event_id` of our commit."""
    answer_id: str = ""
    """The `event_id` of the service's `committed`."""
    again: int = 1
    """How often the service has used this item id."""
    announced: bool = False
    """Whether `conversation.item.added` came."""
    shown: str = ""
    """The name under which text of it was shown; it stays."""
    voice: tuple[int, int] | None = None

    def name(self) -> str:
        """Return what tells the turn from all others of the link, from its first text on."""
        if not self.shown:
            name = self.item or f"turn-{self.serial}"
            self.shown = name if self.again == 1 else f"{name}#{self.again}"
        return self.shown


class TurnTable:
    """All turns of a link that are not settled. Every method takes any text for an id and never raises."""

    def __init__(self) -> None:
        self.sent = 0
        self.pending: list[Turn] = []
        self._by_item: dict[str, Turn] = {}
        self._settled: dict[str, tuple[int, str]] = {}
        self._serial = 0
        self.open = self._new(0)

    def _new(self, begin: int) -> Turn:
        self._serial += 1
        return Turn(begin=begin, serial=self._serial)

    # -- what meetrec does ---------------------------------------------------------------------------------------

    def commit(self, commit_id: str) -> Turn:
        """Close the open turn: all audio since the last commit."""
        turn = self._close_open()
        turn.commit_id = commit_id
        return turn

    def clear(self) -> None:
        """Forget the open turn: it held nothing."""
        old = self.open
        self.open = self._new(self.sent)
        if old.item:
            self._by_item.pop(old.item, None)
            self._remember(old)

    def _close_open(self) -> Turn:
        turn = self.open
        turn.end = self.sent
        self.pending.append(turn)
        self.open = self._new(self.sent)
        return turn

    # -- what the service says -----------------------------------------------------------------------------------

    def speech_started(self, item: str, start_ms: float) -> None:
        """Note that the service's VAD opened a turn (`start_ms` counts audio sent, padding included)."""
        item = clean_id(item)
        if not item or item in self._by_item or item in self._settled or len(self.pending) >= _OPEN_LIMIT:
            return
        asked = int(start_ms * _SAMPLES_PER_MS)
        # A commit of ours may be on its way by now: then the turn it closed is where the service heard a voice.
        on_its_way = (one for one in self.pending if not one.item and one.end is not None and asked < one.end)
        around = next(on_its_way, self.open)
        around.begin = min(max(asked, around.begin), self.sent)
        turn = self._new(around.begin)
        turn.item = item
        self._by_item[item] = turn
        self.pending.append(turn)

    def speech_stopped(self, item: str, end_ms: float) -> None:
        """Note that the service's VAD closed a turn."""
        turn = self._by_item.get(clean_id(item))
        if turn is None or turn.end is not None or turn is self.open:
            return
        turn.end = min(max(int(end_ms * _SAMPLES_PER_MS), turn.begin), self.sent)
        for later in (self.open, *(one for one in self.pending if not one.item)):
            later.begin = max(later.begin, turn.end)

    def committed(self, item: str, answer_id: str) -> None:
        """Note that the service took a turn in; without an id (some servers) the next unknown id is its."""
        item = clean_id(item)
        turn = self._by_item.get(item) if item else None
        if turn is None and item in self._settled and not self._reused(item, answer_id):
            return
        if turn is None:
            turn = self._next_uncommitted()
            self._bind(turn, item)
        elif turn.committed:
            return
        elif turn is self.open:
            self._close_open()
        elif turn.end is None:
            self._end_speech(turn)
        turn.committed = True
        turn.answer_id = answer_id

    def _end_speech(self, turn: Turn) -> None:
        """A turn of the service's VAD ended by commit: by ours if one is in flight, which then has been answered."""
        ours = next((one for one in self.pending if not one.item), None)
        turn.end = self.sent if ours is None else ours.end
        if ours is None:
            self.open.begin = self.sent
        else:
            self.pending.remove(ours)

    def _next_uncommitted(self) -> Turn:
        waiting = next((one for one in self.pending if not one.committed and one.end is not None), None)
        return waiting if waiting is not None else self._close_open()

    def _reused(self, item: str, answer_id: str) -> bool:
        """Whether a `committed` for a settled id announces a new turn (some servers repeat ids) or repeats itself."""
        return bool(self.pending) and self._settled[item][1] != answer_id

    def _bind(self, turn: Turn, item: str) -> None:
        if not item or turn.item == item:
            return
        displaced, text, shown = turn.item, turn.text, turn.shown
        if displaced:
            self._by_item.pop(displaced, None)
        turn.item = item
        turn.again = self._settled.pop(item, (0, ""))[0] + 1
        if displaced:
            turn.text = turn.shown = ""
        self._by_item[item] = turn
        heir = self._unbound() if displaced else None
        if heir is not None:  # its text came before its commit, and was taken for that of the turn before
            heir.text, heir.shown = text, shown
            self._bind_fresh(heir, displaced)

    def _bind_fresh(self, turn: Turn, item: str) -> None:
        turn.item = item
        self._by_item[item] = turn

    def _unbound(self) -> Turn | None:
        return next((one for one in (*self.pending, self.open) if not one.item), None)

    def announced(self, item: str) -> None:
        """Note an item (`conversation.item.added`).

        It may be the name of a turn that was committed without one, or under another one (LocalAI).
        """
        item = clean_id(item)
        turn = self._by_item.get(item)
        if turn is None and item and item not in self._settled:
            turn = next((one for one in self.pending if one.committed and not one.announced and not one.text), None)
            if turn is not None:
                self._by_item.pop(turn.item, None)
                self._bind_fresh(turn, item)
        if turn is not None:
            turn.announced = True

    def find(self, item: str) -> Turn | None:
        """Return the turn that text for `item` belongs to, None where it is settled or belongs to nothing."""
        item = clean_id(item)
        if not item:
            return self.pending[0] if self.pending else self.open
        turn = self._by_item.get(item)
        if turn is not None or item in self._settled:
            return turn
        turn = self._unbound()
        if turn is not None:
            self._bind_fresh(turn, item)
        return turn

    def released(self, commit_id: str) -> Turn | None:
        """Return the turn whose commit the service found empty."""
        waiting = [one for one in self.pending if one.commit_id and not one.committed]
        named = next((one for one in waiting if one.commit_id == commit_id), None)
        return named if named is not None or not waiting else waiting[0]

    def settle(self, turn: Turn) -> None:
        """Take a turn out: nothing more is expected of it."""
        if turn is self.open:
            self._close_open()
        if turn.end is None:
            turn.end = self.sent
            self.open.begin = self.sent
        if turn in self.pending:
            self.pending.remove(turn)
        if turn.item and self._by_item.pop(turn.item, None) is not None:
            self._remember(turn)

    def _remember(self, turn: Turn) -> None:
        self._settled[turn.item] = (turn.again, turn.answer_id)
        if len(self._settled) > _REMEMBERED:
            del self._settled[next(iter(self._settled))]

    # -- what is left --------------------------------------------------------------------------------------------

    @property
    def speaking(self) -> bool:
        """Whether the service's VAD hears somebody right now."""
        return any(turn.end is None for turn in self.pending)

    def unsettled(self) -> list[tuple[int, int]]:
        """Return the stretches sent of which nothing final is known."""
        spans = [(turn.begin, self.sent if turn.end is None else turn.end) for turn in self.pending]
        return [*spans, (self.open.begin, self.sent)]


def clean_id(item: str) -> str:
    """Return an item id fit for events: harmless, at most 128 characters."""
    return sanitize(item, limit=_ID_LIMIT)
