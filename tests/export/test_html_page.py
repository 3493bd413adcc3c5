"""The page, as an independent reader of HTML sees it, and as a browser shows it."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import itertools
import re
from html import unescape
from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib
import numpy as np
import pytest
import soundfile
from hypothesis import given

from meetrec.core.document import Document
from meetrec.core.transcript import Segment, Speaker, Transcript
from meetrec.export.flow import entries, plain
from meetrec.export.html_page import COLORS, SHAPES, page
from tests.export.browser import opened_tab
from tests.export.documents import DRAFT, FULL, HOSTILE, anything, documents, saying
from tests.needs import need

ALLOWED_URL = re.compile(r"#e\d+")


def read(text: str) -> Element:
    """Read the page as a browser would; anything a strict reader complains of fails."""
    reader = html5lib.HTMLParser(strict=False, namespaceHTMLElements=False)
    found: Element = reader.parse(text)
    assert not reader.errors, reader.errors[:3]
    return found


def words(element: Element) -> str:
    return "".join(element.itertext())


def by_class(root: Element, name: str) -> list[Element]:
    return [one for one in root.iter() if name in (one.get("class") or "").split()]


def skeleton(root: Element) -> list[str]:
    """Return the tags of the page and their attributes but for what is told in them."""
    return [f"{one.tag} {sorted(one.attrib)}" for one in root.iter()]


def is_inert(root: Element) -> None:
    """Fail where anything but our own script could run, or anything could be loaded from elsewhere."""
    assert len(list(root.iter("script"))) == len(list(root.iter("style"))) == 1
    for one in root.iter():
        assert one.tag not in {"iframe", "object", "embed", "img", "link", "base", "form", "video", "source"}
        for name, value in one.attrib.items():
            assert not name.startswith("on")
            assert name != "style"
            if name in {"href", "src", "action", "srcset", "formaction", "xlink:href"}:
                assert ALLOWED_URL.fullmatch(value) or (one.tag == "audio" and ":" not in value)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("audio", ["", "x.wav"])
def test_hostile_text_is_shown_as_it_is_and_nothing_else(text: str, audio: str) -> None:
    root = read(page(saying(text, name=text, title=text, note=text), audio))
    is_inert(root)
    assert words(next(iter(root.iter("title")))) == plain(text)
    assert words(next(iter(root.iter("h1")))) == plain(text)
    assert words(by_class(root, "name")[0]) == (plain(text) or "S1")
    assert plain(text) in [words(one) for one in by_class(root, "words")] or not plain(text)


@given(anything, anything, anything, anything)
def test_no_text_changes_what_the_page_is_made_of(text: str, name: str, title: str, note: str) -> None:
    written = read(page(saying(text, name, title, note)))
    is_inert(written)
    expected = read(page(saying("words" if plain(text) else "", "name", "title", "note")))
    assert skeleton(written) == skeleton(expected)


@given(documents())
def test_every_paragraph_is_read_back(document: Document) -> None:
    root = read(page(document))
    shown = by_class(root, "entry")
    wanted = entries(document)
    assert len(shown) == len(wanted)
    for section, entry in zip(shown, wanted, strict=True):
        if entry.kind == "turn":
            assert words(by_class(section, "words")[0]) == entry.text
            assert [words(one) for one in by_class(section, "name")] == ([entry.name] if entry.name else [])
    assert page(document) == page(document)


def test_the_policy_allows_this_style_and_this_script_and_nothing_else() -> None:
    text = page(FULL)
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    for tag, rule in (("style", "style-src"), ("script", "script-src")):
        (content,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{rule} 'sha256-{digest}';" in unescape(policy)
    assert policy.startswith("default-src 'none';")
    assert "media-src 'none'" in policy
    assert "media-src 'self' file:" in page(FULL, "x.wav")
    assert "unsafe" not in policy
    assert "http" not in policy
    assert text.index("http-equiv") < text.index("<style>") < text.index("<script>")


def test_nothing_in_the_page_is_somewhere_else() -> None:
    assert "//" not in re.sub(r"^\s*//.*|; // .*|\"\w+-//.*", "", page(FULL, "x.wav"), flags=re.MULTILINE)
    assert "url(" not in page(FULL)
    assert "@import" not in page(FULL)


def test_the_sound_is_there_only_when_it_lies_beside_the_page() -> None:
    assert not list(read(page(FULL)).iter("audio"))
    (audio,) = read(page(FULL, 'a "b": c#d?.wav')).iter("audio")
    assert audio.get("src") == "a%20%22b%22%3A%20c%23d%3F.wav"


def test_doubtful_speakers_and_words_are_told_in_words() -> None:
    assert [words(one) for one in by_class(read(page(FULL)), "doubt")] == [
        "speaker uncertain: two people speak at once",
        "text uncertain: the live captions heard nobody there",
    ]


def test_a_draft_and_a_simulation_are_told_above_the_text() -> None:
    told = [words(one) for one in by_class(read(page(DRAFT)), "remark")]
    assert any(one.startswith("Simulated") for one in told)
    assert any(one.startswith("First draft") for one in told)


def test_speakers_are_told_by_shape_and_name_beside_their_color() -> None:
    assert len(set(SHAPES)) == COLORS
    root = read(page(FULL))
    for one in [*by_class(root, "turn"), *next(one for one in root.iter("ul"))]:
        assert len(by_class(one, "shape")) == len(by_class(one, "name")) == 1
    shares = [int(words(one).split(" · ")[1].removesuffix(" %")) for one in by_class(root, "talk")]
    assert shares == [78, 13, 9]


# -- colors ------------------------------------------------------------------------------------------------------------

# Machado, Oliveira, Fernandes (2009), severity 1, for linear RGB.
SIGHTS = {
    "full": np.eye(3),
    "protanopia": np.array([[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]]),
    "deuteranopia": np.array([[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]]),
    "tritanopia": np.array([[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]]),
}
_CSS = (Path(__file__).parents[2] / "meetrec" / "export" / "html_page.css").read_text("utf-8")


def colors(theme: str) -> dict[str, str]:
    """Return the custom properties of a theme that are colors."""
    pairs = re.findall(r"--([a-z0-9]+): light-dark\((#\w{6}), (#\w{6})\)", _CSS)
    return {name: light if theme == "light" else dark for name, light, dark in pairs}


def linear(color: str) -> np.ndarray:
    values = np.array([int(color[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    dark, light = sorted(float(linear(color) @ [0.2126, 0.7152, 0.0722]) for color in (one, other))
    return (light + 0.05) / (dark + 0.05)


def oklab(rgb: np.ndarray) -> np.ndarray:
    """Return the color in a space in which distances are as they are seen (Ottosson 2020)."""
    cones = np.array([[0.4122, 0.5363, 0.0514], [0.2119, 0.6807, 0.1074], [0.0883, 0.2817, 0.6300]]) @ rgb
    mixed = np.array([[0.2105, 0.7936, -0.0041], [1.9780, -2.4286, 0.4506], [0.0259, 0.7828, -0.8087]])
    return np.asarray(mixed @ np.cbrt(np.clip(cones, 0, None)))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_and_signs_stand_out_from_the_paper(theme: str) -> None:
    found = colors(theme)
    assert contrast(found["ink"], found["paper"]) >= 7
    for name in ("soft", "accent", *(f"s{number}" for number in range(COLORS))):
        assert contrast(found[name], found["paper"]) >= 4.5, name
    assert contrast(found["soft"], found["panel"]) >= 4.5
    assert contrast(found["ink"], found["found"]) >= 4.5
    assert contrast(found["ink"], found["heard"]) >= 4.5


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_color_blind_readers_tell_all_colors_of_speakers_apart(theme: str, sight: str) -> None:
    seen = [oklab(np.clip(SIGHTS[sight] @ linear(colors(theme)[f"s{number}"]), 0, 1)) for number in range(COLORS)]
    near = min(float(np.linalg.norm(one - other)) for one, other in itertools.combinations(seen, 2))
    assert near >= 0.085  # about four times what is just seen as a difference


# -- in a browser ------------------------------------------------------------------------------------------------------

EIGHT = dataclasses.replace(
    FULL,
    transcript=Transcript(
        segments=tuple(
            Segment(
                number,
                number * 4.0,
                number * 4.0 + 3.5,
                f"S{number % 8 + 1}",
                f"Sentence {number}: the caf\u00e9 opens.",
            )
            for number in range(400)
        ),
        speakers=tuple(Speaker(f"S{number}", f"Speaker {number}") for number in range(1, 9)),
        duration=1600.0,
    ),
    marks=(),
    notes=(),
    duration=1600.0,
)
SEARCH = "(f => {{ f.value = '{}'; f.dispatchEvent(new Event('input')) }})(document.getElementById('find'))"


async def test_a_browser_shows_it_searches_it_and_asks_nobody(tmp_path: Path) -> None:
    need("chromium")
    path = tmp_path / "page.html"
    path.write_text(page(EIGHT), "utf-8")
    async with opened_tab(tmp_path) as tab:
        await tab.open(path)
        assert await tab.run("document.title") == "Weekly sync"
        assert await tab.run("getComputedStyle(document.querySelector('.s0 .shape')).color") == "rgb(30, 105, 249)"
        assert await tab.run("document.querySelectorAll('.entry').length") == 400
        assert await tab.run("document.documentElement.scrollWidth <= innerWidth")
        await tab.run(SEARCH.format("CAFE"))
        await tab.until("found.textContent === '1 of 400'")
        await tab.run("document.getElementById('previous').click()")
        await tab.until("found.textContent === '400 of 400'")
        await tab.until("e400.getBoundingClientRect().top < innerHeight")
        await tab.run(SEARCH.format("Sentence 7: x"))
        await tab.until("found.textContent === 'nothing found'")
        dark = "getComputedStyle(document.body).backgroundColor"
        before = await tab.run(dark)
        await tab.run("theme.click()")
        assert await tab.run(dark) != before
        printed = await tab.call("Page.printToPDF")
        assert base64.b64decode(printed["data"]).startswith(b"%PDF")
        assert tab.requests == [path.as_uri()]
        assert tab.complaints == []


async def test_in_a_browser_no_text_runs_or_loads_anything(tmp_path: Path) -> None:
    need("chromium")
    evil = (
        "".join(HOSTILE) + "<script>document.title='pwned'</script><img src='http://127.0.0.1:9/x' onerror='alert(1)'>"
    )
    path = tmp_path / "page.html"
    path.write_text(page(saying(evil, name=evil, title=evil, note=evil)), "utf-8")
    async with opened_tab(tmp_path) as tab:
        await tab.open(path)
        assert await tab.run("document.title") == plain(evil)
        assert await tab.run("document.querySelectorAll('img, iframe, a:not([href^=\"#\"])').length") == 0
        assert tab.requests == [path.as_uri()]
        assert tab.complaints == []


async def test_in_a_browser_the_policy_stops_what_was_put_into_the_page(tmp_path: Path) -> None:
    need("chromium")
    path = tmp_path / "page.html"
    foreign = (
        "<script>document.title='pwned'</script><img src='http://127.0.0.1:9/x'><p onclick='1' style='color:red'>x</p>"
    )
    path.write_text(page(FULL).replace("</main>", f"{foreign}</main>"), "utf-8")
    async with opened_tab(tmp_path) as tab:
        await tab.open(path)
        assert await tab.run("document.title") == "Weekly sync"
        assert not any("127.0.0.1" in one for one in tab.requests)
        assert len([one for one in tab.complaints if "Content Security Policy" in one]) >= 3


async def test_in_a_browser_a_click_on_a_time_plays_from_there(tmp_path: Path) -> None:
    need("chromium")
    path = tmp_path / "page.html"
    path.write_text(page(EIGHT, "a sound.wav"), "utf-8")
    soundfile.write(tmp_path / "a sound.wav", np.zeros(8000 * 30, np.int16), 8000)
    async with opened_tab(tmp_path) as tab:
        await tab.open(path)
        await tab.until("audio.duration === 30")
        await tab.run("document.querySelector('#e4 a.time').click()")
        await tab.until("audio.currentTime >= 12 && document.querySelector('.heard') !== null")
        assert await tab.run("document.querySelector('.heard').closest('.entry').id") in {"e4", "e5"}
        assert {one.rpartition("/")[2] for one in tab.requests} == {"page.html", "a%20sound.wav"}
        assert tab.complaints == []


async def test_in_a_browser_a_sound_that_is_gone_is_told(tmp_path: Path) -> None:
    need("chromium")
    path = tmp_path / "page.html"
    path.write_text(page(EIGHT, "gone.wav"), "utf-8")
    async with opened_tab(tmp_path) as tab:
        await tab.open(path)
        await tab.until("document.getElementById('silent').hidden === false")
