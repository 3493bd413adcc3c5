"""PyAV reads what libsndfile does not know, where the ffmpeg command is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from meetrec.audio.av_decoder import AvDecoder, has_av
from meetrec.audio.decode import open_decoder
from meetrec.core.errors import AudioError
from tests.audio.sound import speechlike, write_media


@pytest.fixture(params=["m4a", "webm", "mp4"])
def recording(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return write_media(tmp_path / f"-a b.{request.param}", speechlike(2))


def test_it_is_used_where_ffmpeg_is_missing(recording: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    decoder = open_decoder(recording, 24000)
    assert isinstance(decoder, AvDecoder)
    pcm = b"".join(decoder.chunks())
    decoder.close()
    assert decoder.damage == ""
    assert decoder.duration is not None
    assert abs(decoder.duration - 2) < 0.2
    assert abs(len(pcm) // 2 - 48000) < 4800
    assert any(pcm)
    assert has_av()


def test_what_holds_no_sound_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x\x1b[31m.m4a"
    for content in (b"\0\0\0\x20ftypM4A " + bytes(1000), b"\x1a\x45\xdf\xa3" + bytes(500)):
        path.write_bytes(content)
        with pytest.raises(AudioError, match=r"x.m4a is not a sound file") as caught:
            AvDecoder(path, 24000)
        assert caught.value.hint


def test_a_file_that_is_cut_off_is_read_as_far_as_it_goes(recording: Path) -> None:
    data = recording.read_bytes()
    recording.write_bytes(data[: len(data) * 2 // 3])
    try:
        decoder = AvDecoder(recording, 24000)
    except AudioError:
        return  # an MP4 has its table of contents at its end: nothing of it can be read
    pcm = b"".join(decoder.chunks())
    decoder.close()
    assert 0 < len(pcm) // 2 < 60000
