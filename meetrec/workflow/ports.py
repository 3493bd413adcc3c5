"""What the workflows need from the world. The floors below fulfil these; tests put loopback parts in their place."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from meetrec.core.events import Event
from meetrec.core.stitching.parts import Part
from meetrec.core.stitching.stitch import PartAnswer, RollCall
from meetrec.core.transcript import Transcript


class Sound(Protocol):
    """A running capture that writes to the WAV on its own thread (audio/recording.py)."""

    def start(self) -> None:
        """Begin to write. Raises AudioError or StorageError."""

    def pause(self) -> None:
        """Write nothing until `resume`; the recording's clock stands still."""

    def resume(self) -> None:
        """Go on writing."""

    def stop(self) -> int:
        """Write what was captured, close the WAV, return the frames in it. Blocks up to about two seconds."""


class Captions(Protocol):
    """The live captions of one recording (provider/live_captions.py)."""

    def run(self) -> AsyncIterator[Event]:
        """Yield caption and link events until `finish` was called and all is captioned or given up."""

    def advanced(self, frames: int) -> None:
        """Tell that the WAV holds `frames` frames."""

    def interrupted(self, frames: int) -> None:
        """Tell that a pause of the recording, at `frames` frames, is over."""

    def renew(self) -> None:
        """Tell that the link is dead, whatever it looks like: the machine slept."""

    def finish(self, patience_s: float = ...) -> None:
        """Tell that no more frames will come; called again with 0, end what is still waited for."""


class Answer(Protocol):
    """The answer to one request (provider/transcribe.py)."""

    @property
    def segments(self) -> Sequence[Mapping[str, Any]]:
        """The segments as received."""

    @property
    def billed_seconds(self) -> float:
        """Seconds of audio the service charges for."""

    @property
    def unanswered(self) -> int:
        """How many requests before had no answer, and may be charged."""


class Transcribe(Protocol):
    """Send one file to the transcription service."""

    async def __call__(
        self, path: Path, seconds: float, known: Sequence[tuple[str, bytes]], unanswered: int = 0
    ) -> Answer:
        """Transcribe the file of `seconds` of audio; `known` are names and WAV clips of speakers.

        `unanswered` requests with the same sound had no answer before, and may be charged; only once in all is it
        sent again without one. Raises ProviderError, which says how many more had none.
        """


class Audio(Protocol):
    """The recording, as the minutes need it. All methods block, and raise AudioError or StorageError."""

    def levels(self) -> Sequence[float]:
        """Return the loudness in dB of each 0.1 s of what is recorded so far."""

    def encode(self, start: float, end: float, upload: str, target: Path) -> int:
        """Write `start` to `end` seconds as "wav", "flac" or "mp3" to `target`; returns its bytes."""

    def clip(self, start: float, end: float) -> bytes:
        """Return `start` to `end` seconds as a WAV file."""

    def encode_clips(self, spans: Sequence[tuple[float, float]], pause_s: float, target: Path) -> int:
        """Write the spans as one WAV with `pause_s` of silence between them; returns its bytes."""


class PartFiles(Protocol):
    """The `parts/` folder of a session (storage/part_files.py)."""

    def load_plan(self) -> list[Part]:
        """Return the plan of an earlier run, nothing where there is none."""

    def save_plan(self, parts: Sequence[Part]) -> None:
        """Keep the plan before anything is sent, so that no part is paid for twice."""

    def load_answers(self) -> dict[int, PartAnswer]:
        """Return the answers kept so far by part number."""

    def save_answer(self, answer: PartAnswer) -> None:
        """Keep an answer for good."""

    def load_roll_calls(self) -> list[RollCall]:
        """Return what the roll calls so far said, the first one first."""

    def save_roll_calls(self, roll_calls: Sequence[RollCall]) -> None:
        """Keep what the roll calls said."""

    def upload_path(self, name: str) -> Path:
        """Return where a file for upload is put; its folder exists."""


class Publish(Protocol):
    """Keep the transcript and render the minutes."""

    def __call__(self, transcript: Transcript) -> Path:
        """Store both, return the path of the minutes. Blocks."""
