"""What a recording writes to."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol


class Writer(Protocol):
    """Where the sound goes: WavWriter, or SoundWriter for any length. All but `close` raise StorageError."""

    rate: int
    channels: int

    @property
    def path(self) -> Path:
        """The file that is being written."""

    @property
    def frames(self) -> int:
        """Frames written so far: the recording's clock."""

    @property
    def frame_bytes(self) -> int:
        """Bytes of one frame."""

    def write(self, pcm: bytes) -> int:
        """Append frames; what fits is kept where not all does."""

    def sync(self) -> None:
        """Wait until the disk has it."""

    def displacement(self) -> str:
        """Say what became of the file under our hands, nothing while it is in order."""

    def close(self) -> None:
        """Sync and close."""
