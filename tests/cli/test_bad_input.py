"""Whatever is put in: one sentence, what to do next, the right exit status, and nothing lost."""

from __future__ import annotations

import math
import os
import struct
import subprocess
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import soundfile

from meetrec.demo.meeting import sample_path
from tests.cli.program import finished, is_refusal, meetrec, sessions_left, store

ALONE = ("--no-captions", "--no-finish", "--speed", "0")
SAMPLE = str(sample_path())
SECONDS = 2.0

Make = Callable[[Path], object]


def tone(rate: int, channels: int = 1) -> np.ndarray:
    wave_form = 0.3 * np.sin(2 * math.pi * 440 * np.arange(round(SECONDS * rate)) / rate)
    return np.repeat(wave_form[:, None], channels, axis=1)


def written(rate: int = 24_000, subtype: str = "PCM_16", channels: int = 1) -> Make:
    return lambda path: soundfile.write(path, tone(rate, channels), rate, subtype=subtype, format="WAV")


SOUND: dict[str, Make] = {
    "8-bit": written(subtype="PCM_U8"),
    "24-bit": written(subtype="PCM_24"),
    "32-bit": written(subtype="PCM_32"),
    "float": written(subtype="FLOAT"),
    "double": written(subtype="DOUBLE"),
    "stereo": written(channels=2),
    "six channels": written(channels=6),
    "8 kHz": written(rate=8_000),
    "44.1 kHz": written(rate=44_100),
    "192 kHz": written(rate=192_000),
}


@pytest.mark.parametrize("kind", SOUND)
def test_any_form_of_sound_is_recorded_whole_and_as_loud_as_it_was(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "in.wav"
    SOUND[kind](path)
    for words in (("record", "--from", str(path), *ALONE), ("import", str(path), "--no-finish")):
        done = meetrec(*words)
        assert done.code == 0, done
        with wave.open(str(store().find("latest").audio)) as file:
            assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
            assert file.getnframes() / file.getframerate() == pytest.approx(SECONDS, abs=0.05)
            samples = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768
        assert np.sqrt(np.mean(samples**2)) == pytest.approx(0.3 / math.sqrt(2), rel=0.05)


def truncated(path: Path) -> None:
    written()(path)
    path.write_bytes(path.read_bytes()[: 44 + 24_000])


def test_of_a_truncated_file_what_is_there_is_recorded(tmp_path: Path) -> None:
    path = tmp_path / "cut.wav"
    truncated(path)
    done = meetrec("record", "--from", str(path), *ALONE)
    assert done.code == 0, done
    assert store().find("latest").duration() == pytest.approx(0.5, abs=0.05)


BROKEN: dict[str, Make] = {
    "empty": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_text("this is no sound\n" * 50),
    "header only": lambda path: path.write_bytes(b"RIFF"),
    "no frames": lambda path: soundfile.write(path, tone(24_000)[:0], 24_000, format="WAV"),
    "random": lambda path: path.write_bytes(os.urandom(5000)),
    "lying header": lambda path: path.write_bytes(b"RIFF" + struct.pack("<I", 2**32 - 1) + b"WAVEfmt " + b"\xff" * 40),
    "folder": lambda path: path.mkdir(),
    "missing": lambda path: None,
}


@pytest.mark.parametrize("kind", BROKEN)
@pytest.mark.parametrize("words", [("record", "--from"), ("import",)])
def test_what_is_no_sound_is_refused_and_leaves_no_session(kind: str, words: tuple[str, ...], tmp_path: Path) -> None:
    path = tmp_path / "in.wav"
    BROKEN[kind](path)
    done = meetrec(*words, str(path))
    assert is_refusal(done, 1), done
    assert "in.wav" in done.err
    assert sessions_left() == []


def test_a_file_name_that_would_drive_the_terminal_is_shown_harmless(tmp_path: Path) -> None:
    done = meetrec("record", "--from", str(tmp_path / "x\x1b]52;c;x\x07\nmeetrec: all is well"))
    assert is_refusal(done, 1), done
    assert "\x1b" not in done.err


def test_one_wrong_file_among_several_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    good, broken, missing = tmp_path / "good.wav", tmp_path / "broken.m4a", tmp_path / "missing.wav"
    written()(good)
    broken.write_bytes(b"\0\0\0\x20ftypM4A " + bytes(1000))
    done = meetrec("import", str(broken), str(missing), str(good), "--no-finish")
    assert done.code == 1
    assert "3 of 3: good.wav" in done.out
    assert "missing.wav: there is no such file" in done.err
    assert done.err.splitlines()[-1] == "meetrec: 1 of 3 files were imported; left out: broken.m4a, missing.wav"
    assert [store().folder(one).session.title for one in sessions_left()] == ["good"]


@pytest.mark.parametrize(
    "words",
    [
        ("--speed", "-1"),
        ("--speed", "fast", "--from", SAMPLE),
        ("--speed", "2"),
        ("--speed", "2", "--from", "-"),
        ("--rate", "24000"),
        ("--rate", "24000", "--from", SAMPLE),
        ("--rate", "1", "--from", "-"),
        ("--device", "x", "--from", SAMPLE),
        ("--continue", "nothing"),
        ("--json", "--plain"),
        ("title", "--continue", "latest"),
        ("-rf",),
    ],
)
def test_options_that_make_no_sense_are_refused(words: tuple[str, ...]) -> None:
    assert is_refusal(meetrec("record", *words), 2)
    assert sessions_left() == []


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("api.example.com/v1", "https://"),
        ("https://user:pa55word@api.example.com/v1", "user or password"),
        ("http://api.example.com/v1", "in clear"),
    ],
)
@pytest.mark.parametrize("variable", ["OPENAI_BASE_URL", "MEETREC_PROVIDER_BASE_URL"])
def test_an_address_that_cannot_be_right_is_refused_before_anything_is_recorded(
    address: str, named: str, variable: str
) -> None:
    done = meetrec("record", "--from", SAMPLE, env={variable: address, "OPENAI_API_KEY": "sk-x"})
    assert is_refusal(done, 2), done
    assert named in done.err
    assert "pa55word" not in done.err
    assert sessions_left() == []


