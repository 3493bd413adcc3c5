"""Recording without the app: the installed program, the real recorder process, the simulated service."""

from __future__ import annotations

import json
import signal
import subprocess
import wave
from pathlib import Path
from typing import Any

import pytest

from meetrec.demo.faults import Faults
from meetrec.demo.meeting import load_sample, sample_path
from meetrec.demo.service import DemoService
from tests.cli.program import Live, command_line, environment, is_refusal, meetrec, sessions_left, store, until

SAMPLE = str(sample_path())
QUICK = ("--from", SAMPLE, "--speed", "16")
AT_ONCE = ("--from", SAMPLE, "--speed", "0", "--no-captions")
TRUTH = load_sample()
WORDS = [word for segment in TRUTH.segments for word in segment.text.split()]


def words(lines: list[str]) -> list[str]:
    return [word for line in lines for word in line.split()]


def sample_pcm() -> bytes:
    """Return the sample meeting as s16le, 24 kHz, mono."""
    import soundfile

    frames, _ = soundfile.read(SAMPLE, dtype="int16")
    return bytes(frames.astype("<i2").tobytes())


def wav_pcm(path: Path) -> bytes:
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        return bytes(file.readframes(file.getnframes()))


def shown(wanted: str = "latest") -> dict[str, Any]:
    value: dict[str, Any] = meetrec("show", wanted, "--json").json
    return value


def spoken_by(document: dict[str, Any]) -> list[tuple[str, str]]:
    """Return speaker and text of each turn, neighboring segments of one speaker joined."""
    turns: list[tuple[str, str]] = []
    for segment in document["segments"]:
        if turns and turns[-1][0] == segment["speaker"]:
            turns[-1] = (segment["speaker"], f"{turns[-1][1]} {segment['text']}")
        else:
            turns.append((segment["speaker"], segment["text"]))
    return turns


def truth_by_speaker() -> list[tuple[str, str]]:
    turns: list[tuple[str, str]] = []
    for segment in TRUTH.segments:
        if turns and turns[-1][0] == segment.speaker:
            turns[-1] = (segment.speaker, f"{turns[-1][1]} {segment.text}")
        else:
            turns.append((segment.speaker, segment.text))
    return turns


def test_a_recording_ends_with_all_sound_all_captions_and_true_minutes(service: DemoService) -> None:
    done = meetrec("record", "Weekly sync", *QUICK, "--json")
    assert done.code == 0, done
    kinds = [event["type"] for event in done.events]
    assert next(kind for kind in kinds if kind != "notice") == "recording.started"
    assert kinds[-1] == "job.ended"
    for kind in ("link.changed", "caption.interim", "caption.final", "recording.stopped", "part.done", "minutes.ready"):
        assert kind in kinds, kind
    assert all(event["v"] == 1 for event in done.events)

    (session_id,) = sessions_left()
    folder = store().folder(session_id)
    assert wav_pcm(folder.audio) == sample_pcm()

    document = shown()
    assert (document["title"], document["state"]) == ("Weekly sync", "finished")
    assert words([caption["text"] for caption in document["captions"]]) == WORDS
    turns, truth = spoken_by(document), truth_by_speaker()
    assert [text for _, text in turns] == [text for _, text in truth]
    assert len({*zip([one for one, _ in turns], [one for one, _ in truth], strict=True)}) == len(TRUTH.speakers)
    assert all(0 <= one["start"] <= one["end"] <= document["duration"] for one in document["segments"])


def test_plain_prints_finished_captions_in_spoken_order_and_nothing_else(service: DemoService) -> None:
    done = meetrec("record", *QUICK, "--plain")
    assert (done.code, done.err) == (0, "")
    assert words(done.out.splitlines()) == WORDS


def test_without_a_terminal_captions_and_what_happens_come_as_lines(service: DemoService) -> None:
    done = meetrec("record", "Weekly sync", *QUICK)
    assert done.code == 0, done
    (session_id,) = sessions_left()
    lines = done.out.splitlines()
    assert any(line.startswith("recording Weekly sync with meeting.flac") for line in lines[:2])
    assert f"session {session_id}" in lines
    assert lines[-1] == f"minutes: {store().folder(session_id).minutes}"
    assert "\x1b" not in done.out
    spoken = [line.partition("  ")[2] for line in lines if line[:2].isdigit()]
    assert words(spoken) == WORDS


def test_raw_sound_on_standard_input_is_recorded_as_it_is(service: DemoService) -> None:
    pcm = sample_pcm()[: 2 * 24_000 * 20]
    done = meetrec("record", "--from", "-", "--rate", "24000", "--no-captions", "--no-finish", stdin=pcm)
    assert done.code == 0, done
    assert wav_pcm(store().find("latest").audio) == pcm


def test_neither_captions_nor_minutes_means_that_nothing_is_sent(service: DemoService) -> None:
    done = meetrec("record", *AT_ONCE, "--no-finish")
    assert done.code == 0, done
    assert service.requests == []
    assert meetrec("sent", "--json").json == []
    assert shown()["state"] == "recorded"


