"""A power cut, by the model of what a disk may do: all that was synced stays, of the rest anything may be missing.

The writer's own calls are recorded while it records. Then the machine is cut off after any of them, and of what was
written since the last sync any part reaches the disk, in any order, torn in the middle, or as zeros.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from meetrec.audio import wav
from meetrec.audio.recording import SYNC_EVERY, Recording
from meetrec.audio.riff import HEADER_BYTES, repair
from meetrec.audio.wav import WavReader, WavWriter
from tests.audio.sound import read_wav
from tests.audio.test_recording import Handed, Told, wait_for

RATE = 1000
BLOCK_S = 0.1
SECONDS = 6
IMAGES = 2400


@dataclass
class Disk:
    """What the writer asked for: ("write", at, bytes) and ("sync",), in its order, and when the sound of it came."""

    calls: list[tuple[int, bytes] | None] = field(default_factory=list)
    frames: list[int] = field(default_factory=list)
    """Frames handed over before each call."""


def block(number: int) -> bytes:
    """Return a block whose samples tell their places; none is zero, so that a hole shows."""
    first = number * round(RATE * BLOCK_S)
    return b"".join((first + one + 1).to_bytes(2, "little") for one in range(round(RATE * BLOCK_S)))


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Disk]:
    """Record for some seconds on a clock of our own, and note the calls."""
    disk, now, handed = Disk(), [0.0], [0]
    real_write, real_sync = wav.write_at, wav.os.fdatasync

    def write_at(fd: int, data: bytes, offset: int) -> int:
        disk.calls.append((offset, bytes(data)))
        disk.frames.append(handed[0])
        return real_write(fd, data, offset)

    def fdatasync(fd: int) -> None:
        disk.calls.append(None)
        disk.frames.append(handed[0])
        real_sync(fd)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wav, "write_at", write_at)
        patch.setattr(wav.os, "fdatasync", fdatasync)
        source, told = Handed(), Told()
        path = tmp_path_factory.mktemp("cut") / "audio.wav"
        recording = Recording(source, WavWriter(path, rate=RATE), **told.callbacks, clock=lambda: now[0])
        recording.start()
        for number in range(round(SECONDS / BLOCK_S)):
            now[0] += BLOCK_S
            handed[0] += round(RATE * BLOCK_S)
            source.on_block(block(number))
            told.wait_for("advance", number + 1)
            wait_for(lambda: now[0] - recording._synced_at < SYNC_EVERY)  # it has looked whether a sync is due
        yield disk
        recording.stop()


def image(disk: Disk, cut: int, rng: random.Random) -> tuple[bytes, int]:
    """Return what may be in the file after a power cut behind call `cut`, and how many frames were synced by then."""
    synced_to = max((at for at in range(cut) if disk.calls[at] is None), default=-1)
    file = bytearray()

    def put(at: int, data: bytes) -> None:
        if data and len(file) < at + len(data):
            file.extend(bytes(at + len(data) - len(file)))
        file[at : at + len(data)] = data

    for call in disk.calls[: synced_to + 1]:
        if call is not None:
            put(*call)
    frames = max(len(file) - HEADER_BYTES, 0) // 2
    loose = [call for call in disk.calls[synced_to + 1 : cut] if call is not None]
    rng.shuffle(loose)
    for at, data in loose:
        put(at, _left_of(data, rng) if at else rng.choice((data, b"")))
    return bytes(file), frames


def _left_of(data: bytes, rng: random.Random) -> bytes:
    """Return what reaches the disk: all, nothing, a part, or zeros. Not so for a header: it lies within one sector."""
    return rng.choice((data, data, b"", data[: rng.randrange(len(data))], bytes(len(data))))


def test_the_disk_is_asked_to_keep_the_sound_every_second(disk: Disk) -> None:
    synced = [frames for call, frames in zip(disk.calls, disk.frames, strict=True) if call is None]
    assert synced[0] == 0
    assert max(later - one for one, later in itertools.pairwise(synced)) <= 1.05 * RATE + 1
    assert len(synced) >= SECONDS - 1


def test_after_a_power_cut_at_any_moment_the_file_opens_and_at_most_a_second_is_missing(
    disk: Disk, tmp_path: Path
) -> None:
    rng = random.Random(1)
    whole = b"".join(block(number) for number in range(round(SECONDS / BLOCK_S)))
    path = tmp_path / "audio.wav"
    worst = 0.0
    for _ in range(IMAGES):
        cut = rng.randrange(len(disk.calls) + 1)
        content, kept = image(disk, cut, rng)
        path.write_bytes(content)
        info = repair(path)
        assert len(read_wav(path)) == info.frames >= kept
        with WavReader(path) as reader:
            assert reader.read(0, kept) == whole[: 2 * kept]
        handed = disk.frames[cut - 1] if cut else 0
        worst = max(worst, (handed - kept) / RATE)
    assert 0.5 <= worst <= 1.1  # the model does take something away
