"""Finding where in the known recordings some audio comes from.

A `Follower` is given audio as it comes. Once it knows the place it merely checks, window by window, that the audio goes
on as the recording does; drift of the clocks is followed. Where the audio stops matching it looks nearby first (a
stretch is missing, or comes again), then everywhere. Cuts between stretches are put where they explain the samples
best. Audio no recording has is simply not in the answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from meetrec.demo.fingerprint import RATE, WINDOW, Known, Samples, rms
from meetrec.demo.matching import LOW, QUIET, SAME, SURE, Heard, Stretch, alike, best_shift, settle
from meetrec.demo.truth import Truth

_REACH = RATE * 3 // 100  # around a candidate
_NEAR = RATE * 4  # around where the audio should have gone on
_SILENT = 1e-5  # of full scale: no sound at all
_LONG_PROBE = RATE * 3
_SPAN = RATE * 8  # searched at a time
_LONGEST_SKIP = RATE * 64
_GAP = WINDOW * 3 // 2  # between two stretches, from which it is searched


@dataclass(frozen=True, slots=True)
class Piece:
    """Audio from `start` to `end` seconds is the recording of `truth` from `truth_start` to `truth_end` seconds."""

    start: float
    end: float
    truth: Truth
    truth_start: float
    truth_end: float

    def to_audio(self, truth_time: float) -> float:
        """When that moment of the recording is heard in the audio, kept inside the piece."""
        share = (truth_time - self.truth_start) / max(self.truth_end - self.truth_start, 1e-9)
        return self.start + min(max(share, 0.0), 1.0) * (self.end - self.start)

    def cut(self, start: float, end: float) -> Piece | None:
        """What of it lies between `start` and `end` seconds of the audio."""
        first, last = max(start, self.start), min(end, self.end)
        if last - first < 1e-6:
            return None
        slope = (self.truth_end - self.truth_start) / max(self.end - self.start, 1e-9)
        at = self.truth_start + (first - self.start) * slope
        return Piece(first, last, self.truth, at, at + (last - first) * slope)


class Follower:
    """Follows one stream of audio (mono, RATE, full scale 1.0) through the known recordings.

    `hint` is the place (recording, second) where the stream probably starts; otherwise their starts are tried first.
    """

    def __init__(self, known: Sequence[Known], hint: tuple[Known, float] | None = None) -> None:
        self._known = known
        self._hints = [(hint[0], round(hint[1] * RATE))] if hint else [(one, 0) for one in known]
        self._heard = Heard()
        self._stretches: list[Stretch] = []
        self._following = False
        self._done = 0  # up to here it is known what the audio is, or was given up
        self._patience = WINDOW * 2  # audio to gather before the next search
        self._skip = _SPAN // 2

    def feed(self, samples: Samples) -> None:
        """Take the next samples and follow them as far as they can be."""
        self._heard.append(samples)
        self._go_on(self._patience)
        self._heard.forget(self._done)

    def pieces(self, start: float = 0.0, end: float = float("inf"), final: bool = True) -> list[Piece]:
        """What is known of the audio between two times, in order; `final` looks once more at a rest not yet placed."""
        until = min(round(min(end, 1e9) * RATE), self._heard.end)
        if final and not self._following and until > self._done + WINDOW // 2:
            self._go_on(WINDOW // 2, final=True)
        found = [_piece(one, one.end, one.lag) for one in self._stretches]
        if found and self._following and until > self._done:
            last = self._stretches[-1]
            lag = last.goes_on(self._heard, self._done, self._heard.end, last.lag)
            found[-1] = _piece(last, last.end if lag is None else self._heard.end, last.lag)
        cuts = (piece.cut(start, end) for piece in found)
        return [piece for piece in cuts if piece]

    def place(self) -> tuple[Known, float] | None:
        """Where the next sample would be: (recording, second)."""
        if not self._stretches:
            return None
        last = self._stretches[-1]
        return last.known, (self._heard.end + last.lag) / RATE

    def _go_on(self, patience: int, final: bool = False) -> None:
        while self._heard.end - self._done >= (WINDOW if self._following else patience):
            if not self._following:
                if not self._search(final):
                    return
                continue
            last = self._stretches[-1]
            self._following = last.follow(self._heard, self._heard.end)
            self._done = last.end
            if not self._following:
                self._patience, self._skip = WINDOW * 2, _SPAN // 2
                patience = min(patience, self._patience)

    def _search(self, final: bool) -> bool:
        """Look for what comes after `_done`. False: more audio is needed."""
        end = min(self._heard.end, self._done + _SPAN)
        enough = final or end - self._done >= RATE
        before = self._stretches[-1] if self._stretches else None
        found = self._find(self._done, end, [(before.known, before.lag)] if before else [], everywhere=enough)
        if found is None:
            return self._give_up(end, final)
        self._stretches.append(found)
        limit = max(self._heard.base, before.sure - WINDOW if before else 0)
        found.follow_back(self._heard, limit)
        self._join(len(self._stretches) - 1)
        self._following, self._done = True, self._stretches[-1].end
        return True

    def _give_up(self, end: int, final: bool) -> bool:
        """Nothing found: wait for more audio, or pass over some of what is there."""
        waiting = self._heard.end - self._done
        if waiting < _SPAN or final:
            self._patience = max(waiting * 3 // 2, WINDOW * 2)
            return False
        quiet = rms(self._heard.cut(self._done, end)) < self._heard.loud * QUIET
        self._done = end - WINDOW if quiet else min(self._done + self._skip, self._heard.end - _SPAN // 4)
        self._skip = self._skip if quiet else min(self._skip * 2, _LONGEST_SKIP)
        return True

    def _join(self, index: int) -> None:
        """Settle the edge to the stretch before; fill a gap between them; make one of two that are one."""
        new = self._stretches[index]
        before = self._stretches[index - 1] if index else None
        gap_start = max(before.end if before else 0, self._heard.base, new.start - _SPAN)
        if new.start - gap_start >= _GAP:
            hints = [(new.known, new.lag_start)] + ([(before.known, before.lag)] if before else [])
            between = self._find(gap_start, new.start, hints, everywhere=True)
            if between:
                self._stretches.insert(index, between)
                between.follow_back(self._heard, gap_start)
                between.follow(self._heard, new.start)
                self._join(index + 1)
                self._join(index)
                return
        if before and new.continues(before):
            before.end, before.lag, before.gain, before.sure = new.end, new.lag, new.gain, new.sure
            self._stretches.pop(index)
        else:
            settle(self._heard, before, new)

    # -- finding --------------------------------------------------------------------------------------------------

    def _find(self, start: int, end: int, expected: list[tuple[Known, int]], everywhere: bool) -> Stretch | None:
        """The recording of some stretch in [start, end): near the expected lags, or everywhere."""
        length = min(WINDOW * 2, end - start)
        at = self._heard.loudest(start, end, length)
        level = rms(self._heard.cut(at, at + length))
        if level < max(self._heard.loud * QUIET, _SILENT):
            return None
        if level > self._heard.loud * LOW:
            probe = self._heard.cut(at, at + length)
            for known, lag in expected or [(one, place - start) for one, place in self._hints]:
                score, shift = best_shift(probe, known.cut(at + lag - _NEAR, at + lag + length + _NEAR))
                if score >= SURE:
                    return Stretch.found(self._heard, known, lag - _NEAR + shift, at, at + length)
        return self._anywhere(start, end) if everywhere else None

    def _anywhere(self, start: int, end: int) -> Stretch | None:
        for at, length in self._probes(start, end):
            probe = self._heard.cut(at, at + length)
            found = [_verified(known, place, probe) for known in self._known for place in known.candidates(probe)]
            if not found:
                return None
            score, known, place = max(found, key=lambda one: one[0])
            if score >= (SAME if length >= RATE else SURE):
                return Stretch.found(self._heard, known, place - at, at, at + length)
        return None

    def _probes(self, start: int, end: int) -> list[tuple[int, int]]:
        """Which sounds of [start, end) to look for, as (start, length): a long one, then the loudest short ones."""
        longest = min(_LONG_PROBE, end - start)
        probes = [(self._heard.loudest(start, end, longest), longest)]
        if longest > RATE and self._skip <= _SPAN:  # not in the midst of much that is unknown
            seconds = [(one, RATE) for one in range(start, end - RATE + 1, RATE)]
            seconds.sort(key=lambda one: rms(self._heard.cut(one[0], one[0] + RATE)), reverse=True)
            probes += seconds[:3]
        return probes


def locate(known: Sequence[Known], samples: Samples) -> list[Piece]:
    """Where finished audio (mono, RATE) comes from."""
    follower = Follower(known)
    follower.feed(samples)
    return follower.pieces()


def _piece(one: Stretch, end: int, lag: int) -> Piece:
    return Piece(one.start / RATE, end / RATE, one.known.truth, (one.start + one.lag_start) / RATE, (end + lag) / RATE)


def _verified(known: Known, place: int, probe: Samples) -> tuple[float, Known, int]:
    """How well the samples agree at a candidate, and where exactly."""
    middle, half = len(probe) // 2, min(len(probe), RATE) // 2
    core = probe[middle - half : middle + half]
    at = place + middle - half - _REACH
    score, shift = best_shift(core, known.cut(at, at + len(core) + 2 * _REACH))
    exact = place - _REACH + shift
    if score < SAME or len(probe) <= RATE:
        return score, known, exact
    return max((alike(probe, known.cut(one, one + len(probe))), known, one) for one in (exact - 1, exact, exact + 1))
