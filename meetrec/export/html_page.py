"""A session as one web page (HTML 5): to read, to search, to print; with the sound beside it, to hear.

The page holds everything it needs and asks nobody for anything: its content security policy allows the one style sheet
and the one script that are in it, by their hashes, and sound from where the page itself is. All text is escaped.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import urllib.parse
from collections.abc import Iterable, Iterator
from html import escape
from importlib import resources

from meetrec.core.clock import format_clock, format_length
from meetrec.core.document import Document
from meetrec.core.transcript import Segment
from meetrec.export.flow import Entry, entries, gap_words, plain, remarks_on, speaker_names, spoken

COLORS = 8
SHAPES = "●■▲◆▼○□◇"
"""Beside a name: no speaker is told by color alone."""
_SIGNS = {"mark": "★", "note": "✎", "gap": "…"}


def page(document: Document, audio: str = "") -> str:
    """Return the page. `audio` is the name of a sound file in the same folder; empty for a page without sound."""
    title = escape(plain(document.session.title))
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_policy(bool(audio))}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            '<meta name="referrer" content="no-referrer">',
            '<meta name="generator" content="meetrec">',
            f"<title>{title}</title>",
            f"<style>{_part('html_page.css')}</style>",
            "</head>",
            "<body>",
            *_header(document, title),
            *_tools(),
            '<main lang="">',
            *_flow(document, bool(audio)),
            "</main>",
            "<footer>Made with meetrec.</footer>",
            *(_player(audio) if audio else ()),
            f"<script>{_part('html_page.js')}</script>",
            "</body>",
            "</html>",
            "",
        ]
    )


@functools.cache
def _part(name: str) -> str:
    return (resources.files("meetrec.export") / name).read_text("utf-8")


@functools.cache
def _policy(heard: bool) -> str:
    style, script = (
        base64.b64encode(hashlib.sha256(_part(name).encode()).digest()).decode()
        for name in ("html_page.css", "html_page.js")
    )
    # Opened from a disk, a page has no origin that every browser would call 'self'.
    media = "'self' file:" if heard else "'none'"
    return (
        f"default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; "
        f"media-src {media}; base-uri 'none'; form-action 'none'"
    )


def _header(document: Document, title: str) -> Iterator[str]:
    started = document.session.started_at
    yield f'<header>\n<h1 dir="auto">{title}</h1>'
    yield (
        f'<p class="when"><time datetime="{started.isoformat(timespec="seconds")}">{started:%Y-%m-%d %H:%M}</time>'
        f" · {format_length(document.duration)}</p>"
    )
    for remark in remarks_on(document):
        yield f'<p class="remark" dir="auto">{escape(remark)}</p>'
    yield from _speakers(document)
    yield "</header>"


def _speakers(document: Document) -> Iterator[str]:
    transcript = spoken(document)
    names, times = speaker_names(transcript), transcript.talk_times()
    total = sum(times.get(one, 0.0) for one in names)
    if names:
        yield '<ul class="speakers" aria-label="Speakers and their share of the talk">'
    for number, (one, name) in enumerate(names.items()):
        share = 100 * times.get(one, 0.0) / total if total > 0 else 0.0
        yield (
            f'<li class="s{number % COLORS}"><span>{_shape(number)}{_name(name)}</span>'
            f'<span class="talk">{format_length(times.get(one, 0.0))} · {share:.0f} %</span>'
            '<svg class="bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">'
            f'<rect width="{share:.1f}" height="1"/></svg></li>'
        )
    if names:
        yield "</ul>"


def _shape(number: int) -> str:
    return f'<span class="shape" aria-hidden="true">{SHAPES[number % len(SHAPES)]}</span>'


def _name(name: str) -> str:
    return f'<bdi class="name">{escape(name)}</bdi>'


def _tools() -> list[str]:
    return [
        '<div id="tools" role="search" hidden>',
        '<input id="find" type="search" placeholder="Search" aria-label="Search ( / )" autocomplete="off">',
        '<span id="found" role="status"></span>',
        '<button id="previous" type="button" aria-label="Previous (N)">↑</button>',
        '<button id="next" type="button" aria-label="Next (n)">↓</button>',
        '<button id="theme" type="button">Light / dark</button>',
        '<button id="print" type="button">Print</button>',
        "</div>",
    ]


def _player(audio: str) -> list[str]:
    source = urllib.parse.quote(audio, safe="")
    return [
        '<div id="player">',
        f'<audio id="audio" controls preload="metadata" src="{escape(source)}"></audio>',
        '<p id="silent" hidden>The sound cannot be played: keep its file beside this page.</p>',
        "</div>",
    ]


def _flow(document: Document, heard: bool) -> Iterator[str]:
    numbers = {one: number for number, one in enumerate(speaker_names(spoken(document)))}
    for number, entry in enumerate(entries(document), 1):
        head = f'id="e{number}">{_time(entry, number)}'
        if entry.kind == "turn":
            yield _turn(entry, head, numbers.get(entry.speaker), heard)
        else:
            words = gap_words(entry, document) if entry.kind == "gap" else entry.text
            yield (
                f'<section class="entry {entry.kind}" {head}'
                f'<p class="words" dir="auto"><span class="sign" aria-label="{entry.kind}">{_SIGNS[entry.kind]}</span>'
                f"{escape(words) or 'marked'}</p></section>"
            )


def _doubt(what: str, whys: Iterable[str]) -> str:
    told = "; ".join(dict.fromkeys(plain(why) for why in whys if why))
    return f'<p class="doubt">{what}: {escape(told)}</p>' if told else ""


def _turn(entry: Entry, head: str, speaker: int | None, heard: bool) -> str:
    color = f" s{speaker % COLORS}" if speaker is not None else ""
    who = f'<p class="who">{_shape(speaker)}{_name(entry.name)}</p>' if speaker is not None else ""
    doubt = _doubt("speaker uncertain", [one.doubt for one in entry.segments])
    doubt += _doubt("text uncertain", [one.unsure for one in entry.segments])
    words = " ".join(_heard(entry.segments)) if heard else escape(entry.text)
    return f'<section class="entry turn{color}" {head}{who}<p class="words" dir="auto">{words}</p>{doubt}</section>'


def _heard(segments: tuple[Segment, ...]) -> Iterator[str]:
    for one in segments:
        if text := plain(one.text):
            yield f'<span data-at="{max(0.0, one.start):.3f}">{escape(text)}</span>'


def _time(entry: Entry, number: int) -> str:
    start = max(0.0, entry.start)
    return f'<a class="time" href="#e{number}" data-from="{start:.3f}">{format_clock(start)}</a>'