def test_minutes_are_made_later_and_made_again_as_a_new_version(service: DemoService) -> None:
    meetrec("record", *AT_ONCE, "--no-finish")
    first = meetrec("finish", "latest")
    assert first.code == 0, first
    folder = store().find("latest")
    assert first.out.splitlines()[-1] == f"minutes: {folder.minutes}"
    assert "recording " not in first.out, "what happened before this run is not told again"
    kept = folder.transcript_path(1).read_bytes()
    again = meetrec("finish", "latest", "--again", "--model", "gpt-4o-mini-transcribe")
    assert again.code == 0, again
    assert folder.versions() == [1, 2]
    assert folder.transcript_path(1).read_bytes() == kept
    assert [row["purpose"] for row in meetrec("sent", "--json").json]


def test_a_finished_session_is_not_paid_for_twice(service: DemoService) -> None:
    meetrec("record", *AT_ONCE)
    sent = len(service.uploads)
    done = meetrec("finish", "latest")
    assert done.code == 0, done
    assert len(service.uploads) == sent


def test_without_sound_no_minutes_are_made_again_and_the_answers_stay(service: DemoService) -> None:
    meetrec("record", *AT_ONCE)
    assert meetrec("delete", "latest", "--audio", "--yes").code == 0
    (session_id,) = sessions_left()
    parts = sorted(path.name for path in store().folder(session_id).parts_dir.iterdir())
    done = meetrec("finish", "latest", "--again")
    assert is_refusal(done, 1), done
    assert "has no sound to make minutes from" in done.err
    assert sorted(path.name for path in store().folder(session_id).parts_dir.iterdir()) == parts


def test_a_session_goes_on(service: DemoService) -> None:
    meetrec("record", "Weekly sync", *AT_ONCE, "--no-finish")
    done = meetrec("record", *QUICK, "--continue", "latest", "--no-captions", "--no-finish")
    assert done.code == 0, done
    (session_id,) = sessions_left()
    assert wav_pcm(store().folder(session_id).audio) == sample_pcm() * 2


def test_an_import_becomes_a_finished_session_named_after_the_file(service: DemoService, tmp_path: Path) -> None:
    copy = tmp_path / "Board meeting.flac"
    copy.write_bytes(sample_path().read_bytes())
    done = meetrec("import", str(copy))
    assert done.code == 0, done
    assert done.out.splitlines()[0] == "importing Board meeting.flac as Board meeting"
    assert "read to 00:01:08" in done.out.splitlines()
    assert (shown()["title"], shown()["state"]) == ("Board meeting", "finished")
    assert [text for _, text in spoken_by(shown())] == [text for _, text in truth_by_speaker()]


def test_an_import_keeps_the_title_and_the_date_that_the_file_bears(tmp_path: Path) -> None:
    import soundfile

    path = tmp_path / "REC0001.flac"
    frames, rate = soundfile.read(SAMPLE, frames=48000)
    with soundfile.SoundFile(path, "w", samplerate=rate, channels=1) as file:
        file.title, file.date = "Board meeting", "2026-10-02T09:30:00+00:00"
        file.write(frames)
    assert meetrec("import", str(path), "--no-finish").code == 0
    (session,) = (store().folder(one).session for one in sessions_left())
    assert session.title == "Board meeting"
    assert session.started_at.timestamp() == 1790933400


# -- signals -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_and_sigterm_stop_the_recording_and_the_minutes_are_made(service: DemoService, number: int) -> None:
    with Live("record", "--from", SAMPLE, "--json") as live:
        live.wait_for('"caption.interim"', times=5)
        live.signal(number)
        done = live.end()
    assert done.code == 0, done
    kinds = [event["type"] for event in done.events]
    assert "minutes.ready" in kinds
    assert shown()["state"] == "finished"
    assert 1 < shown()["duration"] < TRUTH.duration / 2


def test_a_second_ctrl_c_leaves_the_minutes_to_the_background(service: DemoService) -> None:
    service.faults = Faults(answer_delay=5.0)
    with Live("record", "--from", SAMPLE, "--headless", "--no-captions") as live:
        live.wait_for("session ")
        until(lambda: meetrec("status", "--json").json["elapsed"] > 1)
        live.signal(signal.SIGINT)
        live.wait_for("making the minutes")
        live.signal(signal.SIGINT)
        done = live.end()
    assert done.code == 130, done
    assert "in the background" in done.out
    assert meetrec("status", "--json").json["state"] in {"finishing", "finished"}
    until(lambda: shown()["state"] == "finished")


def test_ctrl_c_while_finishing_leaves_the_minutes_for_later(service: DemoService) -> None:
    assert meetrec("record", *AT_ONCE, "--no-finish").code == 0
    service.faults = Faults(answer_delay=30.0)
    with Live("finish", "latest", "--json") as live:
        live.wait_for('"part.sent"')
        live.signal(signal.SIGINT)
        done = live.end()
    assert done.code == 3, done
    service.faults = Faults()
    assert meetrec("finish", "latest").code == 0
    assert shown()["state"] == "finished"


