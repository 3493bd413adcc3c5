"""A recording that needs several requests: every word is in the minutes once, and one person is one speaker."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from meetrec.demo.faults import Faults
from meetrec.demo.fingerprint import Known
from tests.e2e.meeting import caption_words, long_meeting, minutes_words, truth_by_speaker, words_by_speaker
from tests.e2e.program import Done, meetrec, only_session, shown
from tests.e2e.served import Served

SECONDS = 360.0
PART_SECONDS = 60.0


@pytest.fixture(scope="session")
def long(tmp_path_factory: pytest.TempPathFactory) -> Known:
    """Make a meeting of six minutes."""
    return Known(long_meeting(tmp_path_factory.mktemp("long"), SECONDS))


@pytest.fixture
def served(long: Known, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    with Served([long]) as served:
        served.use(monkeypatch)
        monkeypatch.setenv("MEETREC_MINUTES_MAX_PART_SECONDS", f"{PART_SECONDS:g}")
        yield served


def assert_minutes_are_the_truth(long: Known) -> None:
    """Each word once, in order, by the person who said it; one person is one speaker and one speaker one person."""
    spoken = words_by_speaker(shown())
    truth = truth_by_speaker(long.truth.segments)
    assert sorted(map(len, spoken.values())) == sorted(map(len, truth.values()))
    assert sorted(spoken.values()) == sorted(truth.values())


def parts(served: Served) -> list[float]:
    """Return the seconds of the parts that were sent, in order of what is in them; the roll call is none."""
    sent = [one for one in served.uploads if one.status == 200 and one.file_name != "audio.wav"]
    return [one.seconds for one in sorted(sent, key=lambda one: one.pieces[0].truth_start)]


def parts_done_early(done: Done) -> int:
    """Return how many parts were done before the recording stopped."""
    kinds = [event["type"] for event in done.events]
    return kinds[: kinds.index("recording.stopped")].count("part.done")


def test_minutes_made_while_recording_have_every_word_once_by_the_right_person(served: Served, long: Known) -> None:
    done = meetrec("record", "--from", str(long.truth.audio), "--speed", "40", "--json", "--no-captions")
    assert done.code == 0, done.err
    assert parts_done_early(done) >= 3
    assert len(parts(served)) >= SECONDS / PART_SECONDS
    assert max(parts(served)) <= PART_SECONDS + 0.1  # an encoder may add a frame
    assert_minutes_are_the_truth(long)


def test_captions_of_a_long_recording_are_complete_beside_its_minutes(served: Served, long: Known) -> None:
    done = meetrec("record", "--from", str(long.truth.audio), "--speed", "60", "--json", "--no-finish")
    assert done.code == 0, done.err
    assert sorted(caption_words(shown())) == sorted(long.truth.words())  # two who speak at once may be in either order


def test_an_import_whose_minutes_are_made_afterwards_is_as_good(
    served: Served, long: Known, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEETREC_MINUTES_WHILE_RECORDING", "false")
    done = meetrec("import", str(long.truth.audio), "--json")
    assert done.code == 0, done.err
    assert parts_done_early(done) == 0
    assert_minutes_are_the_truth(long)


def test_a_part_that_fails_is_named_in_the_minutes_and_made_later(
    served: Served, long: Known, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEETREC_MINUTES_PARALLEL", "1")
    monkeypatch.setenv("MEETREC_MINUTES_WHILE_RECORDING", "false")  # what fails on the way is tried again at the end
    served.faults = Faults(http=("ok", "ok", "500", "500", "500"))
    done = meetrec("import", str(long.truth.audio))
    assert done.code == 3, done
    folder = only_session()
    assert f"meetrec finish {folder.id}" in done.err
    transcript = folder.transcript()
    assert transcript is not None
    (gap,) = transcript.gaps
    assert PART_SECONDS <= gap.start < gap.end <= 3 * PART_SECONDS
    text = folder.minutes.read_text("utf-8")
    assert "not transcribed" in text
    missing = [one for one in long.truth.segments if gap.start < one.start and one.end < gap.end]
    assert missing
    words = minutes_words(shown())
    assert len(long.truth.words()) > len(words) >= len(long.truth.words()) * 0.7

    before = len(parts(served))
    later = meetrec("finish", folder.id)
    assert later.code == 0, later
    assert len(parts(served)) == before + 1
    assert "not transcribed" not in folder.minutes.read_text("utf-8")
    assert_minutes_are_the_truth(long)
