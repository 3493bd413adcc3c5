"""Whatever the service does, the sound is safe, the words come out right in the end, and the user is told in words."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from meetrec.core.models import find_model
from meetrec.demo.faults import Faults, LinkFaults
from tests.cli.program import is_refusal
from tests.e2e.meeting import SAMPLE, WORDS, caption_words, cut, minutes_words, words_between, write_wav
from tests.e2e.program import Done, Live, meetrec, only_session, shown, until, wav_pcm
from tests.e2e.secret import KEY
from tests.e2e.served import Served

SHORT = (6.6, 22.7)
SHORT_WORDS = words_between(*SHORT)
DANGEROUS = "\x00\x07\x08\x1b\x7f\x9b\x9d\u202a\u202b\u202d\u202e\u2066\u2067\u2068"


@pytest.fixture
def short(tmp_path: Path) -> Path:
    """Write a short piece of the sample meeting."""
    return write_wav(tmp_path / "short.wav", cut(*SHORT))


def link_states(done: Done) -> list[str]:
    """Return the states of the link as they were told."""
    return [event["state"] for event in done.events if event["type"] == "link.changed"]


def said(done: Done, kind: str) -> list[str]:
    """Return what the events of a kind tell."""
    return [event["what"] for event in done.events if event["type"] == kind]


def assert_sound_is_whole(start: float = SHORT[0], end: float = SHORT[1]) -> None:
    assert wav_pcm(only_session().audio) == cut(start, end).tobytes()


def record(short: Path, *options: str, speed: float = 8, **more: Any) -> Done:
    return meetrec("record", "--from", str(short), "--speed", f"{speed:g}", "--json", *options, **more)


# -- no minutes -------------------------------------------------------------------------------------------------------


def assert_safe_and_finished_later(done: Done, served: Served, monkeypatch: pytest.MonkeyPatch, why: str) -> None:
    """The run ended with 3 and a sentence; nothing of the sound is lost; when all is well the minutes are made."""
    session = only_session()
    assert done.code == 3, done
    (sentence, hint) = done.err.splitlines()[-2:]
    assert why in sentence
    assert f"meetrec finish {session.id}" in hint
    assert "Traceback" not in done.err
    assert_sound_is_whole()
    assert shown()["state"] == "failed"
    assert why in shown()["problem"]
    served.faults = Faults()
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    later = meetrec("finish", session.id)
    assert later.code == 0, later
    assert minutes_words(shown()) == SHORT_WORDS


def test_without_a_key_the_sound_is_safe_and_the_minutes_are_made_once_there_is_one(
    served: Served, short: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    # Only servers on this machine may go without a key; that this one is refused for it is what a stranger would see.
    done = record(short)
    assert link_states(done)[-1] == "off"
    assert_safe_and_finished_later(done, served, monkeypatch, "key")


def test_a_wrong_key_is_told_once_and_the_sound_is_safe(
    served: Served, short: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY[::-1])
    done = record(short)
    assert link_states(done)[-1] == "off"
    assert len(served.links) == 1  # a key that is wrong does not get better by trying
    assert KEY[::-1] not in done.out + done.err
    assert_safe_and_finished_later(done, served, monkeypatch, "key")


def test_refused_minutes_end_with_3_and_a_sentence(
    served: Served, short: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served.faults = Faults(every_http="quota")
    done = record(short, "--no-captions", speed=0)
    assert_safe_and_finished_later(done, served, monkeypatch, "no credit")


def test_trouble_that_passes_is_tried_through_and_the_minutes_come(
    served: Served, short: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEETREC_MINUTES_MAX_PART_SECONDS", "10")
    monkeypatch.setenv("MEETREC_MINUTES_PARALLEL", "1")
    served.faults = Faults(http=("429", "html", "ok", "500", "reset", "ok", "cut", "text-error"))
    done = record(short, "--no-captions", speed=0)
    assert (done.code, done.err) == (0, ""), done
    assert [one.status for one in served.uploads][-1] == 200
    assert minutes_words(shown()) == SHORT_WORDS


@pytest.mark.parametrize("fault", ["html", "malformed"])
def test_trouble_that_stays_ends_with_a_sentence_and_nothing_is_lost(
    served: Served, short: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    served.faults = Faults(every_http=fault)
    done = record(short, "--no-captions", speed=0)
    assert "<html" not in done.out + done.err
    assert_safe_and_finished_later(done, served, monkeypatch, "127.0.0.1")


# -- captions ---------------------------------------------------------------------------------------------------------


def test_while_the_service_is_away_captions_are_behind_and_in_the_end_every_word_is_captioned_once(
    served: Served,
) -> None:
    with Live("record", "--from", SAMPLE, "--speed", "5", "--json") as live:
        live.wait_for('"caption.final"', times=3)
        served.go_away()
        live.wait_for('"offline"')
        before = meetrec("status", "--json").json
        assert before["link"]["state"] == "offline"
        until(lambda: meetrec("status", "--json").json["elapsed"] > before["elapsed"] + 10)
        served.come_back()
        done = live.end()
    assert done.code == 0, done
    states = link_states(done)
    assert states[0] == "connecting"
    offline = states.index("offline")
    assert "live" in states[:offline]
    assert "behind" in states[offline:]
    assert "live" in states[states.index("behind", offline) :]
    document = shown()
    assert caption_words(document) == WORDS
    assert minutes_words(document) == WORDS
    assert_sound_is_whole(0.0, 100.0)


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(
            (
                LinkFaults(drop_after=3.0),
                LinkFaults(drop_after=3.0, close_code=1011, close_reason="keepalive ping timeout"),
                LinkFaults(expire_after=3.0),
                LinkFaults(drop_after=3.0, close_code=4002, close_reason="something new"),
            ),
            id="closed",
        ),
        pytest.param(
            (LinkFaults(refuse=503), LinkFaults(refuse=429, retry_after="1"), LinkFaults(mute_start=True)), id="refused"
        ),
        pytest.param(
            (
                LinkFaults(out_of_order=True, duplicate=True, unknown_events=True, malformed_every=7, drop_after=8.0),
                LinkFaults(lose_items=1, error_after=2.0, drop_after=12.0),
            ),
            id="nonsense",
        ),
    ],
)
def test_links_that_break_or_talk_nonsense_cost_no_word(served: Served, script: tuple[LinkFaults, ...]) -> None:
    served.faults = Faults(links=script)
    done = record(Path(SAMPLE), "--no-finish", speed=16)
    assert done.code == 0, done
    assert caption_words(shown()) == WORDS
    assert_sound_is_whole(0.0, 100.0)
    assert len(served.links) > len(script)


def test_a_parameter_that_is_refused_is_left_out_and_told_once(served: Served, short: Path) -> None:
    refused = "session.audio.input.noise_reduction"
    served.faults = Faults(
        links=(LinkFaults(reject=(refused,), drop_after=6.0),), every_link=LinkFaults(reject=(refused,))
    )
    done = record(short, "--no-finish", speed=4)
    assert done.code == 0, done
    told = [what for what in said(done, "notice") if "noise_reduction" in what]
    assert len(told) == 1, said(done, "notice")
    assert caption_words(shown()) == SHORT_WORDS


def test_a_service_that_is_not_there_costs_no_sound(
    served: Served, short: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served.go_away()
    done = record(short, "--no-captions", speed=0)
    served.come_back()
    assert_safe_and_finished_later(done, served, monkeypatch, "127.0.0.1")


def test_stop_asked_for_twice_waits_no_longer_for_captions_and_makes_the_minutes_all_the_same(served: Served) -> None:
    served.faults = Faults(every_link=LinkFaults(lose_items=1000))
    with Live("record", "--from", SAMPLE, "--speed", "4", "--json") as live:
        live.wait_for('"caption.interim"')
        assert meetrec("stop").code == 0
        live.wait_for('"recording.stopped"')
        meetrec("stop")
        meetrec("stop")  # also while the minutes are being made
        done = live.end()
    assert done.code == 0, done
    assert link_states(done)[-1] == "off"
    document = shown()
    assert document["state"] == "finished"
    assert minutes_words(document)
    assert caption_words(document), "what was shown and never completed is kept"


def test_no_sentence_goes_on_over_a_pause_of_the_recording(served: Served) -> None:
    with Live("record", "--from", SAMPLE, "--speed", "2", "--no-finish", "--json") as live:
        live.wait_for('"caption.final"')
        assert meetrec("pause").code == 0
        live.wait_for('"recording.paused"')
        assert meetrec("resume").code == 0
        live.wait_for('"caption.final"', times=4)
        assert meetrec("stop").code == 0
        done = live.end()
    assert done.code == 0, done
    paused = next(event["at"] for event in done.events if event["type"] == "recording.resumed")
    captions = [one for one in shown()["captions"] if one["text"]]
    assert len(captions) >= 4
    over = [one for one in captions if one["start"] < paused - 0.3 and one["end"] > paused + 0.3]
    assert not over, (paused, over)


def test_a_model_that_ends_soon_is_told_of_only_where_it_is_used(
    served: Served, short: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEETREC_CAPTIONS_MODEL", "gpt-live-transcribe")
    monkeypatch.setenv("MEETREC_MINUTES_MODEL", "gpt-4o-transcribe-diarize")
    ending = "gpt-4o-transcribe-diarize"
    for words, told in (((), True), (("--no-finish",), False)):
        done = record(short, "--no-captions", *words, speed=0)
        notices = [what for what in said(done, "notice") if ending in what]
        assert bool(notices) == (told and bool(find_model(ending).ending_words(datetime.now().astimezone().date()))), (
            notices
        )


# -- hostile text -----------------------------------------------------------------------------------------------------


def test_hostile_text_reaches_no_output_and_no_file_as_anything_but_harmless_text(
    served: Served, short: Path, home: Path, tmp_path: Path
) -> None:
    served.faults = Faults(every_link=LinkFaults(hostile=True), every_answer="hostile")
    done = record(short)
    assert done.code == 0, done
    outputs = [done.out, done.err]
    outputs += [meetrec(*words).out for words in (("show", "latest"), ("list",), ("show", "latest", "--plain"))]
    for form in ("md", "txt", "json", "srt", "vtt"):
        assert meetrec("export", "latest", "-f", form, "-o", str(tmp_path / f"minutes.{form}")).code == 0
    files = [path for path in (*home.rglob("*"), *tmp_path.glob("minutes.*")) if path.is_file()]
    outputs += [path.read_text("utf-8") for path in files if path.suffix != ".wav"]
    for text in outputs:
        found = [char for char in DANGEROUS if char in text]
        assert not found, (found, text[:300])
    words = [word for word in minutes_words(shown()) if word in SHORT_WORDS]
    assert words == SHORT_WORDS
    assert [word for word in caption_words(shown()) if word in SHORT_WORDS] == SHORT_WORDS


def test_an_address_that_would_show_the_key_to_the_network_is_refused(
    short: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    for address, word in (
        ("http://speech.example/v1", "http"),
        ("speech.example/v1", "https://"),
        (f"https://user:{quote(KEY, safe='')}@speech.example/v1", "user"),
    ):
        done = meetrec("record", "--from", str(short), "--headless", env={"OPENAI_BASE_URL": address})
        assert is_refusal(done, 2), done
        assert word in done.err