def test_a_closed_terminal_leaves_the_recording_running(service: DemoService) -> None:
    with Live("record", "Weekly sync", "--from", SAMPLE, "--json") as live:
        live.wait_for('"recording.started"')
        live.signal(signal.SIGHUP)
        done = live.end()
    assert done.code == 129
    status = meetrec("status", "--json").json
    assert (status["state"], status["title"]) == ("recording", "Weekly sync")
    assert "● REC" in meetrec("status").out
    assert meetrec("stop").code == 0
    until(lambda: shown()["state"] == "finished")


def test_a_killed_front_end_leaves_the_recording_running(service: DemoService) -> None:
    with Live("record", "--from", SAMPLE, "--json") as live:
        live.wait_for('"recording.started"')
        live.signal(signal.SIGKILL)
        live.end()
    before = meetrec("status", "--json").json["elapsed"]
    until(lambda: meetrec("status", "--json").json["elapsed"] > before)
    meetrec("stop")
    until(lambda: shown()["state"] == "finished")


def test_a_reader_that_goes_away_does_not_end_the_recording(service: DemoService) -> None:
    line = " ".join(["'" + word + "'" for word in command_line("record", *QUICK, "--plain")])
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {line} | head -1"],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 1
    assert shown()["state"] == "finished"
    assert words([caption["text"] for caption in shown()["captions"]]) == WORDS


# -- controls ----------------------------------------------------------------------------------------------------------


def test_a_running_recording_is_controlled_from_anywhere(service: DemoService) -> None:
    with Live("record", "Weekly sync", "--from", SAMPLE, "--json") as live:
        live.wait_for('"audio.level"')
        assert meetrec("mark", "first", "point").out.startswith("marked at 00:00:0")
        assert meetrec("note", "--json", "ask", "Ana").json["did"] == "note"
        assert meetrec("pause").code == 0
        live.wait_for('"recording.paused"')
        assert meetrec("status", "--json").json["state"] == "paused"
        assert meetrec("resume").code == 0
        live.wait_for('"recording.resumed"')
        refused = meetrec("record", *QUICK)
        assert is_refusal(refused, 1), refused
        assert "meetrec attach" in refused.err
        assert is_refusal(meetrec("delete", "latest", "--yes"), 1)
        assert meetrec("stop").code == 0
        done = live.end()
    assert done.code == 0, done
    document = shown()
    assert [mark["text"] for mark in document["marks"]] == ["first point"]
    assert [note["text"] for note in document["notes"]] == ["ask Ana"]
    assert len(sessions_left()) == 1


@pytest.mark.parametrize("words", [("stop",), ("pause",), ("resume",), ("mark",), ("note", "x")])
def test_there_is_nothing_to_control_where_nothing_is_recorded(words: tuple[str, ...]) -> None:
    done = meetrec(*words)
    assert is_refusal(done, 1)
    assert "nothing is being recorded" in done.err


def test_status_follows_from_idle_to_the_end(service: DemoService) -> None:
    with Live("status", "--json", "--follow") as following:
        following.wait_for('"idle"')
        assert meetrec("record", *QUICK, "--no-captions", "--no-finish").code == 0
        following.wait_for('"recording"')
        following.wait_for('"idle"', times=2)
        following.signal(signal.SIGINT)
        assert following.end().code == 130
    assert all(json.loads(line)["schema"] == 1 for line in following.lines)


# -- when the service does not help ------------------------------------------------------------------------------------


def test_without_a_key_the_recording_is_safe_and_the_exit_says_so() -> None:
    done = meetrec("record", *QUICK)
    assert done.code == 3, done
    assert "recorded, minutes not made" in done.err
    (session_id,) = sessions_left()
    assert f"meetrec finish {session_id}" in done.err
    assert wav_pcm(store().folder(session_id).audio) == sample_pcm()
    assert "Traceback" not in done.err


@pytest.mark.parametrize("fault", ["401", "404", "quota"])
def test_a_refusal_leaves_the_recording_safe_and_finish_makes_the_minutes_later(
    service: DemoService, fault: str
) -> None:
    service.faults = Faults(every_http=fault)
    done = meetrec("record", *AT_ONCE, "--json")
    assert done.code == 3, done
    assert done.events[-1]["type"] in {"job.ended", "fault"}
    assert shown()["state"] == "failed"
    assert shown()["problem"]
    service.faults = Faults()
    assert meetrec("finish", "latest").code == 0
    assert shown()["state"] == "finished"


def test_the_key_is_nowhere_on_disk_or_on_the_screen(service: DemoService, home: Path) -> None:
    service.faults = Faults(every_http="401")
    done = meetrec("record", *QUICK)
    key = "sk-invented-sentinel-0123456789"
    assert key not in done.out + done.err
    for path in home.rglob("*"):
        if path.is_file():
            assert key.encode() not in path.read_bytes(), path


def test_hostile_answers_reach_neither_terminal_nor_files(service: DemoService, home: Path) -> None:
    service.faults = Faults(every_answer="hostile")
    done = meetrec("record", *QUICK, "--json")
    assert done.code == 0, done
    for text in (done.out, meetrec("show", "latest").out, store().find("latest").minutes.read_text("utf-8")):
        assert not any(char in text for char in "\x1b\x07\x00\u202e")
