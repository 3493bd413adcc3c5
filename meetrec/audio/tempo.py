"""Sound faster or slower at the same pitch: FFmpeg's filter `atempo` (WSOLA), through PyAV.

PyAV is large (it brings FFmpeg), so it is an extra of meetrec, and everything but the speeds works without it.
"""

from __future__ import annotations

import importlib.util
from fractions import Fraction
from typing import Any, Protocol

from meetrec.core.errors import AudioError


class Tempo(Protocol):
    """Changes the tempo of s16le mono, whatever pieces it comes in."""

    def feed(self, pcm: bytes) -> bytes:
        """Take sound and return as much of the result as there is."""

    def flush(self) -> bytes:
        """Return what was held back. The stream ends here."""


def missing() -> AudioError | None:
    """Return why only speed 1 can be played, None where all can."""
    if importlib.util.find_spec("av") is not None:
        return None
    return AudioError("other speeds need PyAV, which is not installed", "pip install 'meetrec[media]'")


def make_tempo(rate: int, speed: float) -> Tempo:
    """Return what plays sound of `rate` frames a second `speed` (0.5 to 100) times faster.

    Raises AudioError where PyAV is missing, or does not work.
    """
    if speed == 1:
        return _Unchanged()
    if (why := missing()) is not None:
        raise why
    return _FilteredTempo(rate, speed)


class _Unchanged:
    def feed(self, pcm: bytes) -> bytes:
        return pcm

    def flush(self) -> bytes:
        return b""


class _FilteredTempo:
    """The result is 1/speed as long as what was fed, to within 0.2 %; some 50 ms are held back."""

    def __init__(self, rate: int, speed: float) -> None:
        try:
            import av
            import av.filter
        except (ImportError, OSError) as error:  # OSError: one of its libraries does not fit this system
            raise AudioError(
                f"PyAV does not work here: {error}", "pip install --force-reinstall 'meetrec[media]'"
            ) from error
        self._frame_of: Any = av.AudioFrame
        self._nothing_yet = (av.BlockingIOError, av.EOFError)
        self._rate = rate
        self._fed = 0
        graph = av.filter.Graph()
        source = graph.add_abuffer(format="s16", sample_rate=rate, layout="mono", time_base=Fraction(1, rate))
        tempo = graph.add("atempo", f"{speed:g}")
        sink = graph.add("abuffersink")
        source.link_to(tempo)
        tempo.link_to(sink)
        graph.configure()
        self._graph: Any = graph

    def feed(self, pcm: bytes) -> bytes:
        if not pcm:
            return b""
        frames = len(pcm) // 2
        frame = self._frame_of(format="s16", layout="mono", samples=frames)
        frame.planes[0].update(pcm + bytes(frame.planes[0].buffer_size - len(pcm)))
        frame.sample_rate, frame.pts, frame.time_base = self._rate, self._fed, Fraction(1, self._rate)
        self._fed += frames
        self._graph.push(frame)
        return self._pulled()

    def flush(self) -> bytes:
        self._graph.push(None)
        return self._pulled()

    def _pulled(self) -> bytes:
        pieces: list[bytes] = []
        while True:
            try:
                frame = self._graph.pull()
            except self._nothing_yet:
                return b"".join(pieces)
            pieces.append(bytes(frame.planes[0])[: frame.samples * 2])
