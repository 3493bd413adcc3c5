"""A file's title and date are read from it, whatever it is, and what is no date of a meeting is none."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import soundfile

from meetrec.audio.tags import Tags, read_tags
from tests.audio.sound import speechlike, write_media
from tests.needs import need


def tagged(path: Path, *, title: str = "", date: str = "") -> Path:
    with soundfile.SoundFile(path, "w", samplerate=24000, channels=1) as file:
        if title:
            file.title = title
        if date:
            file.date = date
        file.write(speechlike(1, 24000))
    return path


@pytest.mark.parametrize("suffix", ["flac", "ogg", "wav"])
def test_title_and_date_of_a_sound_file_are_read(tmp_path: Path, suffix: str) -> None:
    path = tagged(tmp_path / f"x.{suffix}", title="Board\x1b[31m meeting", date="2026-10-02T09:30:00+00:00")
    assert read_tags(path) == Tags("Board meeting", datetime(2026, 10, 2, 9, 30, tzinfo=UTC))


def test_a_day_alone_goes_with_the_time_of_the_file_where_it_is_the_same_day(tmp_path: Path) -> None:
    path = tagged(tmp_path / "x.flac", date="2026-10-02")
    written = datetime(2026, 10, 2, 15, 45).astimezone()
    os.utime(path, (written.timestamp(), written.timestamp()))
    assert read_tags(path).recorded_at == written
    os.utime(path, (written.timestamp() + 864_000, written.timestamp() + 864_000))
    assert read_tags(path).recorded_at == datetime(2026, 10, 2).astimezone()


@pytest.mark.parametrize("date", ["2019", "1904-01-01T00:00:00Z", "2999-01-01", "2026-13-45", "soon"])
def test_what_is_no_date_of_a_meeting_is_none(tmp_path: Path, date: str) -> None:
    assert read_tags(tagged(tmp_path / "x.flac", date=date)).recorded_at is None


@pytest.mark.parametrize("reader", ["PyAV", "ffprobe"])
def test_title_and_time_of_a_phones_recording_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reader: str
) -> None:  # fmt: skip
    path = write_media(tmp_path / "-x.m4a", speechlike(1), title="Offsite", creation_time="2026-10-02T09:30:00Z")
    if reader == "ffprobe":
        need("ffmpeg")
    if reader == "ffprobe":
        monkeypatch.setitem(sys.modules, "av", None)
    else:
        monkeypatch.setenv("PATH", str(tmp_path))
    assert read_tags(path) == Tags("Offsite", datetime(2026, 10, 2, 9, 30, tzinfo=UTC))


@pytest.mark.parametrize("content", [b"", b"no sound", b"\0\0\0\x20ftypM4A " + bytes(1000), b"RIFF" + bytes(100)])
def test_a_file_that_is_none_says_nothing(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.m4a"
    path.write_bytes(content)
    assert read_tags(path) == Tags()


def test_what_the_library_thinks_of_an_mp3_is_not_printed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.mp3"
    soundfile.write(path, speechlike(10, 24000), 24000)
    path.write_bytes(path.read_bytes()[:20_000])
    read_tags(path)
    assert capfd.readouterr() == ("", "")