@pytest.mark.parametrize(
    ("title", "kept"),
    [
        ("../../x", "../../x"),
        ("CON", "CON"),
        ("x" * 300, "x" * 199 + "…"),
        ("\u202eevil\u202c مرحبا", "evil مرحبا"),
        ("🎉 会議", "🎉 会議"),
        ("a\x1b[2Jb\nc", "ab c"),
    ],
)
def test_any_title_is_kept_and_stays_inside_the_sessions(title: str, kept: str, home: Path) -> None:
    done = meetrec("record", title, "--from", SAMPLE, *ALONE)
    assert done.code == 0, done
    (session_id,) = sessions_left()
    assert meetrec("list", "--json").json[0]["title"] == kept
    assert "\x1b" not in done.out
    assert {path.name for path in home.iterdir()} <= {"data", "config", "state", "cache"}
    assert (home / "data" / "sessions" / session_id / "audio.wav").exists()


def test_a_title_like_an_option_is_kept() -> None:
    assert meetrec("record", "--from", SAMPLE, *ALONE, "--", "-rf").code == 0
    assert meetrec("list", "--json").json[0]["title"] == "-rf"


def test_a_device_that_is_not_there_ends_with_4() -> None:
    done = meetrec("record", "--device", "no such microphone", "--headless")
    assert is_refusal(done, 4), done
    assert sessions_left() == []


# -- the data folder ---------------------------------------------------------------------------------------------------


def test_a_file_in_place_of_the_data_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    for words in (("record", "--from", SAMPLE, *ALONE), ("import", SAMPLE)):
        assert is_refusal(meetrec(*words, env={"MEETREC_HOME": str(tmp_path / "taken")}), 1)


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """Mount a disk of that size; skips where that is not allowed."""
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "tmpfs", folder], capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip(f"mounting a small disk is not allowed here: {mounted.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def test_an_unwritable_data_folder_is_told(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "1m") as disk:
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        env = {"MEETREC_HOME": str(disk)}
        for words in (
            ("record", "--from", SAMPLE, *ALONE),
            ("import", SAMPLE),
            ("settings", "set", "audio.rate", "16000"),
        ):
            done = meetrec(*words, env=env)
            assert is_refusal(done, 1), done
            assert "read-only" in done.err


def test_a_full_disk_is_told_and_what_is_there_can_still_be_read(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "1m") as disk:
        env = {"MEETREC_HOME": str(disk)}
        done = meetrec("record", "--from", SAMPLE, *ALONE, env=env)
        assert is_refusal(done, 1), done
        (disk / "fill").write_bytes(b"")
        subprocess.run(["dd", "if=/dev/zero", f"of={disk}/fill", "bs=4096"], capture_output=True)
        assert meetrec("list", env=env).code == 0
        done = meetrec("settings", "set", "audio.rate", "16000", env=env)
        assert is_refusal(done, 1), done
        assert "full" in done.err


def test_exporting_to_a_full_disk_leaves_no_half_file(tmp_path: Path) -> None:
    finished()
    with small_disk(tmp_path / "disk", "64k") as disk:
        subprocess.run(["dd", "if=/dev/zero", f"of={disk}/fill", "bs=4096"], capture_output=True)
        done = meetrec("export", "latest", "-o", str(disk / "out.md"))
        assert is_refusal(done, 1), done
        assert [path.name for path in disk.iterdir()] == ["fill"]
