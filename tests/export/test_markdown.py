"""Minutes are Markdown in which no text is anything but text."""

from __future__ import annotations

import dataclasses

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from meetrec.core.document import Document
from meetrec.core.front_matter import load
from meetrec.core.transcript import Transcript
from meetrec.export.flow import plain
from meetrec.export.markdown import escaped, minutes
from tests.export.documents import FULL, HOSTILE, anything, documents, saying

# GitHub's tables, strike-through and links from bare addresses, and raw HTML, so that anything active shows.
READER = MarkdownIt("gfm-like", {"linkify": True, "html": True, "typographer": False})
assert READER.linkify is not None
READER.linkify.set({"fuzzy_link": False})  # "evil.example" without www is no link on GitHub
OURS = {
    "heading_open",
    "heading_close",
    "paragraph_open",
    "paragraph_close",
    "blockquote_open",
    "blockquote_close",
    "inline",
}
OURS_INLINE = {"text", "text_special", "strong_open", "strong_close", "code_inline", "softbreak"}


def body(text: str) -> str:
    return text.split("\n---\n", 1)[1]


def tokens(text: str) -> list[Token]:
    return READER.parse(body(text))


def shown(token: Token) -> str:
    return "".join(one.content for one in token.children or ())


def inline(text: str) -> list[str]:
    return [shown(one) for one in tokens(text) if one.type == "inline"]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_as_it_is_and_nothing_else(text: str) -> None:
    document = minutes(saying(text, name=text, title=text, note=text))
    for token in tokens(document):
        assert token.type in OURS
        assert {one.type for one in token.children or ()} <= OURS_INLINE
    words = plain(text)
    paragraphs = inline(document)
    assert words in paragraphs or not words
    assert any(one.startswith(f"{words} · 00:00:01") for one in paragraphs) or not words


@given(anything, anything, anything, anything)
@example("*", "*", "#", "#")
def test_no_text_changes_what_the_minutes_are_made_of(text: str, name: str, title: str, note: str) -> None:
    written = minutes(saying(text, name, title, note))
    expected = minutes(saying("words" if plain(text) else "", "name", "title", "note"))
    assert [one.type for one in tokens(written)] == [one.type for one in tokens(expected)]
    for token in tokens(written):
        assert {one.type for one in token.children or ()} <= OURS_INLINE


@given(anything)
def test_a_line_of_markdown_shows_the_very_text(text: str) -> None:
    line = plain(text)
    assert "".join(shown(one) for one in READER.parse(escaped(line)) if one.type == "inline") == line


@given(documents())
def test_the_front_matter_is_read_back_by_any_yaml_reader(document: Document) -> None:
    text = minutes(document)
    values = yaml.safe_load(text.removeprefix("---\n").split("\n---\n", 1)[0])
    assert values["title"] == plain(document.session.title)
    assert values["id"] == document.session.id
    assert values == load(text)
    assert set(values) == {"title", "date", "duration", "speakers", "models", "id"}


def test_tags_in_the_front_matter_are_tags_in_obsidian() -> None:
    tags = ("weekly", "q3 plan", "R&D: Zürich", "q3-plan", "kunde/müller", "हिन्दी", "!!")
    document = dataclasses.replace(FULL, session=dataclasses.replace(FULL.session, tags=tags))
    listed = yaml.safe_load(minutes(document).split("\n---\n")[0].removeprefix("---\n"))["tags"]
    assert listed == ["weekly", "q3-plan", "R-D-Zürich", "kunde/müller", "हिन्दी"]


@pytest.mark.parametrize("title", HOSTILE)
def test_no_title_gets_out_of_the_front_matter(title: str) -> None:
    values = yaml.safe_load(minutes(saying("x", name=title, title=title)).split("\n---\n")[0].removeprefix("---\n"))
    assert values["title"] == plain(title)
    assert values["speakers"][0] == (plain(title) or "S1")


@given(documents())
def test_the_same_document_gives_the_same_bytes_and_no_control_character(document: Document) -> None:
    text = minutes(document)
    assert text == minutes(document)
    assert all(char == "\n" or char.isprintable() or char in "\u200c\u200d" for char in text)
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    text.encode()


@pytest.mark.parametrize(
    "prose",
    [
        "It's 5.30 o'clock (or so), isn't it? Yes: 50% - no more; see p. 3/4!",
        "snake_case and C# and 2 > 1 and a+b and ~/x",
        "“Quotes”, dashes – and ellipses…",
    ],
)
def test_prose_stays_readable(prose: str) -> None:
    assert escaped(prose).replace("\\~", "~") == prose


def test_a_name_is_bold_and_its_time_beside_it() -> None:
    assert "\n\n**Ana** · 00:00:00\n\nGood afternoon, everybody.\n\n**Speaker 2** · 00:00:03\n\n" in minutes(FULL)


def test_marks_notes_and_gaps_stand_in_place() -> None:
    text = minutes(FULL)
    assert "\n\n> ★ 00:01:01\n\n" in text
    assert "\n\n> ★ 00:32:11 decision\n\n" in text
    assert "\n\n> ✎ 00:01:15 ask Ben for the figures\n\n" in text
    assert (
        "\n\n> not transcribed 00:20:00–00:32:10: the service could not be reached; "
        "run `meetrec finish 2026-11-20T14-05-33-weekly-sync`\n\n"
    ) in text


def test_without_speakers_a_turn_has_only_its_time() -> None:
    unnamed = dataclasses.replace(FULL.transcript or Transcript(), tells_speakers=False, model="whisper-1")
    text = minutes(dataclasses.replace(FULL, transcript=unnamed))
    assert "\n\n**00:00:00**\n\n" in text
    assert "speakers: []" in text
    assert "**Ana**" not in text


def test_a_simulated_session_says_so_in_words_and_in_data() -> None:
    text = minutes(dataclasses.replace(FULL, session=dataclasses.replace(FULL.session, simulated=True)))
    assert 'simulated: "yes"' in text
    assert "> Simulated: the words come from meetrec's built-in demo service" in text


@given(st.sampled_from(["`", "``", "a`b"]))
def test_no_folder_name_ends_the_command(name: str) -> None:
    document = dataclasses.replace(FULL, session=dataclasses.replace(FULL.session, id=f"x{name}*y*"))
    (command,) = [
        one.content for token in tokens(minutes(document)) for one in token.children or () if one.type == "code_inline"
    ]
    assert command.startswith("meetrec finish x")
