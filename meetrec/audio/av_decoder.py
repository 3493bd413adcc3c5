"""Sound out of MP4, M4A, WebM and the like with PyAV (`pip install "meetrec[media]"`), where ffmpeg is missing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from meetrec.core.errors import AudioError
from meetrec.core.sanitize import one_line

if TYPE_CHECKING:
    import av
    from av.audio.frame import AudioFrame


def has_av() -> bool:
    """Whether PyAV is installed."""
    from importlib.util import find_spec

    try:
        return find_spec("av") is not None
    except ValueError:  # somebody took it out of sys.modules
        return False


class AvDecoder:
    """Reads the first sound track of a file. `damage` says after `chunks` why it ended too soon."""

    def __init__(self, path: Path, rate: int) -> None:
        import av

        self._path = path
        self.damage = ""
        try:
            self._container: av.container.InputContainer = av.open(f"file:{path.absolute()}")
        except (av.FFmpegError, OSError, ValueError) as error:
            raise self._no_sound() from error
        if not self._container.streams.audio:
            self._container.close()
            raise self._no_sound()
        length = self._container.duration
        self.duration: float | None = length / av.time_base if length else None
        self._resampler = av.AudioResampler(format="s16", layout="mono", rate=rate)
        self._frames = self._decoded()
        self._first = next(self._frames, b"")
        if not self._first:
            self.close()
            raise self._no_sound()

    def chunks(self) -> Iterator[bytes]:
        """Yield s16le mono."""
        yield self._first
        yield from self._frames

    def close(self) -> None:
        """Close the file. May be called again."""
        self._container.close()

    def _decoded(self) -> Iterator[bytes]:
        import av

        try:
            for frame in self._container.decode(audio=0):
                yield from self._resampled(frame)
            yield from self._resampled(None)
        except (av.FFmpegError, OSError, ValueError) as error:
            self.damage = f"{one_line(self._path.name)} is damaged: {one_line(str(error))}"

    def _resampled(self, frame: AudioFrame | None) -> Iterator[bytes]:
        for part in self._resampler.resample(frame):
            yield bytes(part.planes[0])[: part.samples * 2]

    def _no_sound(self) -> AudioError:
        name = one_line(self._path.name)
        return AudioError(f"{name} is not a sound file that can be read", "choose a WAV, FLAC, MP3, Ogg or M4A file")
