"""LinkStatus: says when the state of the live link changes, and how far captions are behind, without chattering."""

from __future__ import annotations

from collections.abc import Callable

from meetrec.core.events import LinkChanged, LinkState

BEHIND_S = 3.0
"""From how many seconds on captions are called late."""
_CAUGHT_UP_S = 1.5
_AGAIN_S = 2.0  # how often a changing lag is told
_OFFLINE_AGAIN_S = 60.0


class LinkStatus:
    """Calls `tell` with a LinkChanged when there is something new to say."""

    def __init__(self, tell: Callable[[LinkChanged], None], clock: Callable[[], float]) -> None:
        self._tell = tell
        self._clock = clock
        self._last: LinkChanged | None = None
        self._told_at = 0.0

    @property
    def state(self) -> LinkState | None:
        return None if self._last is None else self._last.state

    def streaming(self, behind: float) -> None:
        """Audio flows; `behind` seconds of the recording are not sent yet."""
        late = behind >= (BEHIND_S if self.state != "behind" else _CAUGHT_UP_S)
        self._say("behind" if late else "live", behind if late else 0.0)

    def connecting(self) -> None:
        """The first connection is being made."""
        self._say("connecting", 0.0)

    def offline(self, behind: float, why: str, hint: str = "") -> None:
        """No link; trying again."""
        self._say("offline", behind, why, hint)

    def off(self, behind: float, why: str, hint: str = "") -> None:
        """No more captions."""
        if self.state != "off":
            self._say("off", behind, why, hint)

    def _say(self, state: LinkState, behind: float, why: str = "", hint: str = "") -> None:
        last = self._last
        now = self._clock()
        if last is not None and (last.state, last.why) == (state, why):
            often = _OFFLINE_AGAIN_S if state == "offline" else _AGAIN_S
            if abs(behind - last.behind) < 1.0 or now - self._told_at < often:
                return
        self._told_at = now
        self._last = LinkChanged(state=state, behind=round(behind, 1), why=why, hint=hint)
        self._tell(self._last)
