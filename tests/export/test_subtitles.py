"""Subtitles that a strict reader takes, whatever was said."""

from __future__ import annotations

import dataclasses
import html
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import srt as srt_reader
import webvtt
from hypothesis import given

from meetrec.core.document import Document
from meetrec.core.transcript import Transcript
from meetrec.export.cues import Cue, cues
from meetrec.export.flow import plain
from meetrec.export.subtitles import srt, vtt
from tests.export.documents import FULL, HOSTILE, documents, saying

TIMES = re.compile(r"(\d\d+):(\d\d):(\d\d)[,.](\d{3}) --> (\d\d+):(\d\d):(\d\d)[,.](\d{3})")


def read_times(line: str) -> tuple[int, int]:
    match = TIMES.fullmatch(line)
    assert match, line
    h, m, s, ms, eh, em, es, ems = map(int, match.groups())
    return ((h * 60 + m) * 60 + s) * 1000 + ms, ((eh * 60 + em) * 60 + es) * 1000 + ems


def read_srt(text: str) -> Iterator[Cue]:
    """Read SubRip by its rules: number, times, lines, an empty line."""
    for number, block in enumerate(text.rstrip("\n").split("\n\n") if text else [], 1):
        first, times, *lines = block.split("\n")
        assert first == str(number)
        yield Cue(*read_times(times), "", tuple(lines))


def read_vtt(text: str) -> Iterator[Cue]:
    """Read WebVTT by its rules: header, then notes and cues divided by empty lines."""
    head, *blocks = text.rstrip("\n").split("\n\n")
    assert head == "WEBVTT"
    for block in blocks:
        if block.startswith("NOTE"):
            assert "-->" not in block
            continue
        times, content = block.split("\n", 1)
        assert "-->" not in content
        match = re.fullmatch(r"(?:<v ([^<>\n]*)>)?([^<>]*)", content)
        assert match, content
        assert not re.search(r"&(?!amp;|lt;|gt;|#45;)", content)
        yield Cue(*read_times(times), html.unescape(match[1] or ""), tuple(html.unescape(match[2]).split("\n")))


@given(documents())
def test_vtt_is_read_back_cue_by_cue(document: Document) -> None:
    assert list(read_vtt(vtt(document))) == cues(document, names_in_text=False)


@given(documents())
def test_srt_is_read_back_cue_by_cue(document: Document) -> None:
    read = list(read_srt(srt(document)))
    made = cues(document, names_in_text=True)
    assert [(cue.start_ms, cue.end_ms) for cue in read] == [(cue.start_ms, cue.end_ms) for cue in made]
    for one, other in zip(read, made, strict=True):
        assert [len(line) for line in one.lines] == [len(line) for line in other.lines]


@given(documents())
def test_an_independent_reader_of_vtt_finds_the_same_cues(document: Document) -> None:
    read = webvtt.from_string(vtt(document)).captions
    made = cues(document, names_in_text=False)
    assert [(milliseconds(one.start), milliseconds(one.end)) for one in read] == [(c.start_ms, c.end_ms) for c in made]
    for one, cue in zip(read, made, strict=True):
        assert [html.unescape(line) for line in one.text.split("\n")] == list(cue.lines)
        assert html.unescape(one.voice or "") == cue.name


@given(documents())
def test_an_independent_reader_of_srt_finds_the_same_cues(document: Document) -> None:
    text = srt(document)
    read = list(srt_reader.parse(text, ignore_errors=False))
    made = cues(document, names_in_text=True)
    assert [one.index for one in read] == list(range(1, len(made) + 1))
    one_ms = timedelta(milliseconds=1)
    assert [(one.start // one_ms, one.end // one_ms) for one in read] == [(c.start_ms, c.end_ms) for c in made]
    assert [len(one.content.split("\n")) for one in read] == [len(cue.lines) for cue in made]
    assert srt_reader.compose(read, reindex=False).rstrip("\n") == text.rstrip("\n")


def milliseconds(clock: str) -> int:
    return read_times(f"{clock} --> {clock}")[0]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_neither_tag_nor_time_nor_position(text: str) -> None:
    subtitles = srt(saying(text, name=text))
    content = [line for cue in read_srt(subtitles) for line in cue.lines]
    assert not re.search(r"[<>{}]", "".join(content))
    assert "\x1b" not in subtitles
    voices = [cue.name for cue in read_vtt(vtt(saying(text, name=text)))]
    assert voices[0] == (plain(text) or "S1") or not plain(text)


def test_without_speech_there_are_no_cues() -> None:
    silent = dataclasses.replace(FULL, transcript=Transcript())
    assert srt(silent) == ""
    assert vtt(silent) == "WEBVTT\n"


def test_a_simulated_session_says_so_in_a_note() -> None:
    demo = dataclasses.replace(FULL, session=dataclasses.replace(FULL.session, simulated=True))
    assert vtt(demo).startswith("WEBVTT\n\nNOTE simulated")
    assert len(list(read_vtt(vtt(demo)))) == len(list(read_vtt(vtt(FULL))))


def test_a_voice_is_a_span() -> None:
    assert "\n00:00:03.200 --> 00:00:06.000\n<v Speaker 2>Shall we begin?" in vtt(FULL)
