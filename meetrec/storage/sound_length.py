"""How long a recording is, from the header and the size of its file alone: the list of sessions must not open sound."""

from __future__ import annotations

import struct
from pathlib import Path

from meetrec.storage.files import read_head

_HEAD = 4096


def sound_seconds(path: Path) -> float | None:
    """Return the seconds in a PCM WAV by the size of the file, None where there is none or it is something else.

    The size in the header is not asked: while recording, and after a kill, it lags behind (RIFF, `fmt ` chunk).
    """
    head = read_head(path, _HEAD)
    at, per_second = 12, 0
    while head[:4] == b"RIFF" and at + 8 <= len(head):
        name, length = head[at : at + 4], int.from_bytes(head[at + 4 : at + 8], "little")
        if name == b"fmt " and at + 20 <= len(head):
            per_second = struct.unpack_from("<I", head, at + 16)[0]  # average bytes a second
        if name == b"data":
            try:
                return (path.stat().st_size - at - 8) / per_second if per_second else None
            except OSError:
                return None
        at += 8 + length + length % 2
    return None
