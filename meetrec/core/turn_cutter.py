"""TurnCutter: where a turn of the live link ends, for models whose client must decide it.

Those models (gpt-live-transcribe, gpt-realtime-whisper, gpt-transcribe) complete nothing until the client sends
`input_audio_buffer.commit`. A turn ends in a pause; one that goes on too long is cut, in the first short pause near its
limit if there is one; a buffer that holds nothing but silence is cleared, so that it neither grows nor is transcribed.
"""

from __future__ import annotations

from enum import Enum

_SHORT_PAUSE_S = 0.2  # good enough to cut in once a turn is long
_LONG_TURN = 0.7  # the share of the longest turn from which on a short pause will do
_TEXT_PAUSE_S = 2.5  # the service heard a voice that we did not: deltas come less than this apart (99 of 100)
_TEXT_LAG_S = 1.0  # how long after the word its text may come


class Cut(Enum):
    """What to send after a step."""

    NOTHING = "nothing"
    COMMIT = "commit"
    CLEAR = "clear"


class TurnCutter:
    """Fed with steps of audio, says when to commit and when to clear.

    `pause_ms` of silence end a turn that holds at least `min_voice_ms` of voice; a turn is cut `max_turn_s` after its
    first voice, and a buffer without any voice is cleared after `max_turn_s`.

    `voice` says where in the buffer voice begins and ends, in seconds, None where there is none; right after a cut it
    is still that of the buffer cut off.
    """

    def __init__(self, pause_ms: float = 650, min_voice_ms: float = 300, max_turn_s: float = 22.0) -> None:
        self.voice: tuple[float, float] | None = None
        self._pause_s = pause_ms / 1000
        self._min_voice_s = min_voice_ms / 1000
        self._max_turn_s = max_turn_s
        self._begin()

    def _begin(self) -> None:
        self._buffered = 0.0  # seconds in the service's buffer
        self._voice = 0.0  # of these, with voice
        self._first: float | None = None  # where in the buffer voice or text began
        self._last = 0.0  # where in the buffer voice ended
        self._texted: float | None = None  # where in the buffer the service's newest text came

    @property
    def idle(self) -> bool:
        """Whether the buffer holds nothing worth a turn."""
        return self._first is None

    @property
    def room(self) -> float:
        """For how many seconds nothing will have to be sent, whatever is heard in them."""
        if self._first is None:
            return min(self._max_turn_s - self._buffered, self._min_voice_s + self._pause_s)
        turn = self._buffered - self._first
        late = turn + self._pause_s >= _LONG_TURN * self._max_turn_s
        pause = min(self._pause_s, _SHORT_PAUSE_S) if late else self._pause_s
        texted = self._buffered if self._texted is None else max(self._last, self._texted)
        voice_to_come = self._min_voice_s - self._voice
        since = self._buffered - (self._last if voice_to_come <= 0 else self._buffered)
        return min(
            self._max_turn_s - turn,
            max(voice_to_come, 0.0) + pause - since,
            texted + _TEXT_PAUSE_S - self._buffered,
        )

    def heard(self) -> None:
        """The service has sent text for the turn that is not committed yet."""
        self._texted = self._buffered
        if self._first is None:
            self._first = self._buffered

    def feed(self, seconds: float, voiced: bool) -> Cut:
        """Take in the next step of audio and say what to send after it."""
        if voiced and self._first is None:
            self._first = self._buffered
        self._buffered += seconds
        if voiced:
            self._voice += seconds
            self._last = self._buffered
        self.voice = self._span()
        cut = self._decide()
        if cut is not Cut.NOTHING:
            self._begin()
        return cut

    def _decide(self) -> Cut:
        if self._first is None:
            return Cut.CLEAR if self._buffered >= self._max_turn_s else Cut.NOTHING
        turn = self._buffered - self._first
        if turn >= self._max_turn_s:
            return Cut.COMMIT
        if self._voice >= self._min_voice_s:
            late = turn >= _LONG_TURN * self._max_turn_s
            pause = min(self._pause_s, _SHORT_PAUSE_S) if late else self._pause_s
            return Cut.COMMIT if self._reached(self._last, pause) else Cut.NOTHING
        if self._texted is not None and self._reached(max(self._last, self._texted), _TEXT_PAUSE_S):
            return Cut.COMMIT
        return Cut.NOTHING

    def _span(self) -> tuple[float, float] | None:
        if self._first is None:
            return None
        if self._voice:
            return self._first, self._last
        return max(0.0, self._first - _TEXT_LAG_S), self._buffered

    def _reached(self, since: float, pause: float) -> bool:
        return self._buffered - since >= pause - 1e-6  # sums of steps such as 0.03 s are not exact

    def end(self) -> Cut:
        """The audio ends here: commit what holds voice or text."""
        cut = Cut.NOTHING if self.idle else Cut.COMMIT
        self._begin()
        return cut
