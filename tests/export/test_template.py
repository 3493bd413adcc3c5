"""Templates say how minutes look, and never let a text be more than text."""

from __future__ import annotations

import dataclasses
import re

import pytest
import yaml
from hypothesis import given

from meetrec.core.document import Document
from meetrec.core.errors import SettingsError
from meetrec.core.transcript import Transcript
from meetrec.export.flow import plain
from meetrec.export.markdown import minutes
from meetrec.export.template import BUILT_IN, read_template, render_template
from tests.export.documents import FULL, HOSTILE, anything, documents, saying
from tests.export.test_markdown import OURS_INLINE, READER

OBSIDIAN = """\
---
title: "{title}"
created: {started_at}
aliases: [Sync]
people: {speakers}
about: Meeting {title}, {length}
with: {tags}
tags:
  - meeting
  - {date}
---
# {date} {title}

With {speakers}. {{braces}}

## Notes

{notes}

## Transcript

{transcript}
"""
TURN = "- [{time}] **{speaker}**: {text}"


def test_the_template_that_is_built_in_makes_the_minutes() -> None:
    for document in (FULL, saying("x", note="y")):
        assert render_template(read_template(BUILT_IN), document) == minutes(document)


def test_a_template_is_filled_in() -> None:
    made = render_template(read_template(OBSIDIAN, TURN), FULL)
    assert made.startswith('---\ntitle: "Weekly sync"\ncreated: "2026-11-20T14:05:33+01:00"\naliases: [Sync]\n')
    assert '\npeople: ["Ana", "Speaker 2", "Speaker 3"]\n' in made
    assert '\nwith: ["weekly", "team-a"]\n' in made
    assert "\n# 2026-11-20 Weekly sync\n\nWith Ana, Speaker 2, Speaker 3. {braces}\n" in made
    assert "\n## Notes\n\n- 00:01:15 ask Ben for the figures\n\n## Transcript\n\n" in made
    assert "\n- [00:00:00] **Ana**: Good afternoon, everybody.\n\n- [00:00:03] **Speaker 2**: Shall" in made
    assert "\n\n> ★ 00:32:11 decision\n\n" in made
    assert made.endswith("Thank you.\n")


@given(documents())
def test_front_matter_of_a_template_is_read_back(document: Document) -> None:
    made = render_template(read_template(OBSIDIAN, TURN), document)
    values = yaml.safe_load(made.removeprefix("---\n").split("\n---\n", 1)[0])
    title = plain(document.session.title)
    assert values["title"] == title
    assert values["about"].startswith(f"Meeting {title}, ")
    assert values["tags"] == ["meeting", "2026-11-20"]
    assert set(values) == {"title", "created", "aliases", "people", "about", "with", "tags"}
    assert all(isinstance(one, str) for one in values["people"])


@given(anything, anything, anything, anything)
def test_no_text_changes_what_a_templates_minutes_are_made_of(text: str, name: str, title: str, note: str) -> None:
    template = read_template(OBSIDIAN, TURN)

    def kinds(document: Document) -> list[str]:
        tokens = READER.parse(render_template(template, document).split("\n---\n", 1)[1])
        for token in tokens:
            assert {one.type for one in token.children or ()} <= OURS_INLINE
        return [one.type for one in tokens]

    expected = saying("words" if plain(text) else "", "name", "title", "note")
    assert kinds(saying(text, name, title, note)) == kinds(expected)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_in_its_cell_of_a_table(text: str) -> None:
    template = read_template("| who | what |\n|--|--|\n| {title} | {id} |")
    tokens = READER.parse(render_template(template, saying("x", title=text)))
    assert [one.type for one in tokens].count("td_open") == 2
    cells = [one for one in tokens if one.type == "inline"]
    assert "".join(one.content for one in cells[2].children or ()) == plain(text)


def test_without_speakers_a_turn_still_has_a_name() -> None:
    silent = dataclasses.replace(FULL.transcript or Transcript(), tells_speakers=False)
    made = render_template(read_template("{transcript}", TURN), dataclasses.replace(FULL, transcript=silent))
    assert "- [00:00:00] **Speaker**: Good" in made


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{titel}", "line 1: there is no placeholder {titel}"),
        ("---\nx: {text}\n---", "line 2: there is no placeholder {text}"),
        ("---\n{title}: x\n---", "line 2: a placeholder stands where a key belongs"),
        ("a\n\n`{title}`", "line 3: {title} stands in code"),
        ("```\n{title}\n```", "line 2: {title} stands in code"),
        ("> ~~~ {title}", "line 1: {title} stands in code"),
        ("${title}$", "line 1: {title} stands in code"),
        ("<b>{title}</b>", "line 1: a template holds no HTML"),
        ("<% tp.x %>", "line 1: a template holds no HTML"),
        ("[x]({title})", "line 1: {title} stands in an address"),
        ("![](http://x/{title})", "line 1: {title} stands in an address"),
        ("[x]: {title}", "line 1: {title} stands in an address"),
        ("https://x.example/{id}", "line 1: {id} stands in an address"),
        ("# {transcript}", "line 1: a block needs a line of its own"),
        ("---\nx: {transcript}\n---", "line 2: there is no placeholder {transcript}"),
    ],
)
def test_a_placeholder_where_text_could_act_is_refused_with_its_line(text: str, why: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(why)) as caught:
        read_template(text)
    assert caught.value.hint


def test_a_wrong_turn_is_told_as_the_setting_it_is() -> None:
    with pytest.raises(SettingsError, match=r"export\.turn, line 1: there is no placeholder {title}"):
        read_template(BUILT_IN, "{title}")


def test_code_without_placeholders_stays_as_it_is() -> None:
    text = "```dataview\nLIST\n```\n\n{title} `x`".replace(" `x`", "")
    assert render_template(read_template(text), FULL) == "```dataview\nLIST\n```\n\nWeekly sync\n"
